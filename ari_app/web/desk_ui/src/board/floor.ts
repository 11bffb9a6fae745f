// The floor as the board's socket tells it: rows by section, each a signal of its own, so that only
// what changed is drawn anew. Decides nothing; rows hold instants, and `now` counts on from them.

import { computed, signal, type Signal } from "@preact/signals";
import type { Message } from "../shared/socket";

export interface AgentRow {
  readonly name: string;
  readonly role: string;
  readonly queues: readonly string[];
  readonly state: string;
  readonly reason: string;
  readonly since: number;
  readonly until: number | null;
  readonly call: string | null;
  readonly after_call: string;
  readonly after_reason: string;
  readonly by: string;
  readonly is_over_limit: boolean;
  readonly seat: string;
  readonly has_desk: boolean;
}

export interface CallRow {
  readonly phase: string;
  readonly caller: string;
  readonly region: string;
  readonly dialled: string;
  readonly language: string;
  readonly queue: string;
  readonly agent: string | null;
  readonly talk: string | null;
  readonly third: string | null;
  readonly urgency: string;
  readonly is_vip: boolean;
  readonly arrived_at: number;
  readonly queued_at: number | null;
  readonly talk_since: number | null;
  readonly is_recording_paused: boolean;
}

export interface QueueRow {
  readonly waiting: number;
  readonly offered: number;
  readonly oldest_at: number | null;
  readonly expected_wait_s: number | null;
  readonly handling_s: number;
  readonly boost_s: number;
}

export interface SupervisionRow {
  readonly call: string;
  readonly how: string;
  readonly at: string;
}

export interface Alert {
  readonly kind: string;
  readonly at: number;
  readonly what?: string;
  readonly agent?: string;
  readonly name?: string;
  readonly ticket_id?: string;
  readonly unit?: string;
}

export type Figures = Readonly<Record<string, number | null>>;
export interface Surge { readonly on: boolean; readonly label: string | null; readonly until: number | null }
export interface Emergency { readonly prompt: string; readonly until: number; readonly by: string }

type Rows<Row> = ReadonlyMap<string, Row>;
const section = <Row,>(): Signal<Rows<Row>> => signal<Rows<Row>>(new Map());

export const agents = section<AgentRow>();
export const calls = section<CallRow>();
export const queues = section<QueueRow>();
export const supervisions = section<SupervisionRow>();
export const alerts = section<Alert>();
export const figures = section<Figures>();
export const quarters = section<Figures>();
const moment = section<unknown>();

const SECTIONS: Readonly<Record<string, Signal<Rows<unknown>>>> = {
  agents, calls, queues, supervisions, alerts, figures, quarters, moment,
} as unknown as Record<string, Signal<Rows<unknown>>>;

export const surge = computed(() => moment.value.get("surge") as Surge | undefined);
export const emergency = computed(() => {
  const row = moment.value.get("emergency") as Emergency | null | undefined;
  return row && row.until > now.value ? row : null;
});

/** Seconds since 1970 by the service's clock, counted on once a second. */
export const now = signal(Date.now() / 1000);
let ahead = 0;
setInterval(() => { now.value = Date.now() / 1000 + ahead; }, 1000);

export function take(message: Message): void {
  if (!["snapshot", "change", "alive"].includes(message.type)) return;
  if (typeof message["now"] === "number") {
    ahead = message["now"] - Date.now() / 1000;
    now.value = message["now"];
  }
  for (const [name, rows] of Object.entries(SECTIONS)) {
    const told = message[name] as Record<string, unknown> | undefined;
    if (message.type === "snapshot") rows.value = merged(new Map(), told ?? {});
    else if (told !== undefined) rows.value = merged(rows.value, told);
  }
}

/** `null` takes a row away. */
function merged<Row>(before: Rows<Row>, told: Readonly<Record<string, unknown>>): Rows<Row> {
  const rows = new Map(before);
  for (const [key, row] of Object.entries(told)) {
    if (row === null) rows.delete(key);
    else rows.set(key, row as Row);
  }
  return rows;
}

export function agentName(agent: string | null): string {
  if (agent === null) return "";
  const row = agents.value.get(agent);
  return row === undefined ? agent : `${row.name} ${agent}`;
}
