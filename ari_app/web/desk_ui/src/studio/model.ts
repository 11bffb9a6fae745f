// What is open at the studio and what of it is saved. Decides when a text is in conflict with the
// folder: whoever saves second is told, here as in a text editor. Knows no editor and no picture.

import { computed, effect, signal } from "@preact/signals";
import { messageOf, Refusal } from "../shared/api";
import { t } from "../shared/texts/language";
import { toast } from "../shared/ui/toast";
import { keepDrafts, keptDrafts } from "./drafts";
import {
  deleteFile, fileList, readText, renameFile, writeText, type ListedFile, type Texts,
} from "./studio_api";

export interface Opened {
  readonly saved: string;
  readonly sha256: string;
  readonly text: string;
  /** Grows when the text is set from outside the editor. */
  readonly loaded: number;
}

export interface Conflict {
  readonly path: string;
  readonly theirs: string;
  readonly sha256: string;
}

export const files = signal<readonly ListedFile[]>([]);
export const opened = signal<ReadonlyMap<string, Opened>>(new Map());
export const current = signal<string | null>(null);
export const conflict = signal<Conflict | null>(null);
/** The line on which the cursor is, and where an editor is asked to go. */
export const cursorLine = signal(1);
export const wanted = signal<{ readonly path: string; readonly line: number; readonly col: number } | null>(null);

export const currentFile = computed(() =>
  current.value === null ? null : (opened.value.get(current.value) ?? null));

const isDirty = (one: Opened): boolean => one.text !== one.saved;

export const unsaved = computed<readonly string[]>(() =>
  [...opened.value].filter(([, one]) => isDirty(one)).map(([path]) => path));

export const changedTexts = computed<Texts>(() =>
  Object.fromEntries([...opened.value].filter(([, one]) => isDirty(one)).map(([path, one]) => [path, one.text])));

export const nameOf = (path: string): string => path.slice(path.indexOf("/") + 1);
export const pathOf = (one: ListedFile): string => `${one.folder}/${one.name}`;

function put(path: string, one: Opened): void {
  opened.value = new Map(opened.value).set(path, one);
}

function drop(path: string): void {
  const rest = new Map(opened.value);
  rest.delete(path);
  opened.value = rest;
}

export async function start(): Promise<void> {
  await refresh();
  for (const path of Object.keys(keptDrafts())) {
    if (files.value.some((one) => pathOf(one) === path)) await load(path);
  }
  const first = files.value.find((one) => one.name === "main.yaml") ?? files.value[0];
  if (first !== undefined) await open(pathOf(first));
  effect(() => keepDrafts(draftsNow()));
  addEventListener("beforeunload", (event) => {
    if (unsaved.value.length > 0) event.preventDefault();
  });
  addEventListener("focus", () => void refresh().catch(() => undefined));
}

function draftsNow(): Record<string, { text: string; sha256: string }> {
  return Object.fromEntries(
    [...opened.value].filter(([, one]) => isDirty(one))
      .map(([path, one]) => [path, { text: one.text, sha256: one.sha256 }]),
  );
}

/** What lies in the folder now; an open file that a text editor changed is loaded anew. */
export async function refresh(): Promise<void> {
  files.value = await fileList();
  for (const [path, one] of opened.value) {
    const listed = files.value.find((other) => pathOf(other) === path);
    if (listed === undefined || listed.sha256 === one.sha256) continue;
    if (isDirty(one)) continue; // saving will tell
    await load(path);
    toast(t("studio.reloaded", { name: nameOf(path) }));
  }
}

async function load(path: string): Promise<void> {
  const { text, sha256 } = await readText(path);
  const draft = keptDrafts()[path];
  const before = opened.value.get(path);
  if (before !== undefined && isDirty(opened.value.get(path) ?? before)) return; // typed meanwhile
  const isKept = before === undefined && draft !== undefined && draft.text !== text;
  put(path, {
    saved: text,
    sha256: isKept ? draft.sha256 : sha256,
    text: isKept ? draft.text : text,
    loaded: (before?.loaded ?? 0) + 1,
  });
}

export async function open(path: string): Promise<void> {
  try {
    if (!opened.value.has(path)) await load(path);
    current.value = path;
  } catch (error) {
    toast(t("studio.cannot_open", { name: nameOf(path), why: messageOf(error) }), "bad");
  }
}

/** Show this place in the editor. */
export async function goTo(path: string, line: number, col = 1): Promise<void> {
  if (!/^(flows|tests)\//.test(path)) return;
  await open(path);
  wanted.value = { path, line, col };
}

export function edit(path: string, text: string): void {
  const one = opened.value.get(path);
  if (one !== undefined && one.text !== text) put(path, { ...one, text });
}

export async function save(path: string): Promise<boolean> {
  const one = opened.value.get(path);
  if (one === undefined || !isDirty(one)) return true;
  try {
    const sha256 = await writeText(path, one.text, one.sha256);
    saved(path, one.text, sha256);
    toast(t("studio.saved", { name: nameOf(path) }), "good");
    return true;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "changed_meanwhile") throw error;
    const found = await readText(path);
    conflict.value = { path, theirs: found.text, sha256: found.sha256 };
    return false;
  }
}

/** What was typed meanwhile stays unsaved. */
function saved(path: string, text: string, sha256: string): void {
  const now = opened.value.get(path);
  if (now !== undefined) put(path, { ...now, saved: text, sha256 });
  void refresh().catch(() => undefined);
}

export async function saveAll(): Promise<boolean> {
  for (const path of unsaved.value) if (!(await save(path))) return false;
  return true;
}

export function discard(path: string): void {
  const one = opened.value.get(path);
  if (one !== undefined) put(path, { ...one, text: one.saved, loaded: one.loaded + 1 });
}

export async function keepMine(): Promise<void> {
  const found = conflict.value;
  if (found === null) return;
  const one = opened.value.get(found.path);
  conflict.value = null;
  if (one === undefined) return;
  put(found.path, { ...one, saved: found.theirs, sha256: found.sha256 });
  await save(found.path);
}

export function takeTheirs(): void {
  const found = conflict.value;
  if (found === null) return;
  const loaded = (opened.value.get(found.path)?.loaded ?? 0) + 1;
  put(found.path, { saved: found.theirs, sha256: found.sha256, text: found.theirs, loaded });
  conflict.value = null;
}

export async function create(path: string, text: string): Promise<void> {
  await writeText(path, text, null);
  await refresh();
  await open(path);
}

export async function rename(path: string, to: string): Promise<void> {
  const one = opened.value.get(path);
  if (one === undefined) return;
  const path2 = `${path.slice(0, path.indexOf("/"))}/${to}`;
  await renameFile(path, to, one.sha256);
  drop(path);
  put(path2, one);
  current.value = path2;
  await refresh();
}

export async function remove(path: string): Promise<void> {
  const one = opened.value.get(path);
  if (one === undefined) return;
  await deleteFile(path, one.sha256);
  drop(path);
  current.value = null;
  await refresh();
}
