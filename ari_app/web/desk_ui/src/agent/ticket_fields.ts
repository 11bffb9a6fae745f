// Which fields the form has, how they are read from a ticket and how they are sent.
// Decides that an empty field is no text at all. Knows no service and no form.

import type { Fields, FieldValue, Ticket } from "./rows";

export const FIELD_NAMES = [
  "caller_name", "matter_address", "matter_cause", "matter_course", "caller_address",
  "case_type", "category_code", "urgency", "disposition", "named_supervisor", "confidential",
  "callback_number", "linked_110_case",
] as const;

export type FieldName = (typeof FIELD_NAMES)[number];

export function fieldsOf(row: Ticket): Fields {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, plain(row[name])]));
}

function plain(value: unknown): FieldValue {
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}

/** Nothing, an empty text and an unchecked box are the same. */
export function same(one: FieldValue | undefined, other: FieldValue | undefined): boolean {
  return (one || null) === (other || null);
}

export function textOf(value: FieldValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** As the ticket takes them: what was emptied is null, but no box is. */
export function sent(typed: Fields): Fields {
  return Object.fromEntries(Object.entries(typed).map(([name, value]) =>
    [name, name === "confidential" ? value === true : value || null]));
}
