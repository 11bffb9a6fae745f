// The ticket beside the call: what was there, what is typed, and where that has been kept.
//
// Decides when a draft is sent (within a second of the first key that is not yet kept), when it is
// saved by itself, and that nothing of two people's words is thrown away unseen. What a ticket may
// hold is the service's word.

import { computed, signal } from "@preact/signals";
import { get, Refusal, request } from "../shared/api";
import { me } from "../shared/me";
import { t } from "../shared/texts/language";
import { dropLocal, findLocal, keepLocal, unsavedTickets } from "./local_draft";
import { FIELD_NAMES, fieldsOf, same, sent } from "./ticket_fields";
import type { Draft, Fields, FieldValue, Ticket } from "./rows";

/** ``local`` is kept in this browser alone, ``kept`` at the service too, ``saved`` in the ticket. */
export type Keeping = "clean" | "local" | "kept" | "saving" | "saved" | "failed";

export interface Conflict {
  /** A ``draft`` typed elsewhere, or the ``ticket`` that somebody else changed. */
  readonly where: "draft" | "ticket";
  readonly theirs: Fields;
  readonly version: number;
}

export const ticket = signal<Ticket | null>(null);
/** The ticket of the call in hand; another may be looked at meanwhile. */
export const inHand = signal<string | null>(null);
/** What the form shows. */
export const fields = signal<Fields>({});
export const keeping = signal<Keeping>("clean");
export const conflict = signal<Conflict | null>(null);
export const errors = signal<Readonly<Record<string, string>>>({});
export const keptAt = signal<number | null>(null);
export const failure = signal("");
/** Tickets of this agent with words that no save has taken. */
export const unsaved = signal<readonly string[]>([]);

const AUTOSAVE_MS = 1_000;
const RETRY_MS = 3_000;
/** This page, for the service to tell its own late draft from another page's. */
const TAB = Array.from(crypto.getRandomValues(new Uint8Array(8)), (one) => one.toString(36)).join("");

/** A save or a draft without an answer has failed, and is tried again. */
const LIMIT_MS = 15_000;

let base: Fields = {};
let draftVersion = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let sending: Promise<void> = Promise.resolve();
let saving: { readonly ticketId: string; readonly done: Promise<void> } | null = null;
/** Which of several tickets that were opened is the one to show. */
let opening = 0;
/** Marks of the call in hand that were made while its ticket was not shown: a ticket that is read
 * at once may not have them yet. */
let unseen: Fields = {};
let isReadOnly = false;

export const changed = computed(() => {
  const now = fields.value;
  return FIELD_NAMES.filter((name) => !same(now[name], base[name]));
});
export const isDirty = computed(() => changed.value.length > 0);

const agentId = (): string => me.value?.agent ?? "";

// --- opening --------------------------------------------------------------------------------------

interface InHand {
  readonly ticket: Ticket | null;
  readonly draft: Draft | null;
}

/** Show the ticket of the call in hand, with everything that was typed into it before. False when
 * it is not there yet; nothing is shown when another call came meanwhile. */
export async function openInHand(isStill: () => boolean): Promise<boolean> {
  const found = await get<InHand>("agent/ticket");
  if (!isStill()) return true;
  if (found.ticket === null || found.draft === null) return false;
  inHand.value = found.ticket.ticket_id;
  show(found.ticket, found.draft);
  return true;
}

/** Unless another was opened, or a call came, before the answer. */
export async function openTicket(ticketId: string): Promise<void> {
  opening += 1;
  const mine = opening;
  await leave();
  const [row, draft] = await Promise.all([
    get<Ticket>(`tickets/${ticketId}`), get<Draft>(`tickets/${ticketId}/draft`),
  ]);
  if (mine === opening) show(row, draft);
}

/** Before another ticket comes: what is typed is saved, or stays a draft. */
export async function leave(): Promise<void> {
  if (ticket.value === null || !isDirty.value || isReadOnly) return;
  await save().catch(() => undefined);
}

/** No ticket is better than the last caller's: what is typed now is about another matter. A save
 * that is under way goes on. */
export function putAway(): void {
  opening += 1;
  forgetTimer();
  inHand.value = null;
  unseen = {};
  ticket.value = null;
  base = {};
  fields.value = {};
  keeping.value = "clean";
  conflict.value = null;
  errors.value = {};
  failure.value = "";
  count();
}

function show(row: Ticket, draft: Draft): void {
  const isSame = ticket.value?.ticket_id === row.ticket_id;
  if (isSame && keeping.value === "saving") return;
  forgetTimer();
  ticket.value = row;
  base = fieldsOf(row);
  if (row.ticket_id === inHand.value) {
    base = { ...base, ...unseen };
    unseen = {};
  }
  draftVersion = draft.version;
  conflict.value = null;
  errors.value = {};
  failure.value = "";
  const local = findLocal(agentId(), row.ticket_id);
  const there = draft.version > 0 ? draft.fields : null;
  restore(local, there);
  count();
}

