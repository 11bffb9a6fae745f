// When what is typed goes to the service: by a clock and a service that do what the test says.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { holdTime } from "./held_time";
import { me, type Me } from "../../ari_app/web/desk_ui/src/shared/me";
import {
  conflict, fields, inHand, isDirty, keeping, known, leave, openInHand, openTicket, putAway, save,
  setReadOnly, take, ticket, type, unsaved,
} from "../../ari_app/web/desk_ui/src/agent/ticket";

interface Asked {
  readonly method: string;
  readonly path: string;
}

const asked: Asked[] = [];
let stored: Record<string, unknown> = {};
let isChanged = false;
let isDeaf = false;
/** Requests that wait until a test lets them go. */
let held: { readonly path: string; readonly go: () => void }[] = [];
let holds: (method: string, path: string) => boolean = () => false;
const kept = new Map<string, string>();

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function served(path: string, options: { method: string; body?: string }): Response {
  const { method, body } = options;
  asked.push({ method, path: path.replace("/api/v1/", "") });
  const said = body === undefined ? {} : JSON.parse(body) as Record<string, unknown>;
  const draft = { ticket_id: stored.ticket_id, fields: {}, version: 0, saved_at: null };
  if (path.endsWith("/agent/ticket")) return answer(200, { ticket: stored, draft });
  if (path.endsWith("/draft")) return answer(200, { ...draft, ...said, version: method === "PUT" ? 1 : 0 });
  if (method !== "PATCH") return answer(200, { ...stored, ticket_id: path.split("/").at(-1) });
  if (isChanged) return answer(409, { status: 409, code: "changed", detail: "changed" });
  stored = { ...stored, ...said, version: 2 };
  return answer(200, stored);
}

function never(signal: AbortSignal): Promise<Response> {
  return new Promise((_answered, failed) => {
    signal.addEventListener("abort", () => failed(signal.reason as Error));
  });
}

/** As a browser's: what is kept are its own enumerable names. */
const browserStore = new Proxy({
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, text: string) => { kept.set(name, text); },
  removeItem: (name: string) => { kept.delete(name); },
}, {
  ownKeys: () => [...kept.keys()],
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
});

Object.assign(globalThis, {
  fetch: async (path: string, options: { method: string; body?: string; signal: AbortSignal }) => {
    if (isDeaf) return never(options.signal);
    if (holds(options.method, path)) await new Promise<void>((go) => held.push({ path, go }));
    return served(path, options);
  },
  localStorage: browserStore,
  BUILD_STAMP: "test",
});
holdTime("setTimeout");

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

function letGo(): void {
  holds = () => false;
  held.splice(0).forEach((one) => one.go());
}

function count(method: string): number {
  return asked.filter((one) => one.method === method).length;
}

beforeEach(async () => {
  me.value = { agent: "1001" } as Me;
  isChanged = false;
  isDeaf = false;
  holds = () => false;
  held = [];
  kept.clear();
  stored = { ticket_id: "t1", call_id: "c1", version: 1, matter_cause: null, work_orders: [] };
  putAway();
  assert.equal(await openInHand(() => true), true);
  asked.splice(0);
});

test("a draft that is about to go is not held up by the end of the call", async () => {
  type("matter_cause", "路灯不亮");
  mock.timers.tick(500);
  setReadOnly(false);
  mock.timers.tick(500);
  await settled();
  assert.deepEqual(asked, [{ method: "PUT", path: "tickets/t1/draft" }]);
  assert.equal(keeping.value, "kept");
});

test("the next ticket keeps its drafts though the last one's was still to go", async () => {
  type("matter_cause", "路灯不亮");
  type("matter_cause", "");
  await openTicket("t2");
  type("matter_cause", "井盖松动");
  mock.timers.tick(1_000);
  await settled();
  assert.deepEqual(asked.at(-1), { method: "PUT", path: "tickets/t2/draft" });
});

test("a draft that nobody answers holds up no save for ever", async () => {
  isDeaf = true;
  type("matter_cause", "路灯不亮");
  mock.timers.tick(1_000);
  await settled();
  const saved = save();
  isDeaf = false;
  mock.timers.tick(15_000);
  await saved;
  assert.equal(keeping.value, "saved");
  assert.equal(stored.matter_cause, "路灯不亮");
});

test("a save that nobody answers says so, and what was typed is there for the next", async () => {
  isDeaf = true;
  type("matter_cause", "路灯不亮");
  const saved = assert.rejects(save(), /未及时应答/);
  await settled();
  mock.timers.tick(15_000);
  await saved;
  assert.equal(keeping.value, "failed");
  isDeaf = false;
  await save();
  assert.equal(stored.matter_cause, "路灯不亮");
});

