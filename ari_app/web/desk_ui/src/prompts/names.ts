// What a language is called.

import { locale, tOr } from "../shared/texts/language";

export function languageName(code: string): string {
  const known = tOr(`prompts.language_${code}`, "");
  if (known !== "") return known;
  try {
    const names = new Intl.DisplayNames(locale(), { type: "language" });
    return names.of(code.replace("_", "-")) ?? code;
  } catch {
    return code;
  }
}