/** The browser's words go on where they go on from the service's; else somebody has to look. */
function restore(local: ReturnType<typeof findLocal>, there: Fields | null): void {
  fields.value = { ...base, ...(there ?? {}) };
  keeping.value = there === null ? "clean" : "kept";
  if (local === null) return;
  const mine = { ...base, ...local.fields };
  if (FIELD_NAMES.every((name) => same(mine[name], base[name]))) dropLocal(agentId(), idShown());
  if (FIELD_NAMES.every((name) => same(mine[name], fields.value[name]))) return;
  const theirs = fields.value;
  fields.value = mine;
  keeping.value = "local";
  if (local.seen >= draftVersion) return schedule(0);
  conflict.value = { where: "draft", theirs, version: draftVersion };
}

// --- typing ---------------------------------------------------------------------------------------

export function type(name: string, value: FieldValue): void {
  if (ticket.value === null || isReadOnly) return;
  fields.value = { ...fields.value, [name]: value };
  keeping.value = "local";
  keepHere();
  if (errors.value[name] !== undefined) errors.value = { ...errors.value, [name]: "" };
  schedule(AUTOSAVE_MS);
}

/** In this browser, as long as there is a word that the ticket has not. */
function keepHere(): void {
  if (!isDirty.value) return dropLocal(agentId(), idShown());
  keepLocal(agentId(), idShown(), { fields: typed(), seen: draftVersion, at: Date.now() });
}

const idShown = (): string => ticket.value?.ticket_id ?? "";

/** Only what differs from the ticket: what others fill in meanwhile is not taken back. */
function typed(): Fields {
  const now = fields.value;
  return Object.fromEntries(changed.value.map((name) => [name, now[name] ?? null]));
}

/** Once a timer runs it is left alone: whoever types on and on is kept each second all the same. */
function schedule(ms: number): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    sending = sending.then(keep).catch(() => schedule(RETRY_MS));
  }, ms);
}

function forgetTimer(): void {
  clearTimeout(timer);
  timer = undefined;
}

async function keep(): Promise<void> {
  const row = ticket.value;
  if (row === null || isReadOnly || conflict.value !== null) return;
  if (saving?.ticketId === row.ticket_id) return schedule(RETRY_MS);
  const body = { fields: typed(), seen: draftVersion, tab: TAB };
  try {
    const path = `tickets/${row.ticket_id}/draft`;
    const kept = (await request<Draft>("PUT", path, { body, limitMs: LIMIT_MS })).body;
    if (idShown() !== row.ticket_id) return;
    draftVersion = kept.version;
    keptAt.value = kept.saved_at;
    failure.value = "";
    const isAll = JSON.stringify(typed()) === JSON.stringify(body.fields);
    if (isAll && keeping.value === "local") keeping.value = "kept";
  } catch (error) {
    if (idShown() === row.ticket_id) await notKept(row, error);
  }
}

async function notKept(row: Ticket, error: unknown): Promise<void> {
  if (error instanceof Refusal && error.code === "draft_changed") {
    const there = await get<Draft>(`tickets/${row.ticket_id}/draft`);
    if (idShown() !== row.ticket_id) return;
    conflict.value = {
      where: "draft", theirs: { ...base, ...there.fields }, version: there.version,
    };
    if (differing().length === 0) settle();
    return;
  }
  failure.value = error instanceof Error ? error.message : String(error);
  const isAway = !(error instanceof Refusal) || error.status === 0 || error.status >= 500;
  if (!isAway) return;
  if (keeping.value === "kept") keeping.value = "local";
  schedule(RETRY_MS);
}

// --- saving ---------------------------------------------------------------------------------------

/** Write what was typed into the ticket. Throws the refusal after the form has shown it. */
export async function save(): Promise<void> {
  const row = ticket.value;
  if (row === null) return;
  if (saving?.ticketId === row.ticket_id) return saving.done;
  const mine = { ticketId: row.ticket_id, done: write(row) };
  saving = mine;
  return mine.done.finally(() => { if (saving === mine) saving = null; });
}

