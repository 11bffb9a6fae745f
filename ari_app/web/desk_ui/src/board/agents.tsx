// Who is there, in which state and for how long; those who need looking after come first.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../shared/api";
import { reasonName as pauseName } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { duration } from "../shared/times";
import { hasRight } from "../shared/me";
import { Badge, type BadgeKind } from "../shared/ui/badge";
import { Table, type Column } from "../shared/ui/table";
import { attempt } from "../shared/ui/toast";
import { AgentDialog } from "./agent";
import { agents, now, type AgentRow } from "./floor";

type Row = readonly [string, AgentRow];

const ORDER = ["offered", "talking", "wrap_up", "ready", "supervising", "paused"];
const KINDS: Readonly<Record<string, BadgeKind>> = {
  ready: "good", offered: "info", talking: "info", wrap_up: "plain", paused: "warn",
};
const chosen = signal<string | null>(null);
/** Of the reasons to pause, by name; they are this centre's own. */
const labels = signal<ReadonlyMap<string, string>>(new Map());

interface Staffing {
  readonly pause_reasons: readonly { readonly name: string; readonly label: string }[];
}

async function readLabels(): Promise<void> {
  const { pause_reasons } = await get<Staffing>("staffing");
  labels.value = new Map(pause_reasons.map((one) => [one.name, one.label]));
}

export function stateName(state: string): string {
  return tOr(`board.state_${state}`, state);
}

function byState([, one]: Row, [, other]: Row): number {
  const over = Number(other.is_over_limit) - Number(one.is_over_limit);
  return over || ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || one.since - other.since;
}

function Since({ row }: { readonly row: AgentRow }) {
  return <span class={row.is_over_limit ? "mood-bad" : ""}>{duration(now.value - row.since)}</span>;
}

function Who({ row: [agent, row] }: { readonly row: Row }) {
  if (!hasRight("supervisor")) return <>{row.name} {agent}</>;
  const open = (): void => { chosen.value = agent; };
  return (
    <button type="button" class="link-button" onClick={open} data-agent={agent}>
      {row.name} {agent}
    </button>
  );
}

function columns(): readonly Column<Row>[] {
  return [
    { key: "agent", title: t("board.agent"), cell: (row) => <Who row={row} />, isRowTitle: true },
    { key: "state", title: t("board.state"),
      cell: ([, row]) => <Badge kind={KINDS[row.state] ?? "plain"}>{stateName(row.state)}</Badge> },
    { key: "since", title: t("board.since"), isNumber: true, cell: ([, row]) => <Since row={row} /> },
    { key: "reason", title: t("board.reason"), cell: ([, row]) => reason(row) },
  ];
}

export function reasonName(name: string): string {
  return tOr(`board.reason_${name}`, pauseName(name, labels.value.get(name) ?? name));
}

function reason(row: AgentRow): string {
  const now = reasonName(row.reason);
  if (row.after_call === "ready" || row.after_call === row.state) return now;
  return [now, t("board.then", { state: stateName(row.after_call) })].filter(Boolean).join(" · ");
}

export function Agents() {
  useEffect(() => { if (hasRight("supervisor")) attempt(readLabels); }, []);
  const rows = [...agents.value].sort(byState);
  const states = ORDER.map((state) => [state, rows.filter(([, row]) => row.state === state).length]);
  return (
    <section class="board-agents stack">
      <div class="row" role="list" aria-label={t("board.agents_by_state")}>
        {states.map(([state, count]) => (
          <span key={state} role="listitem" data-state={state}>
            <Badge kind={KINDS[String(state)] ?? "plain"}>{stateName(String(state))} {count}</Badge>
          </span>
        ))}
      </div>
      <Table
        caption={t("board.agents")} columns={columns()} rows={rows} keyOf={([agent]) => agent}
        empty={t("board.nobody_there")}
      />
      {chosen.value === null ? null : (
        <AgentDialog agent={chosen.value} onClose={() => { chosen.value = null; }} />
      )}
    </section>
  );
}
