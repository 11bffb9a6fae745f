// The fields of an entry's form. Decides how a field's value is written in the file: what is empty
// or as by default is left out, and what the form does not know stays as it is.

import { t, type TextKey } from "../shared/texts/language";
import { CheckField, SelectField, TextField, type Choice } from "../shared/ui/field";
import { entryOf, textOf, textsOf, type Entry, type Json } from "./config_api";

interface Common {
  readonly name: string;
  readonly label: TextKey;
  readonly hint?: TextKey;
}

export type FieldSpec =
  | (Common & { readonly kind: "text" | "date"; readonly isRequired?: boolean })
  | (Common & { readonly kind: "number"; readonly otherwise: number; readonly min: number; readonly max: number })
  | (Common & { readonly kind: "choice"; readonly otherwise: string; readonly choices: () => readonly Choice[] })
  | (Common & { readonly kind: "names"; readonly choices: () => readonly Choice[] })
  | (Common & { readonly kind: "levels"; readonly choices: () => readonly Choice[] })
  | (Common & { readonly kind: "list" })
  | (Common & { readonly kind: "phone" });

interface FieldProps {
  readonly spec: FieldSpec;
  readonly entry: Entry;
  readonly onChange: (entry: Entry) => void;
}

export function EntryField({ spec, entry, onChange }: FieldProps) {
  const value = entry[spec.name];
  const set = (now: Json | undefined): void => onChange(withField(entry, spec.name, now));
  const label = t(spec.label);
  const hint = spec.hint === undefined ? {} : { hint: t(spec.hint) };
  switch (spec.kind) {
    case "text":
    case "date":
      return (
        <TextField
          label={label} {...hint} value={textOf(value)} type={spec.kind}
          isRequired={spec.isRequired ?? false}
          onInput={(text) => set(text === "" && !spec.isRequired ? undefined : text)}
        />
      );
    case "number":
      return (
        <TextField
          label={label} {...hint} value={textOf(value ?? spec.otherwise)} type="number"
          min={spec.min} max={spec.max} onInput={(text) => set(numberOf(text, spec.otherwise))}
        />
      );
    case "choice":
      return (
        <SelectField
          label={label} {...hint} value={textOf(value ?? spec.otherwise)} choices={spec.choices()}
          onChange={(chosen) => set(chosen === spec.otherwise ? undefined : chosen)}
        />
      );
    case "list":
      return (
        <TextField
          label={label} {...hint} value={listText(value)} onInput={(text) => set(listOf(text))}
        />
      );
    case "names":
      return <Names label={label} choices={spec.choices()} chosen={textsOf(value)} onChange={set} />;
    case "levels":
      return <Levels label={label} choices={spec.choices()} levels={entryOf(value)} onChange={set} />;
    case "phone":
      return <Phone label={label} phone={entryOf(value)} onChange={set} />;
  }
}

function withField(entry: Entry, name: string, value: Json | undefined): Entry {
  const { [name]: _, ...rest } = entry;
  if (value === undefined) return rest;
  return name in entry ? { ...entry, [name]: value } : { ...rest, [name]: value };
}

/** What is no number is sent as it is: the service says what is wrong with it. */
function numberOf(text: string, otherwise: number): Json | undefined {
  const number = Number(text);
  if (text.trim() === "" || number === otherwise) return undefined;
  return Number.isFinite(number) ? number : text;
}

/** One text, or several with commas between: as hours may be written. */
function listText(value: Json | undefined): string {
  return Array.isArray(value) ? textsOf(value).join(", ") : textOf(value);
}

function listOf(text: string): Json | undefined {
  const parts = text.split(/[,，]/).map((one) => one.trim()).filter((one) => one !== "");
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] ?? "" : parts;
}

interface NamesProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly onChange: (value: Json) => void;
}

function Names({ label, choices, chosen, onChange }: NamesProps) {
  const toggle = (name: string, isOn: boolean): void => {
    onChange(isOn ? [...chosen, name] : chosen.filter((one) => one !== name));
  };
  return (
    <fieldset class="settings-group">
      <legend>{label}</legend>
      {choices.map(({ value, label: words }) => (
        <CheckField
          key={value} label={words} isChecked={chosen.includes(value)}
          onChange={(isOn) => toggle(value, isOn)}
        />
      ))}
    </fieldset>
  );
}

interface LevelsProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly levels: Entry;
  readonly onChange: (value: Json) => void;
}

function Levels({ label, choices, levels, onChange }: LevelsProps) {
  const grades = ["0", "1", "2", "3", "4", "5"].map((value) => ({
    value, label: value === "0" ? t("settings.level_none") : value,
  }));
  return (
    <fieldset class="settings-group">
      <legend>{label}</legend>
      {choices.map(({ value: skill, label: words }) => (
        <SelectField
          key={skill} label={words} value={textOf(levels[skill] ?? 0)} choices={grades}
          onChange={(grade) =>
            onChange(withField(levels, skill, grade === "0" ? undefined : Number(grade)))}
        />
      ))}
    </fieldset>
  );
}

interface PhoneProps {
  readonly label: string;
  readonly phone: Entry;
  readonly onChange: (value: Json | undefined) => void;
}

const PHONE_KINDS = ["browser", "register", "fixed", "none"] as const;

function kindOf(phone: Entry): (typeof PHONE_KINDS)[number] {
  if ("contact" in phone) return "fixed";
  if (phone["browser"] === true) return "browser";
  return phone["register"] === true ? "register" : "none";
}

function Phone({ label, phone, onChange }: PhoneProps) {
  const contact = textOf(phone["contact"]);
  const choices = PHONE_KINDS.map((value) => ({ value, label: t(`settings.phone_${value}`) }));
  const kind = kindOf(phone);
  const choose = (chosen: string): void => {
    if (chosen === "none") onChange(undefined);
    else if (chosen === "fixed") onChange({ contact: contact || "sip:" });
    else onChange(chosen === "browser" ? { browser: true } : { register: true });
  };
  return (
    <div class="settings-phone">
      <SelectField label={label} value={kind} choices={choices} onChange={choose} />
      {kind === "fixed" ? (
        <TextField
          label={t("settings.contact")} value={contact} hint={t("settings.contact_hint")}
          onInput={(text) => onChange({ contact: text })}
        />
      ) : null}
    </div>
  );
}