test("pressed twice, a ticket is saved once", async () => {
  type("matter_cause", "路灯不亮");
  await Promise.all([save(), save()]);
  assert.equal(count("PATCH"), 1);
  assert.equal(keeping.value, "saved");
});

test("what two have written is not saved before somebody has chosen", async () => {
  type("matter_cause", "我写的");
  isChanged = true;
  stored = { ...stored, version: 5, matter_cause: "班长写的" };
  await assert.rejects(save());
  assert.equal(conflict.value?.where, "ticket");
  isChanged = false;
  await assert.rejects(save(), /请先/);
  assert.equal(count("PATCH"), 1);
  take("matter_cause", false);
  await save();
  assert.equal(count("PATCH"), 2);
  assert.equal(stored.matter_cause, "我写的");
});

test("the last caller's ticket is gone before the next one's is there", async () => {
  putAway();
  assert.equal(ticket.value, null);
  assert.deepEqual(fields.value, {});
  assert.equal(await openInHand(() => false), true);
  assert.equal(ticket.value, null);
  assert.equal(inHand.value, null);
});

test("an older ticket that is looked at is not the one in hand", async () => {
  await openTicket("t0");
  assert.equal(ticket.value?.ticket_id, "t0");
  assert.equal(inHand.value, "t1");
});

test("a mark goes to the ticket in hand alone, and is seen there at once", async () => {
  await openTicket("t0");
  known("urgency", "紧急");
  assert.equal(fields.value.urgency, null);
  await openTicket("t1");
  assert.equal(fields.value.urgency, "紧急");
  assert.equal(isDirty.value, false);
});

test("a late answer puts no older ticket over the next caller's form", async () => {
  holds = (_method, path) => path.includes("t0");
  const opened = openTicket("t0");
  await settled();
  putAway();
  assert.equal(await openInHand(() => true), true);
  letGo();
  await opened;
  assert.equal(ticket.value?.ticket_id, "t1");
});

test("of two tickets that are opened the later one is shown", async () => {
  holds = (_method, path) => path.includes("t8");
  const first = openTicket("t8");
  await settled();
  await openTicket("t9");
  letGo();
  await first;
  assert.equal(ticket.value?.ticket_id, "t9");
});

test("the next caller's form is empty at once though the last ticket is still being saved", async () => {
  type("matter_cause", "路灯不亮");
  holds = (method) => method === "PATCH";
  const leaving = leave();
  putAway();
  assert.equal(ticket.value, null);
  await settled();
  letGo();
  await leaving;
  assert.equal(stored.matter_cause, "路灯不亮");
  assert.equal(ticket.value, null);
  assert.deepEqual(unsaved.value, []);
});

test("words typed while a save is under way are in the browser when the next call comes", async () => {
  type("matter_cause", "路灯不亮");
  holds = (method) => method === "PATCH";
  const saved = save();
  await settled();
  type("matter_course", "已三天");
  putAway();
  letGo();
  await saved;
  assert.deepEqual(unsaved.value, ["t1"]);
  assert.equal(await openInHand(() => true), true);
  assert.equal(fields.value.matter_course, "已三天");
  assert.equal(fields.value.matter_cause, "路灯不亮");
});

test("typing on while a save is under way is no conflict with anybody", async () => {
  type("matter_cause", "路灯不亮");
  holds = (method) => method === "PATCH";
  const saved = save();
  await settled();
  type("matter_course", "已三天");
  mock.timers.tick(1_000);
  await settled();
  assert.equal(count("PUT"), 0);
  letGo();
  await saved;
  mock.timers.tick(3_000);
  await settled();
  assert.equal(conflict.value, null);
  assert.equal(count("PUT"), 1);
  assert.equal(keeping.value, "kept");
});

test("words that are not at the service yet are not said to be", async () => {
  type("matter_cause", "路灯");
  holds = (method) => method === "PUT";
  mock.timers.tick(1_000);
  await settled();
  type("matter_cause", "路灯不亮");
  mock.timers.tick(1_000);
  held.splice(0, 1).forEach((one) => one.go());
  await settled();
  assert.equal(keeping.value, "local");
  letGo();
  await settled();
  assert.equal(keeping.value, "kept");
});

test("a letter that was typed and taken back is no unsaved word", async () => {
  type("matter_cause", "路");
  type("matter_cause", "");
  putAway();
  assert.deepEqual(unsaved.value, []);
});
