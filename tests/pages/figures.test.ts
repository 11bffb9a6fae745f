// How figures are written for people.

import assert from "node:assert/strict";
import { test } from "node:test";
import { figure } from "../../ari_app/web/desk_ui/src/shared/figures";
import { setLanguage } from "../../ari_app/web/desk_ui/src/shared/texts/language";

const WRITTEN: readonly (readonly [string, unknown, string])[] = [
  ["connect_rate", 0.985, "98.5%"],
  ["connect_rate_24h", 1, "100.0%"],
  ["level_queue", 0, "0.0%"],
  ["satisfaction", 0.9, "90.0%"],
  ["wait_s", 12.34, "12.3 秒"],
  ["wait_s", 75, "1:15"],
  ["arrived", 1204, "1204"],
  ["score", 0.9333, "93.3%"],
  ["rank", 2, "2"],
  ["connect_rate", null, "–"],
  ["arrived", undefined, "–"],
];

for (const [name, value, expected] of WRITTEN) {
  test(`${name} of ${String(value)}`, () => assert.equal(figure(name, value), expected));
}

test("seconds are seconds in English too", () => {
  setLanguage("en");
  assert.equal(figure("wait_s", 12.34), "12.3 s");
});
