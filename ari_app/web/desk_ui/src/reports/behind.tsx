// The calls (of departments: work orders) that a figure counts.

import { useEffect, useState } from "preact/hooks";
import { get, messageOf } from "../shared/api";
import { queueName } from "../shared/names";
import { t } from "../shared/texts/language";
import { dateAndTime } from "../shared/times";
import { Badge } from "../shared/ui/badge";
import { Dialog } from "../shared/ui/dialog";
import { Table, type Column } from "../shared/ui/table";
import { outcomeName } from "../shared/outcomes";
import { queryOf } from "./choose";
import { definitionOf } from "./definitions";
import type { Report } from "./types";

export interface Asked {
  readonly figure: string;
  readonly row: string;
}

interface Counted {
  readonly call_id?: string;
  readonly arrived_at?: number;
  readonly dialled?: string;
  readonly queue?: string;
  readonly agents?: readonly string[];
  readonly outcome?: string;
  readonly work_order_id?: string;
  readonly ticket_id?: string;
  readonly unit?: string;
  readonly counts: boolean;
}

interface Found {
  readonly count: number;
  readonly calls: readonly Counted[];
}

const MOST = 500;

interface BehindProps {
  readonly report: Report;
  readonly asked: Asked;
  readonly onClose: () => void;
}

export function Behind({ report, asked, onClose }: BehindProps) {
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState("");
  const query = `${queryOf(report)}&figure=${asked.figure}&row=${encodeURIComponent(asked.row)}&limit=${MOST}`;
  useEffect(() => {
    get<Found>(`reports/${report.report}/calls?${query}`)
      .then(setFound, (error: unknown) => setProblem(messageOf(error)));
  }, [query]);
  const defined = report.figures.find((one) => one.name === asked.figure);
  const { label, says } = definitionOf(defined ?? { name: asked.figure, label: asked.figure, says: "" });
  return (
    <Dialog title={[label, asked.row].filter(Boolean).join(" · ")} onClose={onClose} isWide>
      <p class="muted">{says}</p>
      {problem === "" ? null : <p class="field-error" role="alert">{problem}</p>}
      {found === null ? <p role="status">{problem === "" ? t("common.loading") : ""}</p> : (
        <Table
          caption={t("reports.counted", { count: found.count })} rows={found.calls}
          columns={report.report === "units" ? ORDERS() : CALLS()}
          keyOf={(row) => row.call_id ?? row.work_order_id ?? ""}
        />
      )}
    </Dialog>
  );
}

const counts: () => Column<Counted> = () => ({
  key: "counts", title: t("reports.counts"),
  cell: (row) => (row.counts ? <Badge kind="good">{t("reports.yes")}</Badge> : <Badge>{t("reports.no")}</Badge>),
});

const CALLS: () => readonly Column<Counted>[] = () => [
  { key: "call", title: t("reports.arrived"), isRowTitle: true,
    cell: (row) => (
      <a href={`/calls?call=${encodeURIComponent(row.call_id ?? "")}`}>{dateAndTime(row.arrived_at ?? 0)}</a>
    ) },
  { key: "dialled", title: t("reports.dialled"), cell: (row) => row.dialled ?? "" },
  { key: "queue", title: t("reports.key_queue"), cell: (row) => queueName(row.queue ?? null) },
  { key: "agents", title: t("reports.key_agent"), cell: (row) => (row.agents ?? []).join(", ") },
  { key: "outcome", title: t("reports.outcome"), cell: (row) => outcomeName(row.outcome || null) },
  counts(),
];

const ORDERS: () => readonly Column<Counted>[] = () => [
  { key: "order", title: t("reports.order"), cell: (row) => row.work_order_id ?? "", isRowTitle: true },
  { key: "ticket", title: t("reports.ticket"), cell: (row) => row.ticket_id ?? "" },
  { key: "unit", title: t("reports.key_unit"), cell: (row) => row.unit ?? "" },
  counts(),
];
