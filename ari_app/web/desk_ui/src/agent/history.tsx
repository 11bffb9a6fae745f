// The agent's own calls: what they were about, and their recordings to be heard again.

import { useEffect, useState } from "preact/hooks";
import { get } from "../shared/api";
import { ticketWord } from "../shared/names";
import { dateAndTime, duration, isToday, timeOfDay } from "../shared/times";
import { t, tOr } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Table, type Column } from "../shared/ui/table";
import { attempt, toastError } from "../shared/ui/toast";
import { Recording } from "../shared/ui/waveform";
import { desk } from "./desk";
import { KEYS } from "./keys";
import { openTicket, ticket } from "./ticket";

interface OwnCall {
  readonly ticket_id: string;
  readonly call_id: string;
  readonly arrived_at: number;
  readonly answered_at: number | null;
  readonly ended_at: number | null;
  readonly caller_number: string | null;
  readonly outcome: string | null;
  readonly case_type: string | null;
  readonly matter_cause: string | null;
  readonly recording_ref: readonly unknown[] | null;
}

export function History() {
  const [rows, setRows] = useState<readonly OwnCall[]>([]);
  const [played, setPlayed] = useState<string | null>(null);
  const last = desk.value.own?.state;
  // A call that has just ended is a row of it.
  useEffect(() => {
    const gone = new AbortController();
    get<{ calls: readonly OwnCall[] }>("agent/calls", { signal: gone.signal })
      .then((found) => setRows(found.calls), (error: unknown) => { if (!gone.signal.aborted) toastError(error); });
    return () => gone.abort();
  }, [last]);
  return (
    <div class="panel stack history">
      {played === null ? null : <Recording key={played} callId={played} />}
      <Table
        caption={t("agent.history")} rows={rows} keyOf={(one) => one.ticket_id}
        columns={columns(rows, setPlayed)} isSelected={(one) => one.call_id === played}
      />
    </div>
  );
}

const NUMBERED = 9;

/** The first nine are opened by their number; the key to listen is that of the ticket that is shown,
 * else of the newest call. */
function columns(rows: readonly OwnCall[], play: (callId: string) => void): readonly Column<OwnCall>[] {
  const heard = rows.filter((one) => one.recording_ref?.length);
  const next = heard.find((one) => one.ticket_id === ticket.value?.ticket_id) ?? heard[0];
  const number = (one: OwnCall): { readonly shortcut?: string } => {
    const place = rows.indexOf(one) + 1;
    return place <= NUMBERED ? { shortcut: String(place) } : {};
  };
  return [
    { key: "at", title: t("agent.at"), cell: (one) => whenOf(one.arrived_at), isRowTitle: true },
    { key: "caller", title: t("agent.caller"), cell: (one) => one.caller_number || t("agent.hidden_number") },
    { key: "talk", title: t("agent.talk_length"), cell: talkLength, isNumber: true },
    { key: "cause", title: t("agent.field_matter_cause"), cell: causeOf },
    { key: "open", title: t("agent.ticket"), cell: (one) => (
      <Button kind="quiet" {...number(one)} onPress={() => attempt(() => openTicket(one.ticket_id))}>
        {t("agent.open")}
      </Button>
    ) },
    { key: "play", title: t("agent.recording"), cell: (one) => (one.recording_ref?.length
      ? (
        <Button kind="quiet" {...(one === next ? { shortcut: KEYS.listen } : {})} onPress={() => play(one.call_id)}>
          {t("agent.listen")}
        </Button>
      ) : <span class="muted">{t("agent.none")}</span>) },
  ];
}

/** Of today's calls the time is enough. */
function whenOf(instant: number): string {
  return isToday(instant) ? timeOfDay(instant) : dateAndTime(instant);
}

function talkLength(one: OwnCall): string {
  if (one.answered_at === null || one.ended_at === null) return tOr(`agent.outcome_${one.outcome ?? "open"}`, "–");
  return duration(one.ended_at - one.answered_at);
}

function causeOf(one: OwnCall): string {
  const type = one.case_type === null ? "" : `${ticketWord(one.case_type)} `;
  return type + (one.matter_cause ?? "");
}
