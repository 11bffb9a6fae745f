// How a call ended, in words.

import { t, tOr } from "./texts/language";

export function outcomeName(outcome: string | null): string {
  return outcome === null ? t("calls.live") : tOr(`calls.outcome_${outcome}`, outcome);
}
