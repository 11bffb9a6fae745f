// The configuration's files: what the service says of them, and what can be asked. A file is read
// with the hash of its text, and whoever saves shows that hash again: nobody overwrites another.

import { get, post, request, type TreeFinding } from "../shared/api";

export type Json =
  | null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type Entry = { readonly [name: string]: Json };

export type FileName =
  | "agents" | "queues" | "hours" | "holidays" | "numbers" | "lists"
  | "modes" | "units" | "sla" | "outbound";

export interface ListedFile {
  readonly file: FileName;
  readonly sha256: string;
  readonly is_live: boolean;
}

export interface Overview {
  readonly files: readonly ListedFile[];
  readonly problems: readonly TreeFinding[];
  readonly phones_problem: string;
  readonly restart_only: readonly string[];
}

export interface ConfigFile {
  readonly file: FileName;
  readonly is_there: boolean;
  readonly is_live: boolean;
  readonly sha256: string;
  readonly text: string;
  readonly data: Json;
}

export interface Checked {
  readonly is_fit: boolean;
  readonly problems: readonly TreeFinding[];
  readonly data: Json;
}

export interface Saved {
  readonly changed: readonly string[];
  readonly problems: readonly TreeFinding[];
  readonly phones_problem: string;
  readonly sha256: string;
}

export interface NewPassword {
  readonly agent: string;
  readonly which: "api" | "sip";
  readonly password: string;
}

export function listFiles(): Promise<Overview> {
  return get<Overview>("config");
}

export function readFile(file: FileName): Promise<ConfigFile> {
  return get<ConfigFile>(`config/${file}`);
}

export async function checkText(file: FileName, text: string, signal: AbortSignal): Promise<Checked> {
  const options = { body: { text }, signal };
  return (await request<Checked>("POST", `config/${file}/check`, options)).body;
}

export function writeText(file: FileName, text: string, seen: string): Promise<Saved> {
  return saved("PUT", `config/${file}`, seen, { text });
}

export function putEntry(
  file: FileName, section: string, name: string, value: Json, seen: string,
): Promise<Saved> {
  return saved("PUT", entryPath(file, section, name), seen, { value });
}

export function removeEntry(
  file: FileName, section: string, name: string, seen: string,
): Promise<Saved> {
  return saved("DELETE", entryPath(file, section, name), seen);
}

export function reloadAll(): Promise<Saved> {
  return post<Saved>("config/reload");
}

export function renewPassword(agent: string, which: "api" | "sip"): Promise<NewPassword> {
  return post<NewPassword>(`config/passwords/${encodeURIComponent(agent)}`, { which });
}

function entryPath(file: FileName, section: string, name: string): string {
  return `config/${file}/${section}/${encodeURIComponent(name)}`;
}

async function saved(
  method: "PUT" | "DELETE", path: string, seen: string, body?: unknown,
): Promise<Saved> {
  const headers = { "If-Match": `"${seen}"` };
  const options = body === undefined ? { headers } : { headers, body };
  return (await request<Saved>(method, path, options)).body;
}

// --- what a file says ----------------------------------------------------------------------------

export function entryOf(value: Json | undefined): Entry {
  const isEntry = typeof value === "object" && value !== null && !Array.isArray(value);
  return isEntry ? (value as Entry) : {};
}

/** The entries of a section by name, in the order in which they are written. */
export function sectionOf(data: Json, section: string): readonly (readonly [string, Json])[] {
  return Object.entries(entryOf(entryOf(data)[section]));
}

export function textOf(value: Json | undefined): string {
  return value === null || value === undefined || typeof value === "object" ? "" : String(value);
}

export function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((one) => textOf(one as Json)) : [];
}
