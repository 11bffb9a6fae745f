// The ticket beside the call: the five elements, how the matter ranks, where it goes.

import { useRef } from "preact/hooks";
import { ticketWord } from "../shared/names";
import { dateAndTime, timeOfDay } from "../shared/times";
import { t } from "../shared/texts/language";
import { Badge, type BadgeKind } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { CheckField, SelectField, TextAreaField, TextField } from "../shared/ui/field";
import { attempt } from "../shared/ui/toast";
import { ConflictBox } from "./conflict_box";
import { directory, socket } from "./desk";
import { KEYS, keyOfFirst } from "./keys";
import { Repeats } from "./repeats";
import {
  conflict, errors, failure, fields, inHand, isDirty, keeping, keptAt, openTicket, save, ticket,
  type, unsaved, type Keeping,
} from "./ticket";
import { textOf, type FieldName } from "./ticket_fields";
import type { Ticket } from "./rows";
import { Units } from "./units";

export function TicketForm() {
  const row = ticket.value;
  return (
    <section class="panel stack ticket" aria-label={t("agent.ticket")}>
      <Unsaved />
      {row === null ? <p class="muted idle">{t("agent.no_ticket")}</p> : <Form key={row.ticket_id} row={row} />}
    </section>
  );
}

function Form({ row }: { readonly row: Ticket }) {
  const form = useRef<HTMLFormElement>(null);
  const toForm = (): void => form.current?.querySelector<HTMLElement>("input, textarea")?.focus();
  // A browser presses the button for whoever presses Enter in a field.
  const submit = (event: Event): void => event.preventDefault();
  return (
    <form ref={form} class="stack" onSubmit={submit} noValidate data-ticket={row.ticket_id}>
      <Head row={row} toForm={toForm} />
      {conflict.value === null ? null : <ConflictBox />}
      <Elements row={row} />
      <Ranks />
      <div class="row">
        <Button
          type="submit" shortcut={KEYS.save} kind="primary" onPress={() => attempt(save)}
          isDisabled={!isDirty.value || keeping.value === "saving"}
        >
          {t("agent.save")}
        </Button>
        <Kept />
      </div>
      {failure.value === "" ? null : <p class="field-error" role="alert">{failure.value}</p>}
      <Units row={row} />
      <Repeats key={row.ticket_id} row={row} />
    </form>
  );
}

interface HeadProps {
  readonly row: Ticket;
  readonly toForm: () => void;
}

function Head({ row, toForm }: HeadProps) {
  const hasOther = inHand.value !== null && inHand.value !== row.ticket_id;
  return (
    <div class="row ticket-head">
      <h2>{t("agent.ticket")}</h2>
      <span class="mono muted">{row.ticket_id}</span>
      {row.closed_at === null ? null : <Badge>{t("agent.is_closed")}</Badge>}
      {row.repeat_of === null ? null : <Badge>{t("agent.joined_to", { ticket: row.repeat_of })}</Badge>}
      {hasOther
        ? <Button kind="primary" shortcut={KEYS.to_own_ticket} onPress={toOwn}>{t("agent.to_own_ticket")}</Button>
        : null}
      <Button kind="quiet" shortcut={KEYS.to_form} onPress={toForm}>{t("agent.to_form")}</Button>
    </div>
  );
}

/** Back from an older ticket to the one of the call in hand. */
function toOwn(): void {
  const own = inHand.value;
  if (own !== null) attempt(() => openTicket(own));
}

const KINDS: Readonly<Record<Keeping, BadgeKind>> = {
  clean: "plain", local: "warn", kept: "info", saving: "info", saved: "good", failed: "bad",
};

/** Where what is typed has been kept, at any moment. */
function Kept() {
  const at = keeping.value === "kept" && keptAt.value !== null ? timeOfDay(keptAt.value) : "";
  return (
    <span role="status" data-keeping={keeping.value}>
      <Badge kind={KINDS[keeping.value]}>{t(`agent.keeping_${keeping.value}`)}</Badge>{" "}
      <span class="muted number">{at}</span>
    </span>
  );
}

interface Bound {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly isDisabled: boolean;
  readonly error?: string;
  readonly label: string;
  readonly id: string;
}

function bound(name: FieldName): Bound {
  const error = errors.value[name];
  return {
    id: `ticket-${name}`,
    label: t(`agent.field_${name}`),
    value: textOf(fields.value[name]),
    onInput: (value) => type(name, value),
    isDisabled: socket.state.value === "replaced" || ticket.value?.closed_at != null,
    ...(error ? { error } : {}),
  };
}

function Elements({ row }: { readonly row: Ticket }) {
  return (
    <fieldset class="fields">
      <legend>{t("agent.five_elements")}</legend>
      <TextField {...bound("caller_name")} maxLength={80} />
      <div class="field">
        <span class="label">{t("agent.field_time")}</span>
        <span class="number">{dateAndTime(row.arrived_at)}</span>
      </div>
      <div class="wide"><TextField {...bound("matter_address")} maxLength={300} /></div>
      <div class="wide"><TextAreaField {...bound("matter_cause")} rows={2} maxLength={2000} /></div>
      <div class="wide"><TextAreaField {...bound("matter_course")} rows={4} maxLength={10_000} /></div>
    </fieldset>
  );
}

function Choice({ name, words }: { readonly name: FieldName; readonly words: readonly string[] }) {
  const { onInput, ...rest } = bound(name);
  const empty = { value: "", label: t("agent.choose") };
  const choices = words.map((value) => ({ value, label: ticketWord(value) }));
  return <SelectField {...rest} onChange={onInput} choices={[empty, ...choices]} />;
}

function Ranks() {
  const lists = directory.value;
  const needsName = lists !== null && fields.value.disposition === lists.needs_supervisor;
  return (
    <fieldset class="fields">
      <legend>{t("agent.ranks")}</legend>
      <Choice name="case_type" words={lists?.case_types ?? []} />
      <Choice name="urgency" words={lists?.urgencies ?? []} />
      <Choice name="disposition" words={lists?.dispositions ?? []} />
      {needsName
        ? <TextField {...bound("named_supervisor")} maxLength={80} />
        : <TextField {...bound("category_code")} inputMode="numeric" maxLength={12} />}
      <TextField {...bound("caller_address")} maxLength={300} />
      <TextField {...bound("callback_number")} type="tel" maxLength={21} />
      <TextField {...bound("linked_110_case")} maxLength={80} />
      <CheckField
        label={t("agent.field_confidential")} isChecked={fields.value.confidential === true}
        isDisabled={bound("confidential").isDisabled}
        onChange={(isChecked) => type("confidential", isChecked)}
      />
    </fieldset>
  );
}

/** Tickets of earlier calls that hold words which no save has taken. */
function Unsaved() {
  if (unsaved.value.length === 0) return null;
  return (
    <div class="row unsaved" role="status">
      <Badge kind="warn">{t("agent.unsaved", { count: unsaved.value.length })}</Badge>
      {unsaved.value.slice(0, 3).map((one, place) => (
        <Button key={one} kind="quiet" {...keyOfFirst(place, KEYS.open_unsaved)} onPress={() => attempt(() => openTicket(one))}>{one}</Button>
      ))}
    </div>
  );
}
