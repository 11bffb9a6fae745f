// The calls that were found, newest first.

import { outcomeName } from "../shared/outcomes";
import { queueName } from "../shared/names";
import { t } from "../shared/texts/language";
import { dateAndTime, duration } from "../shared/times";
import { Badge } from "../shared/ui/badge";
import { Table, type Column } from "../shared/ui/table";
import type { FoundCall } from "./types";

interface ResultsProps {
  readonly calls: readonly FoundCall[];
  readonly chosen: string | null;
  readonly onChoose: (call: string) => void;
}

function columns({ onChoose, chosen }: ResultsProps): readonly Column<FoundCall>[] {
  return [
    { key: "at", title: t("calls.arrived"), isRowTitle: true,
      cell: (call) => (
        <button
          type="button" class="link-button" aria-pressed={call.call_id === chosen}
          data-call={call.call_id} onClick={() => onChoose(call.call_id)}
        >
          {dateAndTime(call.arrived_at)}
        </button>
      ) },
    { key: "caller", title: t("calls.number"), cell: (call) => <Caller call={call} /> },
    { key: "dialled", title: t("calls.dialled"), cell: (call) => call.dialled },
    { key: "queue", title: t("calls.queue"), cell: (call) => queueName(call.queue) },
    { key: "agents", title: t("calls.agent"), cell: (call) => call.agents.join(", ") },
    { key: "wait", title: t("calls.wait"), isNumber: true,
      cell: (call) => (call.wait_s === null ? "–" : duration(call.wait_s)) },
    { key: "talk", title: t("calls.talk"), isNumber: true, cell: (call) => talked(call) },
    { key: "outcome", title: t("calls.outcome"), cell: (call) => outcomeName(call.outcome) },
    { key: "recording", title: t("calls.recording"), cell: (call) => recorded(call) },
  ];
}

function Caller({ call }: { readonly call: FoundCall }) {
  return (
    <>
      <span class="mono">{call.caller || t("calls.hidden")}</span> <span class="muted">{call.region}</span>
      {call.is_confidential ? <Badge kind="warn">{t("calls.confidential")}</Badge> : null}
    </>
  );
}

function talked(call: FoundCall): string {
  const { answered_at, ended_at } = call;
  return answered_at === null || ended_at === null ? "–" : duration(ended_at - answered_at);
}

function recorded(call: FoundCall): string {
  return call.recordings.length === 0 ? "–" : call.recordings.map((one) => duration(one.duration_s)).join(", ");
}

export function Results(props: ResultsProps) {
  return (
    <Table
      caption={t("calls.found", { count: props.calls.length })} columns={columns(props)}
      rows={props.calls} keyOf={(call) => call.call_id} empty={t("calls.none")}
      isSelected={(call) => call.call_id === props.chosen}
    />
  );
}
