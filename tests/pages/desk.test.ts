// What an agent's page does with its own phone while the service is away, and once it is back.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { holdTime } from "./held_time";
import { canHangUp, clock, desk, hangUp, openDesk } from "../../ari_app/web/desk_ui/src/agent/desk";
import { me, type Me } from "../../ari_app/web/desk_ui/src/shared/me";

class Line {
  static readonly all: Line[] = [];
  readonly sent: { readonly type: string; readonly call?: string; readonly ref?: number }[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { readonly data: string }) => void = () => undefined;
  onclose: (event: { readonly code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    Line.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { readonly type: string });
  }

  close(): void {}

  tell(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

Object.assign(globalThis, {
  WebSocket: Line,
  BUILD_STAMP: "test",
  fetch: () => new Promise(() => undefined),
  location: { protocol: "http:", host: "desk" },
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});
holdTime("setTimeout", "setInterval");
me.value = { agent: "1001", phone: "browser" } as Me;
openDesk();

const TALKING = { type: "hello", seq: 0, agent: "1001", state: "talking", call: "c1", now: 1_000 };

/** The desk's connection, open and greeted; it is made anew after a loss. */
function greeted(hello: object): Line {
  mock.timers.tick(5_000);
  const line = Line.all.at(-1) as Line;
  line.onopen();
  line.tell(hello);
  return line;
}

function hungUp(line: Line): (string | undefined)[] {
  return line.sent.filter((one) => one.type === "hang_up").map((one) => one.call);
}

beforeEach(() => Line.all.at(-1)?.onclose({ code: 1006 }));

test("who hangs up is hung up by the service", () => {
  const line = greeted(TALKING);
  hangUp();
  assert.deepEqual(hungUp(line), ["c1"]);
});

test("a call that was hung up without the service is ended there when it is back", () => {
  const line = greeted(TALKING);
  line.onclose({ code: 1006 });
  assert.equal(canHangUp(), true);
  hangUp();
  const next = greeted(TALKING);
  assert.deepEqual(hungUp(next), ["c1"]);
  next.onclose({ code: 1006 });
  const last = greeted({ ...TALKING, state: "ready", call: null });
  last.onclose({ code: 1006 });
  assert.deepEqual(hungUp(greeted(TALKING)), []);
});

test("another call that is talked in by then is left alone", () => {
  greeted(TALKING).onclose({ code: 1006 });
  hangUp();
  const next = greeted({ ...TALKING, call: "c2" });
  assert.deepEqual(hungUp(next), []);
  assert.equal(desk.value.own?.call, "c2");
});

test("each reply to a ping tells the service's clock", () => {
  const line = greeted(TALKING);
  mock.timers.tick(10_000);
  const ping = line.sent.find((one) => one.type === "ping");
  line.tell({ type: "reply", ref: ping?.ref, ok: true, now: 5_000 });
  assert.equal(clock.value, 5_000);
  mock.timers.tick(1_000);
  assert.ok(Math.abs(clock.value - 5_000) < 60);
});

test("a page whose phone's line is closed for good does not hang up", () => {
  greeted(TALKING).onclose({ code: 4001 });
  assert.equal(canHangUp(), false);
});
