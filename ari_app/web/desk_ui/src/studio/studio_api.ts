// What the studio asks the service for, and the shapes of the answers. Decides nothing.

import { get, Refusal, request, type TreeFinding } from "../shared/api";

export type FactValue = boolean | number | string;
export type Texts = Readonly<Record<string, string | null>>;

export interface ListedFile {
  readonly folder: "flows" | "tests";
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly changed_at: number;
}

export interface Finding extends TreeFinding {
  readonly message_zh: string;
  readonly level: "error" | "warning";
}

export interface OutlineNode {
  readonly name: string;
  readonly type: string;
  readonly line: number;
  readonly last_line: number;
}

export interface Outline {
  readonly flow: string;
  readonly file: string;
  readonly lines: readonly string[];
  readonly nodes: readonly OutlineNode[];
}

export interface Proof {
  readonly flow: string;
  readonly nodes: number;
  readonly states: number;
  readonly seconds: number | null;
  readonly keys: number;
}

export interface PlayedCase {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly string[];
}

export interface Checked {
  readonly is_fit: boolean;
  readonly problems: readonly Finding[];
  readonly trees: readonly Outline[];
  readonly proofs: readonly Proof[];
  readonly cases: readonly PlayedCase[];
}

export interface DrawnBox {
  readonly id: string;
  readonly node: string;
  readonly file: string;
  readonly line: number;
  readonly is_copy: boolean;
  readonly tooltip: string;
}

export interface Drawn {
  readonly flow: string;
  readonly svg: string | null;
  readonly boxes: readonly DrawnBox[];
  readonly why: string;
  readonly detail: string;
}

export interface Deed {
  readonly do: string;
  readonly key?: string;
  readonly seconds?: number;
  readonly name?: string;
  readonly value?: FactValue | null;
}

export interface Entry {
  readonly at: number;
  readonly node: string;
  readonly kind: string;
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly type?: string;
  readonly text?: string;
  readonly language?: string;
  readonly seconds?: number;
  readonly recorded_in?: string;
  readonly is_lost?: boolean;
  readonly queue?: string;
  readonly needs?: Readonly<Record<string, number>>;
  readonly priority?: number;
  readonly join?: string;
}

export interface Now {
  readonly at: number;
  readonly node: string;
  readonly file: string;
  readonly line: number;
  readonly phase: string;
  readonly keys: readonly string[];
  readonly next_in_s: number | null;
  readonly ends: string | null;
  readonly person_s: number | null;
  readonly unknown_facts: readonly string[];
}

export interface Played {
  readonly problems: readonly Finding[];
  readonly entries: readonly Entry[];
  readonly now: Now | null;
}

export interface Named {
  readonly name: string;
  readonly about: string;
}

export interface FactForm {
  readonly pattern: string;
  readonly kind: "yes_no" | "number" | "text" | "hours";
  readonly about: string;
}

export type Schema = Readonly<Record<string, unknown>>;

export interface Names {
  readonly queues: readonly Named[];
  readonly skills: readonly Named[];
  readonly prompts: readonly Named[];
  readonly numbers: readonly Named[];
  readonly schedules: readonly Named[];
  readonly languages: readonly Named[];
  readonly fields: readonly Named[];
  readonly modes: readonly Named[];
  readonly facts: readonly FactForm[];
  readonly flow_schema: Schema;
  readonly cases_schema: Schema;
}

export interface Group {
  readonly name: string;
  readonly calls: number;
  readonly examples: readonly string[];
}

/** One line of a comparison. */
export type CompareStep =
  | { readonly kind: "progress"; readonly done: number; readonly all: number }
  | { readonly kind: "not_fit"; readonly problems: readonly Finding[] }
  | { readonly kind: "failed"; readonly code: string; readonly detail: string }
  | CompareFound;

export interface CompareFound {
  readonly kind: "found";
  readonly calls: number;
  readonly moved: number;
  readonly moved_by_keys: readonly Group[];
  readonly moved_by_way: readonly Group[];
  readonly slower: number;
  readonly unlike_record: number;
  readonly missing_facts: Readonly<Record<string, number>>;
}

const address = (path: string): string =>
  `studio/files/${path.split("/").map(encodeURIComponent).join("/")}`;

export const fileList = async (): Promise<readonly ListedFile[]> =>
  (await get<{ files: readonly ListedFile[] }>("studio/files")).files;

export const readText = (path: string): Promise<{ text: string; sha256: string }> =>
  get(address(path));

/** `seen` null: the file must not be there yet. The checksum of what is there now. */
export async function writeText(path: string, text: string, seen: string | null): Promise<string> {
  const headers: Record<string, string> =
    seen === null ? { "If-None-Match": "*" } : { "If-Match": `"${seen}"` };
  const body = { text };
  return (await request<{ sha256: string }>("PUT", address(path), { body, headers })).body.sha256;
}

export async function renameFile(path: string, to: string, seen: string): Promise<void> {
  const headers = { "If-Match": `"${seen}"` };
  await request("POST", `${address(path)}/rename`, { body: { to }, headers });
}

export async function deleteFile(path: string, seen: string): Promise<void> {
  await request("DELETE", address(path), { headers: { "If-Match": `"${seen}"` } });
}

export const names = (): Promise<Names> => get("studio/names");

export async function asked<T>(what: string, body: unknown, signal: AbortSignal): Promise<T> {
  return (await request<T>("POST", `studio/${what}`, { body, signal })).body;
}

/** The steps of a comparison as they come; ending the signal ends it on the service too. */
export async function* comparison(
  changed: Texts, day: string, signal: AbortSignal,
): AsyncGenerator<CompareStep> {
  const body = JSON.stringify({ changed, day: day === "" ? null : day });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/api/v1/studio/comparison", {
    method: "POST", body, headers, signal, credentials: "same-origin",
  });
  if (!answer.ok || answer.body === null) throw new Refusal(await answer.json());
  let rest = "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as CompareStep;
  }
}
