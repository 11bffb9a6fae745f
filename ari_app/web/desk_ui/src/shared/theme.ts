// Light or dark: as chosen, or as the system has it.

import { effect, signal } from "@preact/signals";
import { recall, remember } from "./stored";

export type Theme = "auto" | "light" | "dark";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(system.matches);

export const theme = signal<Theme>(THEMES.find((one) => one === recall("theme")) ?? "auto");

export function setTheme(chosen: Theme): void {
  remember("theme", chosen);
  theme.value = chosen;
}

/** What is really shown; charts draw with it. */
export function shownTheme(): "light" | "dark" {
  if (theme.value !== "auto") return theme.value;
  return isSystemDark.value ? "dark" : "light";
}

export function applyTheme(): void {
  system.addEventListener("change", (event) => { isSystemDark.value = event.matches; });
  effect(() => { document.documentElement.dataset["theme"] = shownTheme(); });
}
