// A report as a table: each figure leads to its calls, each heading says what it counts.

import { figure } from "../shared/figures";
import { queueName } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { Table, type Column } from "../shared/ui/table";
import { reportName } from "./choose";
import { definitionOf } from "./definitions";
import type { Report, Row } from "./types";

interface ReportTableProps {
  readonly report: Report;
  /** `row` is empty for all rows. */
  readonly onFigure: (figure: string, row: string) => void;
}

/** Sums of time have no calls behind them. */
const WITHOUT_CALLS = new Set(["occupancy", "signed_in_s", "paused_s", "score", "rank"]);

/** How the API names a row: its span, its group, or both with a space between. */
export function rowName(report: Report, row: Row): string {
  return report.keys.map((key) => String(row[key] ?? "")).join(" ");
}

function columns({ report, onFigure }: ReportTableProps): readonly Column<Row>[] {
  const keys = report.keys.map((key) => ({
    key, title: tOr(`reports.key_${key}`, key), cell: (row: Row) => keyText(key, row[key]), isRowTitle: true,
  }));
  const figures = report.figures.map((one) => {
    const { label, says } = definitionOf(one);
    return {
      key: one.name, title: label, isNumber: true,
      cell: (row: Row) => {
        const text = figure(one.name, row[one.name]);
        if (WITHOUT_CALLS.has(one.name) || text === "–" || text === "0") return text;
        const open = (): void => onFigure(one.name, rowName(report, row));
        return (
          <button type="button" class="figure-button" title={says} data-figure={one.name} onClick={open}>
            {text}
          </button>
        );
      },
    };
  });
  return [...keys, ...figures];
}

function keyText(key: string, value: string | number | null | undefined): string {
  if (value === "(none)") return t("reports.none");
  return key === "queue" ? queueName(String(value ?? "")) : String(value ?? "");
}

export function ReportTable(props: ReportTableProps) {
  const { report } = props;
  const keyOf = (row: Row): string => report.keys.map((key) => row[key]).join("|");
  return (
    <div class="report-table">
      <Table
        caption={reportName(report.report)} columns={columns(props)} rows={report.rows} keyOf={keyOf}
        empty={t("reports.empty")}
      />
    </div>
  );
}

export function Definitions({ report }: { readonly report: Report }) {
  return (
    <details class="panel" open>
      <summary>{t("reports.definitions")}</summary>
      <dl class="definitions">
        {report.figures.map((one) => {
          const { label, says } = definitionOf(one);
          return <div key={one.name}><dt>{label}</dt><dd>{says}</dd></div>;
        })}
      </dl>
    </details>
  );
}
