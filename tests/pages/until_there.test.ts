// What a page asks again for, and what it does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../ari_app/web/desk_ui/src/shared/api";
import { untilThere } from "../../ari_app/web/desk_ui/src/shared/until_there";

function refusal(status: number): Refusal {
  return new Refusal({ status, code: "x", detail: `refused with ${status}` });
}

test("a service that is away is asked until it is there, and each time is told", async () => {
  const answers = [refusal(0), refusal(503), refusal(429)];
  const told: string[] = [];
  const ask = async (): Promise<string> => {
    const away = answers.shift();
    if (away !== undefined) throw away;
    return "here";
  };
  const tell = (error: unknown): void => { told.push((error as Error).message); };
  assert.equal(await untilThere(ask, tell, 1), "here");
  assert.deepEqual(told, ["refused with 0", "refused with 503", "refused with 429"]);
});

test("a refusal stays one", async () => {
  let count = 0;
  const ask = async (): Promise<string> => {
    count += 1;
    throw refusal(403);
  };
  await assert.rejects(untilThere(ask), /403/);
  assert.equal(count, 1);
});
