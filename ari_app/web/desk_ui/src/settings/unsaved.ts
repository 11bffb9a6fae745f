// Texts that somebody has begun to change and not saved, by their file: they outlive a change of
// the part that is shown. Decides nothing; who leaves the page is asked by the browser.

import { signal } from "@preact/signals";
import type { FileName } from "./config_api";

export interface Unsaved {
  readonly text: string;
  /** The hash of the file's text from which this one was made. */
  readonly base: string;
}

/** An editor knows lines, not how they end. */
export function unixLines(text: string): string {
  return text.replace(/\r\n/g, "\n");
}

export const unsaved = signal<ReadonlyMap<FileName, Unsaved>>(new Map());

export function keepUnsaved(file: FileName, text: string, base: string): void {
  unsaved.value = new Map(unsaved.value).set(file, { text, base });
}

export function forgetUnsaved(file: FileName): void {
  if (!unsaved.value.has(file)) return;
  unsaved.value = new Map([...unsaved.value].filter(([name]) => name !== file));
}

/** What is left to save is made from the text with this hash now. */
export function baseUnsaved(file: FileName, base: string): void {
  const kept = unsaved.value.get(file);
  if (kept !== undefined) keepUnsaved(file, kept.text, base);
}

addEventListener("beforeunload", (event) => {
  if (unsaved.value.size > 0) event.preventDefault();
});
