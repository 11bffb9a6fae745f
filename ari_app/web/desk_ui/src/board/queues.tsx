// Who waits where, how long, and who is there for them.

import { queueName } from "../shared/names";
import { t } from "../shared/texts/language";
import { duration } from "../shared/times";
import { Table, type Column } from "../shared/ui/table";
import { agents, now, queues, type QueueRow } from "./floor";
import { waitMood } from "./tiles";

type Row = readonly [string, QueueRow];

/** Of those who take its calls. */
function count(queue: string, state: string): number {
  let found = 0;
  for (const row of agents.value.values()) {
    if (row.state === state && row.queues.includes(queue)) found += 1;
  }
  return found;
}

function Longest({ row }: { readonly row: QueueRow }) {
  if (row.oldest_at === null) return <>–</>;
  const waited = Math.max(0, now.value - row.oldest_at);
  return <span class={`mood-${waitMood(waited)}`}>{duration(waited)}</span>;
}

function columns(): readonly Column<Row>[] {
  return [
    { key: "queue", title: t("board.queue"), cell: ([name]) => queueName(name), isRowTitle: true },
    { key: "waiting", title: t("board.waiting"), isNumber: true,
      cell: ([, row]) => <strong>{row.waiting}</strong> },
    { key: "longest", title: t("board.longest"), isNumber: true, cell: ([, row]) => <Longest row={row} /> },
    { key: "expected", title: t("board.expected"), isNumber: true,
      cell: ([, row]) => (row.expected_wait_s === null ? t("board.unknown") : duration(row.expected_wait_s)) },
    { key: "offered", title: t("board.offered"), isNumber: true, cell: ([, row]) => row.offered },
    { key: "ready", title: t("board.state_ready"), isNumber: true, cell: ([name]) => count(name, "ready") },
    { key: "talking", title: t("board.state_talking"), isNumber: true, cell: ([name]) => count(name, "talking") },
  ];
}

export function Queues() {
  return (
    <section class="board-queues">
      <Table
        caption={t("board.queues")} columns={columns()} rows={[...queues.value]}
        keyOf={([name]) => name}
      />
    </section>
  );
}
