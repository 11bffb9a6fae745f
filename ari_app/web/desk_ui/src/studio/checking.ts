// Asks for the check, and after it for the picture, a moment after the last key. Decides how long
// that moment is, and that an older answer never overwrites a newer one.

import { computed, effect, signal } from "@preact/signals";
import { messageOf } from "../shared/api";
import { findingWords } from "../shared/finding_words";
import { language } from "../shared/texts/language";
import { changedTexts, current, cursorLine, files } from "./model";
import { asked, names, type Checked, type Drawn, type Finding, type Names } from "./studio_api";

const QUIET_MS = 300;

export const profile = signal("");
export const checked = signal<Checked | null>(null);
export const isChecking = signal(true);
export const checkError = signal("");
/** The last picture that could be drawn of each file, and whether it is of the text as it is. */
export const drawn = signal<{ readonly file: string; readonly picture: Drawn; readonly isOld: boolean } | null>(null);
export const known = signal<Names | null>(null);

export const errors = computed(() => count("error"));
export const warnings = computed(() => count("warning"));

function count(level: Finding["level"]): number {
  return checked.value?.problems.filter((one) => one.level === level).length ?? 0;
}

/** The node in which the cursor is. */
export const cursorNode = computed(() => {
  const tree = checked.value?.trees.find((one) => one.file === current.value);
  const line = cursorLine.value;
  return tree?.nodes.find((one) => one.line <= line && line <= one.last_line)?.name ?? null;
});

/** A finding in the language that is shown: the code's meaning, then the exact words. */
export function wordsOf(one: Finding): string {
  if (language.value === "zh" && one.message_zh !== "") return one.message_zh;
  return findingWords(one);
}

let abort = new AbortController();

export function startChecking(): void {
  names().then((found) => { known.value = found; }, () => undefined);
  effect(() => {
    const body = { changed: changedTexts.value, profile: profile.value };
    const file = current.value;
    void files.value; // what a text editor saved counts too
    abort.abort();
    const mine = new AbortController();
    abort = mine;
    const timer = setTimeout(() => void look(body, file, mine.signal), QUIET_MS);
    mine.signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

async function look(body: object, file: string | null, signal_: AbortSignal): Promise<void> {
  isChecking.value = true;
  try {
    const found = await asked<Checked>("check", body, signal_);
    if (signal_.aborted) return;
    checked.value = found;
    checkError.value = "";
    if (file?.startsWith("flows/")) await draw({ ...body, file }, file, signal_);
  } catch (error) {
    if (!signal_.aborted) checkError.value = messageOf(error);
  } finally {
    if (!signal_.aborted) isChecking.value = false;
  }
}

async function draw(body: object, file: string, signal_: AbortSignal): Promise<void> {
  const picture = await asked<Drawn>("drawing", body, signal_);
  if (signal_.aborted) return;
  const before = drawn.peek();
  if (picture.svg !== null || before?.file !== file) drawn.value = { file, picture, isOld: false };
  else drawn.value = { ...before, isOld: true };
}
