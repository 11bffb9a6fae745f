// How figures of the journal are written: shares, seconds, counts. Decides by a figure's name what
// it is; the names are the service's own.

import { t } from "./texts/language";
import { duration } from "./times";

const SHARES = /(_rate(_24h)?(_lowest)?|^level_\w+|^first_contact|^occupancy|^satisfaction|^score)$/;

export type FigureKind = "share" | "seconds" | "count";

export function kindOf(name: string): FigureKind {
  if (SHARES.test(name)) return "share";
  return name.endsWith("_s") ? "seconds" : "count";
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${(value * 100).toFixed(1)}%`;
}

/** A figure as people read it; nothing to count is no nought. */
export function figure(name: string, value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  switch (kindOf(name)) {
    case "share": return percent(value);
    case "seconds": return value < 60 ? t("common.seconds", { seconds: value.toFixed(1) }) : duration(value);
    case "count": return String(Math.round(value * 100) / 100);
  }
}
