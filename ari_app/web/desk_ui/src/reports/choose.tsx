// Which report, of which days, cut how.

import { t, tOr } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { SelectField, TextField } from "../shared/ui/field";
import type { Report } from "./types";

export interface Chosen {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

const NAMES = ["day", "hours", "queues", "agents", "numbers", "topics", "units"];
const CUTS = ["", "hour", "day"];

export function fromAddress(): Chosen {
  const asked = new URLSearchParams(location.search);
  const name = asked.get("name") ?? "day";
  return {
    name: NAMES.includes(name) ? name : "day",
    from: asked.get("from") ?? "",
    to: asked.get("to") ?? "",
    by: asked.get("by") ?? "",
  };
}

export function toQuery(chosen: Chosen): string {
  const query = new URLSearchParams();
  for (const name of ["from", "to", "by"] as const) {
    if (chosen[name] !== "") query.set(name, chosen[name]);
  }
  return query.toString();
}

/** Of a report that is shown: its own period, whatever the form says meanwhile and the clock. */
export function queryOf(report: Report): string {
  return toQuery({ name: report.report, from: report.from, to: report.to, by: report.by });
}

export function reportName(name: string): string {
  return tOr(`reports.name_${name}`, name);
}

interface ChooseProps {
  readonly chosen: Chosen;
  readonly onChange: (chosen: Chosen) => void;
  readonly onMake: () => void;
  readonly isBusy: boolean;
}

export function Choose({ chosen, onChange, onMake, isBusy }: ChooseProps) {
  const set = (name: keyof Chosen) => (value: string): void => onChange({ ...chosen, [name]: value });
  const submit = (event: Event): void => {
    event.preventDefault();
    onMake();
  };
  const cuts = CUTS.map((one) => ({ value: one, label: tOr(`reports.by_${one || "none"}`, one) }));
  return (
    <form class="panel choose" onSubmit={submit}>
      <SelectField
        label={t("reports.report")} value={chosen.name} onChange={set("name")}
        choices={NAMES.map((one) => ({ value: one, label: reportName(one) }))}
      />
      <TextField label={t("reports.from")} type="date" value={chosen.from} onInput={set("from")} />
      <TextField label={t("reports.to")} type="date" value={chosen.to} onInput={set("to")} />
      <SelectField label={t("reports.by")} value={chosen.by} onChange={set("by")} choices={cuts} />
      <div class="row">
        <Button type="submit" kind="primary" isDisabled={isBusy}>{t("reports.make")}</Button>
      </div>
      <p class="muted choose-hint">{t("reports.hint")}</p>
    </form>
  );
}
