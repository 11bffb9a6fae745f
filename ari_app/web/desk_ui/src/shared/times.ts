// How instants and durations are written. Instants are epoch seconds, as the service tells them, and
// are shown in the service's zone wherever the browser is: the same as reports and recordings say.

import { locale } from "./texts/language";

export const ZONE = "Asia/Shanghai";
/** China has no summer time: all its instants are so far from UTC. */
const OFFSET = "+08:00";
const OFFSET_S = 8 * 3600;

const two = (value: number): string => String(value).padStart(2, "0");

/** 75 -> "1:15", 3675 -> "1:01:15". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function timeOfDay(instant: number): string {
  return new Date(instant * 1000).toLocaleTimeString(locale(), { hourCycle: "h23", timeZone: ZONE });
}

/** Without seconds, for spans that begin at a minute. */
export function minuteOfDay(instant: number): string {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE } as const;
  return new Date(instant * 1000).toLocaleTimeString(locale(), options);
}

export function dateAndTime(instant: number): string {
  return dated(instant, "medium");
}

export function dateAndMinute(instant: number): string {
  return dated(instant, "short");
}

function dated(instant: number, timeStyle: "medium" | "short"): string {
  const options = { dateStyle: "short", timeStyle, hourCycle: "h23", timeZone: ZONE } as const;
  return new Date(instant * 1000).toLocaleString(locale(), options);
}

/** "2026-11-30T08:15", as a field for a date and a time has it. */
export function fieldTime(instant: number): string {
  return new Date((instant + OFFSET_S) * 1000).toISOString().slice(0, 16);
}

/** What such a field, or one for a date alone, means; NaN of anything else. */
export function instantOfField(text: string): number {
  const whole = text.length === 10 ? `${text}T00:00` : text;
  return Date.parse(`${whole}${OFFSET}`) / 1000;
}

/** Of the service's days, as everything here. */
export function isToday(instant: number): boolean {
  return fieldTime(instant).slice(0, 10) === fieldTime(Date.now() / 1000).slice(0, 10);
}

export function thisYear(): number {
  return Number(fieldTime(Date.now() / 1000).slice(0, 4));
}
