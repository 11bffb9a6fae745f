// A call played through the text as it is. Decides only what was done so far: the service does all
// of it once more at each step, so a changed tree is played with the same keys at once.

import { effect, signal } from "@preact/signals";
import { messageOf } from "../shared/api";
import { changedTexts } from "./model";
import { asked, type Deed, type Entry, type FactValue, type Now, type Played } from "./studio_api";

const QUIET_MS = 60;
const MOST_DEEDS = 300;

export const isOpen = signal(false);
export const dialled = signal("");
export const flow = signal("");
export const deeds = signal<readonly Deed[]>([]);
export const entries = signal<readonly Entry[]>([]);
export const now = signal<Now | null>(null);
export const playError = signal("");
export const isPossible = signal(true);

export function act(deed: Deed): void {
  if (deeds.value.length < MOST_DEEDS) deeds.value = [...deeds.value, deed];
}

export function undo(): void {
  deeds.value = deeds.value.slice(0, -1);
}

export function again(): void {
  deeds.value = [];
}

/** "closed", "true", "3" as what they mean. */
export function factValue(text: string): FactValue {
  const said = text.trim();
  if (said === "true" || said === "false") return said === "true";
  return /^-?\d{1,9}(\.\d+)?$/.test(said) ? Number(said) : said;
}

let abort = new AbortController();

export function startPlaying(): void {
  effect(() => {
    const body = {
      changed: changedTexts.value, dialled: dialled.value, flow: flow.value, deeds: deeds.value,
    };
    abort.abort();
    if (!isOpen.value) {
      now.value = null;
      return;
    }
    const mine = new AbortController();
    abort = mine;
    const timer = setTimeout(() => void play(body, mine.signal), QUIET_MS);
    mine.signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

async function play(body: object, signal_: AbortSignal): Promise<void> {
  try {
    const found = await asked<Played>("play", body, signal_);
    if (signal_.aborted) return;
    isPossible.value = found.problems.length === 0;
    playError.value = "";
    if (found.now === null) return;
    entries.value = found.entries;
    now.value = found.now;
  } catch (error) {
    if (!signal_.aborted) playError.value = messageOf(error);
  }
}
