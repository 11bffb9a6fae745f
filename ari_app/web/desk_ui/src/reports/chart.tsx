// One figure over the spans of a report that is cut by hours or days.

import { useState } from "preact/hooks";
import { figure, kindOf } from "../shared/figures";
import { t } from "../shared/texts/language";
import { dateAndMinute, instantOfField } from "../shared/times";
import { Chart, SECOND_STEPS, SHARE_STEPS, WHOLE_STEPS } from "../shared/ui/chart";
import { SelectField } from "../shared/ui/field";
import { definitionOf } from "./definitions";
import type { Report, Row } from "./types";

const MOST_LINES = 4;
const STEPS = { share: SHARE_STEPS, seconds: SECOND_STEPS, count: WHOLE_STEPS } as const;

/** A span's name is its local day, or day and hour, in China. */
function instantOf(row: Row): number {
  const text = String(row["from"] ?? "");
  return instantOfField(text.replace(" ", "T"));
}

export function ReportChart({ report }: { readonly report: Report }) {
  const [name, setName] = useState("");
  const shown = report.figures.find((one) => one.name === name) ?? report.figures[0];
  if (!report.keys.includes("from") || shown === undefined || report.rows.length === 0) return null;
  const group = report.keys.find((key) => key !== "from");
  const times = [...new Set(report.rows.map(instantOf))].sort((one, other) => one - other);
  const groups = group === undefined ? [""] : [...new Set(report.rows.map((row) => String(row[group])))];
  const series = groups.slice(0, MOST_LINES).map((one) => {
    const rows = new Map(
      report.rows.filter((row) => group === undefined || row[group] === one).map((row) => [instantOf(row), row]),
    );
    const values = times.map((at) => {
      const value = rows.get(at)?.[shown.name];
      return typeof value === "number" ? value : kindOf(shown.name) === "count" ? 0 : null;
    });
    return { label: one || definitionOf(shown).label, values, shown: (value: number | null) => figure(shown.name, value) };
  });
  const choices = report.figures.map((one) => ({ value: one.name, label: definitionOf(one).label }));
  return (
    <div class="stack">
      <div class="row">
        <SelectField label={t("reports.figure")} value={shown.name} onChange={setName} choices={choices} />
        {groups.length > MOST_LINES ? <span class="muted">{t("reports.first_groups", { count: MOST_LINES })}</span> : null}
      </div>
      <Chart
        title={definitionOf(shown).label} times={times} series={series} height={220} timeOf={dateAndMinute} steps={STEPS[kindOf(shown.name)]}
        {...(kindOf(shown.name) === "share" ? { range: [0, 1] as const } : {})}
      />
    </div>
  );
}
