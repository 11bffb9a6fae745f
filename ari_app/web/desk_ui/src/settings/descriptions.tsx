// What the forms ask for, file by file: fields, columns, and where choices come from.

import { queueName } from "../shared/names";
import { t, type TextKey } from "../shared/texts/language";
import type { Choice } from "../shared/ui/field";
import { Badge } from "../shared/ui/badge";
import { entryOf, sectionOf, textOf, textsOf, type FileName, type Json } from "./config_api";
import type { Description, Row } from "./entries";
import { fileOf } from "./files";
import { Passwords } from "./passwords";

function namesIn(file: FileName, section: string): readonly Choice[] {
  const data = fileOf(file).value?.data ?? null;
  return sectionOf(data, section).map(([value, one]) => {
    const label = typeof one === "string" ? one : textOf(entryOf(one)["label"]);
    return { value, label: label === "" ? value : `${label} (${value})` };
  });
}

const queueNames = (): readonly Choice[] => namesIn("queues", "queues");
const skillNames = (): readonly Choice[] => namesIn("queues", "skills");

function words(prefix: "role" | "answer" | "kind" | "strategy", values: readonly string[]) {
  return values.map((value) => ({ value, label: t(`settings.${prefix}_${value}` as TextKey) }));
}

const of = (row: Row, field: string): Json => entryOf(row.value)[field] ?? null;
const shown = (row: Row, field: string): string => textOf(of(row, field));

export function agents(): Description {
  return {
    file: "agents", section: "agents", title: t("settings.agents"),
    nameLabel: t("settings.agent_number"), nameHint: t("settings.agent_number_hint"),
    fresh: { name: "", queues: [], skills: {}, phone: { register: true } },
    more: (row) => <Passwords agent={row.name} />,
    columns: [
      { key: "person", title: t("settings.name"), cell: (row) => shown(row, "name") },
      { key: "role", title: t("settings.role"),
        cell: (row) => t(`settings.role_${shown(row, "role") || "agent"}` as TextKey) },
      { key: "queues", title: t("settings.queues"), cell: (row) => textsOf(of(row, "queues")).map(queueName).join(" · ") },
      { key: "skills", title: t("settings.skills"), cell: (row) => <Skills skills={of(row, "skills")} /> },
      { key: "site", title: t("settings.site"), cell: (row) => shown(row, "site") || "–" },
    ],
    fields: [
      { kind: "text", name: "name", label: "settings.name", isRequired: true },
      { kind: "choice", name: "role", label: "settings.role", otherwise: "agent",
        choices: () => words("role", ["agent", "supervisor", "quality", "auditor", "admin"]) },
      { kind: "names", name: "queues", label: "settings.queues", choices: queueNames },
      { kind: "levels", name: "skills", label: "settings.skills_levels", choices: skillNames },
      { kind: "phone", name: "phone", label: "settings.phone" },
      { kind: "choice", name: "answer", label: "settings.answer", otherwise: "phone",
        choices: () => words("answer", ["phone", "desk"]) },
      { kind: "text", name: "site", label: "settings.site", hint: "settings.site_hint" },
      { kind: "number", name: "rank", label: "settings.rank", hint: "settings.rank_hint",
        otherwise: 0, min: 0, max: 999 },
      { kind: "text", name: "employer", label: "settings.employer" },
    ],
  };
}

function skillText(name: string): string {
  const named = sectionOf(fileOf("queues").value?.data ?? null, "skills").find(([skill]) => skill === name);
  return textOf(named?.[1] ?? name);
}

function Skills({ skills }: { readonly skills: Json }) {
  return (
    <span class="row">
      {Object.entries(entryOf(skills)).map(([name, level]) => (
        <Badge key={name}>{skillText(name)} {textOf(level)}</Badge>
      ))}
    </span>
  );
}

export function seats(): Description {
  return {
    file: "agents", section: "seats", title: t("settings.seats"),
    nameLabel: t("settings.seat_number"), nameHint: t("settings.agent_number_hint"),
    fresh: { phone: { register: true } },
    columns: [
      { key: "phone", title: t("settings.phone"), cell: (row) => phoneText(of(row, "phone")) },
    ],
    fields: [{ kind: "phone", name: "phone", label: "settings.phone" }],
  };
}

function phoneText(phone: Json): string {
  const contact = textOf(entryOf(phone)["contact"]);
  return contact === "" ? t("settings.phone_register") : contact;
}

export function skills(): Description {
  return {
    file: "queues", section: "skills", title: t("settings.skills"),
    nameLabel: t("settings.skill"), nameHint: t("settings.word_hint"),
    fresh: {}, fields: [], textLabel: t("settings.label"),
    columns: [
      { key: "label", title: t("settings.label"), cell: (row) => textOf(row.value) },
      { key: "had", title: t("settings.had_by"), isNumber: true, cell: (row) => hadBy(row.name) },
    ],
  };
}

function hadBy(skill: string): number {
  const data = fileOf("agents").value?.data ?? null;
  return sectionOf(data, "agents").filter(([, one]) => skill in entryOf(entryOf(one)["skills"])).length;
}

