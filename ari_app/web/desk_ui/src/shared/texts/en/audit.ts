import type { SameKeys } from "../text_types";
import type { audit as zh } from "../zh/audit";

export const audit: SameKeys<typeof zh> = {
  title: "Audit",
  caption: "Who did what, newest first",
  none: "No entries",
  seq: "No.",
  at: "Time",
  who: "Who",
  what: "What",
  subject: "To what",
  result: "Result",
  data: "Details",
  search: "Search",
  more: "Earlier",
};
