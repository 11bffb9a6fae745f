// The live calls, and the way into their talks.

import { signal } from "@preact/signals";
import { queueName, ticketWord } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { duration } from "../shared/times";
import { Badge } from "../shared/ui/badge";
import { Table, type Column } from "../shared/ui/table";
import { agentName, calls, now, supervisions, type CallRow } from "./floor";
import { SuperviseDialog } from "./supervise";

type Row = readonly [string, CallRow];

const chosen = signal<string | null>(null);

function began(row: CallRow): number {
  if (row.phase === "talking") return row.talk_since ?? row.arrived_at;
  return row.queued_at ?? row.arrived_at;
}

function Supervise({ row: [call, row] }: { readonly row: Row }) {
  if (row.phase !== "talking") return null;
  const there = [...supervisions.value].filter(([, one]) => one.call === call);
  return (
    <span class="row">
      <button
        type="button" class="button" data-supervise={call}
        onClick={() => { chosen.value = call; }}
      >
        {t("board.supervise")}
      </button>
      {there.map(([who, one]) => (
        <Badge key={who} kind="info">{tOr(`board.how_${one.how}`, one.how)} {agentName(who)}</Badge>
      ))}
    </span>
  );
}

function columns(): readonly Column<Row>[] {
  return [
    { key: "caller", title: t("board.caller"), isRowTitle: true,
      cell: ([, row]) => <>{row.caller || t("board.hidden")} <span class="muted">{row.region}</span></> },
    { key: "phase", title: t("board.phase"), cell: ([, row]) => <Phase row={row} /> },
    { key: "since", title: t("board.since"), isNumber: true,
      cell: ([, row]) => <>{duration(now.value - began(row))}</> },
    { key: "queue", title: t("board.queue"), cell: ([, row]) => queueName(row.queue) },
    { key: "agent", title: t("board.agent"), cell: ([, row]) => agentName(row.agent) },
    { key: "do", title: t("board.actions"), cell: (row) => <Supervise row={row} /> },
  ];
}

function Phase({ row }: { readonly row: CallRow }) {
  const talk = row.talk === null || row.talk === "talking" ? row.phase : row.talk;
  return (
    <span class="row">
      {tOr(`board.phase_${talk}`, talk)}
      {row.urgency === "" ? null : <Badge kind="bad">{ticketWord(row.urgency)}</Badge>}
      {row.is_vip ? <Badge kind="info">VIP</Badge> : null}
      {row.is_recording_paused ? <Badge kind="warn">{t("board.not_recorded")}</Badge> : null}
    </span>
  );
}

export function LiveCalls() {
  const rows = [...calls.value].sort(([, one], [, other]) => began(one) - began(other));
  return (
    <section class="board-calls">
      <Table
        caption={t("board.live_calls", { count: rows.length })} columns={columns()} rows={rows}
        keyOf={([call]) => call} empty={t("board.no_calls")}
      />
      {chosen.value === null ? null : (
        <SuperviseDialog call={chosen.value} onClose={() => { chosen.value = null; }} />
      )}
    </section>
  );
}
