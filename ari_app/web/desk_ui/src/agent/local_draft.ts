// What is being typed, kept in this browser at each key: a closed tab loses nothing of it.
//
// The one place where a browser keeps citizens' words. Decides when they go: with the save, when
// another agent sits down here, and after a week.

import type { Fields } from "./rows";

export interface LocalDraft {
  readonly fields: Fields;
  /** The version of the service's draft that this goes on from. */
  readonly seen: number;
  readonly at: number;
}

const ROOT = "hotline.draft.";
const KEPT_MS = 7 * 86_400_000;

function nameOf(agent: string, ticketId: string): string {
  return `${ROOT}${agent}.${ticketId}`;
}

export function keepLocal(agent: string, ticketId: string, draft: LocalDraft): void {
  try {
    localStorage.setItem(nameOf(agent, ticketId), JSON.stringify(draft));
  } catch {
    // Full or blocked: the service keeps it too.
  }
}

export function findLocal(agent: string, ticketId: string): LocalDraft | null {
  try {
    const text = localStorage.getItem(nameOf(agent, ticketId));
    return text === null ? null : JSON.parse(text) as LocalDraft;
  } catch {
    return null;
  }
}

export function dropLocal(agent: string, ticketId: string): void {
  try {
    localStorage.removeItem(nameOf(agent, ticketId));
  } catch {
    // Then there was none.
  }
}

/** The tickets of this agent that hold words nobody has saved. */
export function unsavedTickets(agent: string): readonly string[] {
  const own = nameOf(agent, "");
  return namesHere().filter((name) => name.startsWith(own)).map((name) => name.slice(own.length));
}

/** Others' words, and those too old, go from this browser; the service keeps its own. */
export function sweepLocal(agent: string): void {
  for (const name of namesHere()) {
    const isOwn = name.startsWith(nameOf(agent, ""));
    const kept = isOwn ? findLocal(agent, name.slice(nameOf(agent, "").length)) : null;
    if (kept === null || Date.now() - kept.at > KEPT_MS) drop(name);
  }
}

function drop(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // Nothing is kept here at all.
  }
}

function namesHere(): readonly string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(ROOT));
  } catch {
    return [];
  }
}
