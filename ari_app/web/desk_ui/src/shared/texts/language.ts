// Which language is shown, and the text of a key in it. Chinese unless chosen otherwise.

import { signal } from "@preact/signals";
import { recall, remember } from "../stored";
import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";
type Areas = typeof zh;
export type TextKey = {
  [Area in keyof Areas]: `${Area}.${Extract<keyof Areas[Area], string>}`;
}[keyof Areas];
export type Values = Readonly<Record<string, string | number>>;

const CATALOGUES: Readonly<Record<Language, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  zh,
  en,
};

export const language = signal<Language>(recall("language") === "en" ? "en" : "zh");

export function setLanguage(chosen: Language): void {
  remember("language", chosen);
  language.value = chosen;
}

/** The text of a key; `{name}` in it is replaced by the value of that name. */
export function t(key: TextKey, values: Values = {}): string {
  const [area = "", name = ""] = key.split(".");
  const text = CATALOGUES[language.value][area]?.[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, found: string) => String(values[found] ?? whole));
}

/** A text whose key is put together at run time, such as `agent.state_` and a state. */
export function tOr(key: string, otherwise: string): string {
  const [area = "", name = ""] = key.split(".");
  return CATALOGUES[language.value][area]?.[name] ?? otherwise;
}

export function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en-GB";
}