/** It ends as it began, with this ticket, whichever is shown meanwhile. */
async function write(row: Ticket): Promise<void> {
  if (isReadOnly || !isDirty.value) return;
  forgetTimer();
  if (conflict.value !== null) throw new Error(t("agent.conflict_first"));
  keeping.value = "saving";
  const written = typed();
  try {
    await sending;
    const shown = ticket.value?.ticket_id === row.ticket_id ? ticket.value : null;
    if (shown !== null && conflict.value !== null) throw new Error(t("agent.conflict_first"));
    const headers = { "If-Match": `"${(shown ?? row).version}"` };
    const path = `tickets/${row.ticket_id}`;
    const options = { body: sent(written), headers, limitMs: LIMIT_MS };
    const answer = await request<Ticket>("PATCH", path, options);
    saved(answer.body, written);
  } catch (error) {
    await notSaved(row, error);
    throw error;
  }
}

function saved(row: Ticket, written: Fields): void {
  leaveHere(row.ticket_id, written);
  if (idShown() !== row.ticket_id) return count();
  const now = fields.value;
  const later = FIELD_NAMES.filter((name) =>
    !same(now[name], name in written ? written[name] : base[name]));
  ticket.value = row;
  base = fieldsOf(row);
  draftVersion = 0;
  errors.value = {};
  failure.value = "";
  // Whatever was typed while it was being saved is still only typed.
  fields.value = { ...base, ...Object.fromEntries(later.map((name) => [name, now[name] ?? null])) };
  keeping.value = later.length > 0 ? "local" : "saved";
  if (later.length > 0) schedule(0);
  count();
}

/** In this browser stays only what was typed after the words that are saved now. */
function leaveHere(ticketId: string, written: Fields): void {
  const local = findLocal(agentId(), ticketId);
  const later = Object.entries(local?.fields ?? {}).filter(([name, value]) =>
    !(name in written && same(value, written[name])));
  if (local === null || later.length === 0) return dropLocal(agentId(), ticketId);
  keepLocal(agentId(), ticketId, { ...local, fields: Object.fromEntries(later), seen: 0 });
}

async function notSaved(row: Ticket, error: unknown): Promise<void> {
  if (idShown() !== row.ticket_id) return count();
  keeping.value = "failed";
  failure.value = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Refusal)) return;
  errors.value = Object.fromEntries(error.errors.map((one) => [one.field, one.message]));
  if (error.code !== "changed") return;
  const there = await get<Ticket>(`tickets/${row.ticket_id}`);
  if (idShown() !== row.ticket_id) return;
  ticket.value = there;
  conflict.value = { where: "ticket", theirs: fieldsOf(there), version: there.version };
  if (differing().length === 0) settle();
}

// --- two people's words ---------------------------------------------------------------------------

/** One field of the conflict is decided. */
export function take(name: string, isTheirs: boolean): void {
  const met = conflict.value;
  if (met === null) return;
  if (isTheirs) fields.value = { ...fields.value, [name]: met.theirs[name] ?? null };
  const { [name]: _decided, ...theirs } = met.theirs;
  conflict.value = { ...met, theirs };
  if (differing().length === 0) settle();
}

/** The fields on which both differ and nobody has decided. */
export function differing(): readonly string[] {
  const met = conflict.value;
  if (met === null) return [];
  return FIELD_NAMES.filter((name) => name in met.theirs && name in fields.value
    && !same(met.theirs[name], fields.value[name]));
}

export function settle(): void {
  const met = conflict.value;
  if (met === null) return;
  conflict.value = null;
  if (met.where === "draft") draftVersion = met.version;
  else if (ticket.value !== null) base = fieldsOf(ticket.value);
  fields.value = { ...fields.value };
  keeping.value = "local";
  keepHere();
  schedule(0);
}

// --- the page -------------------------------------------------------------------------------------

/** Another page is this agent's desk now: nothing is typed or kept here any more. */
export function setReadOnly(isSo: boolean): void {
  // It is told with each message: a draft that is about to be sent is left alone.
  if (isSo === isReadOnly) return;
  isReadOnly = isSo;
  forgetTimer();
}

/** After the connection is back: what waited goes out at once. */
export function resend(): void {
  if (keeping.value !== "local") return;
  forgetTimer();
  schedule(0);
}

/** A ticket whose row changed by an action of this page's: dispatched, joined, closed. */
export function refreshed(row: Ticket): void {
  if (idShown() !== row.ticket_id) return;
  const mine = typed();
  ticket.value = row;
  base = fieldsOf(row);
  fields.value = { ...base, ...mine };
}

/** A field of the ticket in hand that was changed by a key of this page. */
export function known(name: string, value: FieldValue): void {
  if (ticket.value === null || ticket.value.ticket_id !== inHand.value) {
    unseen = { ...unseen, [name]: value };
    return;
  }
  const isMine = !same(fields.value[name], base[name]);
  base = { ...base, [name]: value };
  fields.value = isMine ? { ...fields.value } : { ...fields.value, [name]: value };
}

export function count(): void {
  unsaved.value = unsavedTickets(agentId()).filter((one) => one !== ticket.value?.ticket_id);
}
