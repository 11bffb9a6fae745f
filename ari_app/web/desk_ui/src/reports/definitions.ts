// A figure's name and what it counts, in the language that is shown.

import { definitions } from "../shared/texts/en/definitions";
import { language } from "../shared/texts/language";
import type { Defined } from "./types";

export function definitionOf(one: Defined): Defined {
  const found = language.value === "en" ? definitions[one.name] : undefined;
  return found === undefined ? one : { name: one.name, label: found[0], says: found[1] };
}
