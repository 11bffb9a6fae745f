// What is looked for, as fields and as an address.

import { me } from "../shared/me";
import { queueName } from "../shared/names";
import { outcomeName } from "../shared/outcomes";
import { t, tOr, type TextKey } from "../shared/texts/language";
import { fieldTime, instantOfField } from "../shared/times";
import { Button } from "../shared/ui/button";
import { SelectField, TextField, type Choice } from "../shared/ui/field";

export type Wanted = Readonly<Record<string, string>>;

const FIELDS: readonly (readonly [string, TextKey])[] = [
  ["number", "calls.number"], ["ticket", "calls.ticket"], ["agent", "calls.agent"],
  ["dialled", "calls.dialled"],
];
const NAMES = [
  "number", "ticket", "call", "agent", "queue", "outcome", "dialled", "language", "from", "to",
];
const OUTCOMES = [
  "answered", "transferred_out", "message_left", "callback_promised", "finished_in_flow",
  "abandoned_in_flow", "abandoned_waiting", "abandoned_ringing", "abandoned_before_answer",
  "abandoned_fallback", "answered_fallback", "refused", "not_reached", "failed",
];
/** As trees name them and tickets keep them. */
const LANGUAGES = ["zh_CN", "yue", "en", "ja", "ko", "th"];
const WEEK_S = 7 * 86_400;

/** Instants travel as epoch seconds and are typed as times of the service's zone. */
export function fromAddress(): Wanted {
  const asked = new URLSearchParams(location.search);
  const wanted: Record<string, string> = {};
  for (const name of NAMES) {
    const value = asked.get(name) ?? "";
    wanted[name] = isInstant(name) && value !== "" ? fieldTime(Number(value)) : value;
  }
  if (location.search === "") wanted["from"] = fieldTime(Date.now() / 1000 - WEEK_S);
  return wanted;
}

export function toQuery(wanted: Wanted): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    if (value.trim() === "") continue;
    query.set(name, isInstant(name) ? String(instantOfField(value)) : value.trim());
  }
  return query.toString();
}

function isInstant(name: string): boolean {
  return name === "from" || name === "to";
}

/** Every queue by its name for people; one that is gone but asked for by an address, too. */
function queueChoices(asked: string): readonly Choice[] {
  const names = Object.keys(me.value?.queue_labels ?? {});
  const all = asked === "" || names.includes(asked) ? names : [...names, asked];
  return all.map((one) => ({ value: one, label: queueName(one) }));
}

interface SearchFormProps {
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
  readonly onSearch: () => void;
}

export function SearchForm({ wanted, onChange, onSearch }: SearchFormProps) {
  const set = (name: string) => (value: string): void => onChange({ ...wanted, [name]: value });
  const submit = (event: Event): void => {
    event.preventDefault();
    onSearch();
  };
  const any = { value: "", label: t("calls.any") };
  const outcomes = OUTCOMES.map((one) => ({ value: one, label: outcomeName(one) }));
  const languages = LANGUAGES.map((one) => ({ value: one, label: tOr(`agent.language_${one}`, one) }));
  const queues = queueChoices(wanted["queue"] ?? "");
  return (
    <form class="panel search" onSubmit={submit} role="search">
      {FIELDS.map(([name, label]) => (
        <TextField key={name} label={t(label)} value={wanted[name] ?? ""} onInput={set(name)} maxLength={64} />
      ))}
      <SelectField label={t("calls.queue")} value={wanted["queue"] ?? ""} onChange={set("queue")} choices={[any, ...queues]} />
      <SelectField label={t("calls.outcome")} value={wanted["outcome"] ?? ""} onChange={set("outcome")} choices={[any, ...outcomes]} />
      <SelectField label={t("calls.language")} value={wanted["language"] ?? ""} onChange={set("language")} choices={[any, ...languages]} />
      <TextField label={t("calls.from")} type="datetime-local" value={wanted["from"] ?? ""} onInput={set("from")} />
      <TextField label={t("calls.to")} type="datetime-local" value={wanted["to"] ?? ""} onInput={set("to")} />
      <div class="search-go"><Button type="submit" kind="primary">{t("calls.search")}</Button></div>
    </form>
  );
}
