// The files as this page holds them: one signal each, read when it is first needed and again after
// each save. Decides nothing about what is in them.

import { signal, type Signal } from "@preact/signals";
import { Refusal } from "../shared/api";
import { findingWords } from "../shared/finding_words";
import { t } from "../shared/texts/language";
import { toast, toastError } from "../shared/ui/toast";
import {
  listFiles, putEntry, readFile, reloadAll, removeEntry, writeText,
  type ConfigFile, type FileName, type Json, type Overview, type Saved,
} from "./config_api";
import { baseUnsaved, forgetUnsaved, unixLines, unsaved } from "./unsaved";

export const overview = signal<Overview | null>(null);

const held = new Map<FileName, Signal<ConfigFile | null>>();

export function fileOf(name: FileName): Signal<ConfigFile | null> {
  const known = held.get(name);
  if (known !== undefined) return known;
  const made = signal<ConfigFile | null>(null);
  held.set(name, made);
  refresh(name).catch(toastError);
  return made;
}

export async function refresh(name: FileName): Promise<void> {
  const read = await readFile(name);
  fileOf(name).value = read;
  if (unsaved.value.get(name)?.text === unixLines(read.text)) forgetUnsaved(name);
}

export async function refreshOverview(): Promise<void> {
  overview.value = await listFiles();
}

/** True once it is saved and in service; otherwise it was said why not. `seen` is the hash of the file
 * that the entry was made from: the file that is held here may be another's by now. */
export async function saveEntry(
  file: FileName, section: string, name: string, value: Json, seen: string,
): Promise<boolean> {
  return await keep(file, () => putEntry(file, section, name, value, seen));
}

export async function dropEntry(
  file: FileName, section: string, name: string, seen: string,
): Promise<boolean> {
  return await keep(file, () => removeEntry(file, section, name, seen));
}

/** As `saveEntry`, but what is wrong is thrown: the editor shows it at its line. */
export async function saveText(file: FileName, text: string, seen: string): Promise<void> {
  const saved = await writeText(file, text, seen);
  baseUnsaved(file, saved.sha256); // what was typed meanwhile goes on from this text
  done(saved);
  await Promise.all([refresh(file), refreshOverview()]);
}

export async function reload(): Promise<void> {
  const saved = await reloadAll();
  done(saved);
  await Promise.all([refreshOverview(), ...[...held.keys()].map(refresh)]);
}

async function keep(file: FileName, save: () => Promise<Saved>): Promise<boolean> {
  try {
    done(await save());
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === "nothing_changed") return true;
    const first = error instanceof Refusal ? error.findings[0] : undefined;
    if (first === undefined) toastError(error);
    else toast(`${first.file}:${first.line} ${first.code} ${findingWords(first)}`, "bad");
    return false;
  } finally {
    await Promise.all([refresh(file), refreshOverview()]).catch(toastError);
  }
}

function done(saved: Saved): void {
  toast(saved.changed.length === 0 ? t("settings.nothing_to_do") : t("settings.in_service"), "good");
  if (saved.phones_problem !== "") {
    toast(t("settings.phones_problem", { problem: saved.phones_problem }), "warn");
  }
}
