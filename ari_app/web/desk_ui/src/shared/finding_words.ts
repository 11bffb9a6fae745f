// A finding's words in the language that is shown: in Chinese what its code means, then exactly
// what the service said.

import type { TreeFinding } from "./api";
import { language, tOr } from "./texts/language";

export function findingWords(one: TreeFinding): string {
  const exact = [one.message, one.hint].filter(Boolean).join(" ");
  const meaning = tOr(`studio.code_${one.code}`, "");
  return language.value === "zh" && meaning !== "" ? `${meaning}: ${exact}` : exact;
}
