// Which days of a year are free and which weekend days are worked for it, out of holidays.yaml.
// Decides nothing that the service decides: it only paints what the file says.

import { entryOf, textOf, textsOf, type Json } from "./config_api";

export interface Marked {
  readonly kind: "free" | "work";
  readonly name: string;
}

export interface Holiday {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly work: readonly string[];
}

export function holidaysOf(year: Json): readonly Holiday[] {
  return Object.entries(entryOf(entryOf(year)["holidays"])).map(([name, one]) => {
    const entry = entryOf(one);
    return {
      name, from: textOf(entry["from"]), to: textOf(entry["to"]), work: textsOf(entry["work"]),
    };
  });
}

/** Days as `2026-02-15`; those of a year before or after are among them. */
export function markedDays(year: number, holidays: readonly Holiday[]): ReadonlyMap<string, Marked> {
  const found = new Map<string, Marked>();
  for (const { name, from, to, work } of holidays) {
    for (const day of daysBetween(whole(year, from), whole(year, to === "" ? from : to))) {
      found.set(day, { kind: "free", name });
    }
    for (const day of work) found.set(whole(year, day), { kind: "work", name });
  }
  return found;
}

/** The weeks of a month, Monday first; null where another month's days are. */
export function weeksOf(year: number, month: number): readonly (readonly (string | null)[])[] {
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const before = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const cells: (string | null)[] = Array.from({ length: before }, () => null);
  for (let day = 1; day <= count; day += 1) cells.push(iso(year, month, day));
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(7 * week, 7 * week + 7));
}

export function isWeekend(day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

function whole(year: number, day: string): string {
  return /^\d{2}-\d{2}$/.test(day) ? `${year}-${day}` : day;
}

function daysBetween(first: string, last: string): readonly string[] {
  const end = Date.parse(`${last}T00:00:00Z`);
  const days: string[] = [];
  for (let at = Date.parse(`${first}T00:00:00Z`); at <= end && days.length < 60; at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

function iso(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
