// What the service says about prompts, and what can be asked of it. Decides no wording.

import { get, remove, request } from "../shared/api";
import type { TreeFinding } from "../shared/api";

export interface PromptLanguage {
  readonly language: string;
  readonly fallback: string | null;
  readonly has_voice: boolean;
  readonly missing: number;
}

export interface Wording {
  readonly language: string;
  readonly text: string;
  readonly seconds: number;
  readonly source: "studio" | "voice" | "none";
  readonly is_outdated: boolean;
  readonly heard: string | null;
}

export interface ListedPrompt {
  readonly prompt: string;
  readonly spoken_in: readonly string[];
  readonly used_by: readonly string[];
  readonly wordings: readonly Wording[];
}

export interface PromptList {
  readonly languages: readonly PromptLanguage[];
  readonly prompts: readonly ListedPrompt[];
  readonly menu_s: number;
  readonly problems: readonly TreeFinding[];
}

export interface SoundFinding {
  readonly code: string;
  readonly is_error: boolean;
  readonly value: number | null;
}

export interface StudioPut {
  readonly seconds: number;
  readonly level_dbfs: number;
  readonly peak_dbfs: number;
  readonly clipped: number;
  readonly rate_hz: number;
  readonly channels: number;
  readonly findings: readonly SoundFinding[];
}

export interface StudioRemoved {
  readonly source: "voice" | "none";
  readonly needs_build: boolean;
}

/** One prompt in one language: a row of the table. */
export interface Spoken {
  readonly prompt: ListedPrompt;
  readonly wording: Wording;
}

export function listPrompts(): Promise<PromptList> {
  return get<PromptList>("prompts");
}

export function soundAddress({ prompt, wording }: Spoken, round: number): string {
  return `/api/v1/${placeOf(prompt.prompt, wording.language)}/sound?round=${round}`;
}

export async function putStudio({ prompt, wording }: Spoken, file: Blob): Promise<StudioPut> {
  const path = `${placeOf(prompt.prompt, wording.language)}/studio`;
  const headers = { "Content-Type": "audio/wav" };
  return (await request<StudioPut>("PUT", path, { body: file, headers })).body;
}

export function removeStudio({ prompt, wording }: Spoken): Promise<StudioRemoved> {
  return remove<StudioRemoved>(`${placeOf(prompt.prompt, wording.language)}/studio`);
}

function placeOf(prompt: string, language: string): string {
  return `prompts/${encodeURIComponent(language)}/${encodeURIComponent(prompt)}`;
}
