// The shapes that the agent's page is told, as the API describes them. Knows nothing else.

export type AgentState =
  | "offline" | "paused" | "ready" | "offered" | "talking" | "wrap_up" | "supervising";
export type Talk = "talking" | "held" | "consulting" | "joined" | "passing";

export interface Mark {
  readonly mark: "urgent" | "returned" | "vip" | "nuisance" | "repeat";
  readonly reason: string;
}

export interface EarlierTicket {
  readonly ticket_id: string;
  readonly call_id: string | null;
  readonly arrived_at: number;
  readonly outcome: string | null;
  readonly agent_id: string | null;
  readonly case_type: string | null;
  readonly urgency: string | null;
  readonly matter_cause: string | null;
  readonly closed_at: number | null;
}

/** Who calls, before and while one talks to them. */
export interface Card {
  readonly call: string;
  readonly queue: string;
  readonly caller: { readonly number: string; readonly region: string; readonly name: string };
  readonly dialled: string;
  readonly language: string;
  readonly ivr_path: readonly (readonly [string, string])[];
  readonly path_words?: { readonly zh: readonly string[]; readonly en: readonly string[] };
  readonly marks?: readonly Mark[];
  readonly earlier_calls: readonly EarlierTicket[];
  readonly open_tickets: readonly EarlierTicket[];
  readonly arrived_at?: number;
  readonly waited_s?: number | null;
  readonly until?: number | null;
  readonly answer?: "phone" | "desk" | null;
  readonly consulted_by?: string;
  readonly callback?: { readonly kind: string; readonly since: number; readonly attempt: number };
}

export interface Third {
  readonly to: string;
  readonly state: string;
}

export interface Recording {
  readonly state: "recording" | "paused";
  readonly until: number | null;
}

/** The agent's own row; `hello` has all of it, `state` a part. */
export interface Own {
  readonly agent: string;
  readonly name: string;
  readonly state: AgentState;
  readonly reason: string;
  readonly since: number;
  readonly until: number | null;
  readonly call: string | null;
  readonly after_call: AgentState;
  readonly after_reason: string;
  readonly by: string;
  readonly seat: string;
  readonly extended: number;
  readonly queues: readonly string[];
  readonly is_over_limit: boolean;
  readonly is_third: boolean;
  readonly talk_since: number | null;
  readonly urgency: string;
}

export interface Staffing {
  readonly pause_reasons: readonly { readonly name: string; readonly label: string }[];
  readonly wrap_up_more: number;
  readonly wrap_up_more_s: number;
}

export interface Directory {
  readonly numbers: readonly {
    readonly number: string; readonly label: string; readonly kind: string;
    readonly can_be_called: boolean;
  }[];
  readonly queues: readonly string[];
  readonly case_types: readonly string[];
  readonly urgencies: readonly string[];
  readonly dispositions: readonly string[];
  readonly needs_supervisor: string;
}

export interface Unit {
  readonly unit: string;
  readonly label: string;
  readonly categories: readonly string[];
  readonly has_duty_phones: boolean;
}

export interface WorkOrder {
  readonly work_order_id: string;
  readonly unit_label: string;
  readonly state: string;
  readonly ends_at: number | null;
}

export type FieldValue = string | boolean | null;
export type Fields = Readonly<Record<string, FieldValue>>;

export interface Ticket {
  readonly ticket_id: string;
  readonly call_id: string | null;
  readonly version: number;
  readonly arrived_at: number;
  readonly closed_at: number | null;
  readonly repeat_of: string | null;
  readonly repeat_count_30d: number | null;
  readonly caller_number: string | null;
  readonly work_orders: readonly WorkOrder[];
  readonly [field: string]: unknown;
}

export interface Draft {
  readonly ticket_id: string;
  readonly fields: Fields;
  readonly version: number;
  readonly saved_at: number | null;
  readonly tab: string;
}