export function queues(): Description {
  const seconds = (row: Row, field: string, otherwise: number): string =>
    textOf(of(row, field) ?? otherwise);
  return {
    file: "queues", section: "queues", title: t("settings.queues"),
    nameLabel: t("settings.queue"), nameHint: t("settings.word_hint"),
    fresh: { ring_s: 20, wrap_up_s: 30 },
    columns: [
      { key: "label", title: t("settings.label"), cell: (row) => shown(row, "label") || queueName(row.name) },
      { key: "ring", title: t("settings.ring_s"), isNumber: true, cell: (row) => seconds(row, "ring_s", 20) },
      { key: "wrap", title: t("settings.wrap_up_s"), isNumber: true, cell: (row) => seconds(row, "wrap_up_s", 30) },
      { key: "strategy", title: t("settings.strategy"),
        cell: (row) => t(`settings.strategy_${shown(row, "strategy") || "longest_idle"}` as TextKey) },
      { key: "sites", title: t("settings.sites"), cell: (row) => textsOf(of(row, "sites")).join(", ") || "–" },
      { key: "steps", title: t("settings.steps"), isNumber: true,
        cell: (row) => { const steps = of(row, "steps"); return Array.isArray(steps) ? steps.length : 0; } },
    ],
    fields: [
      { kind: "text", name: "label", label: "settings.label" },
      { kind: "number", name: "ring_s", label: "settings.ring_s", otherwise: 20, min: 1, max: 120 },
      { kind: "number", name: "wrap_up_s", label: "settings.wrap_up_s", otherwise: 30, min: 0, max: 3600 },
      { kind: "choice", name: "strategy", label: "settings.strategy", otherwise: "longest_idle",
        choices: () => words("strategy", ["longest_idle", "least_occupied", "most_skilled", "ordered"]) },
      { kind: "text", name: "music", label: "settings.music" },
    ],
  };
}

export function numbers(): Description {
  return {
    file: "numbers", section: "numbers", title: t("settings.numbers"),
    nameLabel: t("settings.number_name"), nameHint: t("settings.word_hint"),
    fresh: { number: "", label: "", kind: "department" },
    columns: [
      { key: "number", title: t("settings.number"), cell: (row) => <span class="mono">{shown(row, "number")}</span> },
      { key: "label", title: t("settings.label"), cell: (row) => shown(row, "label") },
      { key: "kind", title: t("settings.kind"),
        cell: (row) => t(`settings.kind_${shown(row, "kind") || "department"}` as TextKey) },
      { key: "ring", title: t("settings.ring_s"), isNumber: true, cell: (row) => shown(row, "ring_s") || "30" },
    ],
    fields: [
      { kind: "text", name: "number", label: "settings.number", hint: "settings.number_hint", isRequired: true },
      { kind: "text", name: "label", label: "settings.label", isRequired: true },
      { kind: "choice", name: "kind", label: "settings.kind", otherwise: "",
        choices: () => words("kind", ["emergency", "department"]) },
      { kind: "number", name: "ring_s", label: "settings.ring_s", otherwise: 30, min: 5, max: 180 },
    ],
  };
}

export function list(section: "vip" | "nuisance"): Description {
  return {
    file: "lists", section, title: t(`settings.${section}`),
    nameLabel: t("settings.caller"), nameHint: t("settings.caller_hint"),
    fresh: { reason: "" },
    columns: [
      { key: "reason", title: t("settings.reason"), cell: (row) => shown(row, "reason") },
      { key: "until", title: t("settings.until"), cell: (row) => shown(row, "until") || t("settings.for_good") },
    ],
    fields: [
      { kind: "text", name: "reason", label: "settings.reason", isRequired: true },
      { kind: "date", name: "until", label: "settings.until", hint: "settings.until_hint" },
    ],
  };
}

export function schedules(): Description {
  return {
    file: "hours", section: "schedules", title: t("settings.hours"),
    nameLabel: t("settings.schedule"), nameHint: t("settings.word_hint"),
    fresh: { label: "", weekdays: "08:30-17:30", holidays: "closed" },
    columns: [
      { key: "label", title: t("settings.label"), cell: (row) => shown(row, "label") },
      { key: "weekdays", title: t("settings.weekdays"), cell: (row) => spans(of(row, "weekdays")) },
      { key: "saturday", title: t("settings.saturday"), cell: (row) => spans(of(row, "saturday")) },
      { key: "sunday", title: t("settings.sunday"), cell: (row) => spans(of(row, "sunday")) },
      { key: "holidays", title: t("settings.on_holidays"), cell: (row) => spans(of(row, "holidays")) },
    ],
    fields: [
      { kind: "text", name: "label", label: "settings.label" },
      { kind: "list", name: "weekdays", label: "settings.weekdays", hint: "settings.spans_hint" },
      { kind: "list", name: "saturday", label: "settings.saturday" },
      { kind: "list", name: "sunday", label: "settings.sunday" },
      { kind: "list", name: "make_up_days", label: "settings.make_up_days" },
      { kind: "list", name: "holidays", label: "settings.on_holidays" },
    ],
  };
}

function spans(value: Json): string {
  const said = Array.isArray(value) ? textsOf(value).join(", ") : textOf(value);
  return said === "" || said === "closed" ? t("settings.closed") : said;
}
