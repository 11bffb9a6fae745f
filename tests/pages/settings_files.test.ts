// Whose change of a configuration file counts when two make one at the same time.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { holdTime } from "./held_time";
import type { ConfigFile } from "../../ari_app/web/desk_ui/src/settings/config_api";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly ifMatch: string | undefined;
}

const OPENED = "a".repeat(64);
const OTHERS = "b".repeat(64);
const CHANGING = ["PUT", "DELETE"];
const sent: Sent[] = [];
let inFolder = OPENED;

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function served(path: string, options: { method: string; headers: Record<string, string> }): Response {
  const asked = { method: options.method, path: path.replace("/api/v1/", ""), ifMatch: options.headers["If-Match"] };
  sent.push(asked);
  if (!CHANGING.includes(asked.method)) return answer(200, { file: "agents", sha256: inFolder, text: "", data: {} });
  if (asked.ifMatch !== `"${inFolder}"`) {
    return answer(409, { status: 409, code: "changed_meanwhile", detail: "changed" });
  }
  return answer(200, { changed: ["agents"], problems: [], phones_problem: "", sha256: inFolder });
}

Object.assign(globalThis, {
  fetch: async (path: string, options: { method: string; headers: Record<string, string> }) => served(path, options),
  addEventListener: () => undefined,
  BUILD_STAMP: "test",
});
holdTime("setTimeout");

// They ask for the window's events when they are read.
const { dropEntry, fileOf, refresh, saveEntry } = await import("../../ari_app/web/desk_ui/src/settings/files");
const { isOvertaken } = await import("../../ari_app/web/desk_ui/src/settings/overtaken");

beforeEach(async () => {
  inFolder = OPENED;
  await refresh("agents");
  sent.splice(0);
});

function changes(): readonly Sent[] {
  return sent.filter((one) => CHANGING.includes(one.method));
}

function held(): string {
  return (fileOf("agents").value as ConfigFile).sha256;
}

test("an entry is saved over the file that its dialog was made from", async () => {
  assert.equal(await saveEntry("agents", "agents", "1001", { name: "王" }, OPENED), true);
  assert.deepEqual(changes(), [{ method: "PUT", path: "config/agents/agents/1001", ifMatch: `"${OPENED}"` }]);
  assert.equal(isOvertaken("agents", OPENED), false);
});

test("another's change is not overwritten by a second try, though it has been read meanwhile", async () => {
  inFolder = OTHERS;
  for (let n = 0; n < 2; n += 1) {
    assert.equal(await saveEntry("agents", "agents", "1001", { name: "王" }, OPENED), false);
    assert.equal(held(), OTHERS);
  }
  assert.deepEqual(changes().map((one) => one.ifMatch), [`"${OPENED}"`, `"${OPENED}"`]);
  assert.equal(isOvertaken("agents", OPENED), true);
});

test("who has opened the dialog again has seen the other's change and may save", async () => {
  inFolder = OTHERS;
  await saveEntry("agents", "agents", "1001", { name: "王" }, OPENED);
  assert.equal(await saveEntry("agents", "agents", "1001", { name: "王" }, held()), true);
});

test("an entry is taken out of the file that was shown when it was asked about, and of no other", async () => {
  inFolder = OTHERS;
  assert.equal(await dropEntry("agents", "agents", "1001", OPENED), false);
  assert.deepEqual(changes(), [{ method: "DELETE", path: "config/agents/agents/1001", ifMatch: `"${OPENED}"` }]);
});
