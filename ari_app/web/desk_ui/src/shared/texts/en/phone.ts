import type { SameKeys } from "../text_types";
import type { phone as zh } from "../zh/phone";

export const phone: SameKeys<typeof zh> = {
  microphone_bad: "The microphone cannot be used: {why}",
  fault_refused: "the browser does not allow it",
  fault_missing: "there is none",
  fault_busy: "another program uses it",
};
