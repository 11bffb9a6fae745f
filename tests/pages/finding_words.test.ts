// What a finding says in either language.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findingWords } from "../../ari_app/web/desk_ui/src/shared/finding_words";
import { setLanguage } from "../../ari_app/web/desk_ui/src/shared/texts/language";

const FINDING = { file: "queues.yaml", line: 1, col: 1, code: "E202", message: "no such field.", hint: "Take it out." };

test("in Chinese the code's meaning comes first, then exactly what was found", () => {
  setLanguage("zh");
  assert.equal(findingWords(FINDING), "没有这个字段: no such field. Take it out.");
  assert.equal(findingWords({ ...FINDING, code: "E999" }), "no such field. Take it out.");
});

test("in English it is what was found", () => {
  setLanguage("en");
  assert.equal(findingWords({ ...FINDING, hint: "" }), "no such field.");
});
