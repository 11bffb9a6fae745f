// Who calls: the card of a citizen, before the answer and beside the talk.

import { queueName, ticketWord } from "../shared/names";
import { dateAndTime, duration } from "../shared/times";
import { language, t, tOr } from "../shared/texts/language";
import { Badge, type BadgeKind } from "../shared/ui/badge";
import type { Card, EarlierTicket, Mark } from "./rows";

const KINDS: Readonly<Record<Mark["mark"], BadgeKind>> = {
  urgent: "bad", returned: "warn", vip: "info", nuisance: "bad", repeat: "warn",
};

export function CallerCard({ card }: { readonly card: Card }) {
  const number = card.caller.number || t("agent.hidden_number");
  return (
    <div class="caller stack">
      <div class="caller-head">
        <strong class="caller-number">{number}</strong>
        <span>{card.caller.name}</span>
        <span class="muted">{card.caller.region}</span>
      </div>
      <Marks card={card} />
      <dl class="facts">
        <dt>{t("agent.dialled")}</dt><dd>{card.dialled}</dd>
        <dt>{t("agent.language")}</dt><dd>{tOr(`agent.language_${card.language}`, card.language)}</dd>
        <dt>{t("agent.path")}</dt><dd>{pathText(card)}</dd>
        <dt>{t("agent.queue")}</dt><dd>{queueName(card.queue)}</dd>
        {typeof card.waited_s === "number"
          ? <><dt>{t("agent.waited")}</dt><dd>{duration(card.waited_s)}</dd></> : null}
        {card.consulted_by
          ? <><dt>{t("agent.consulted_by")}</dt><dd>{card.consulted_by}</dd></> : null}
      </dl>
      <Earlier title={t("agent.open_tickets")} rows={card.open_tickets} />
      <Earlier title={t("agent.earlier_calls")} rows={card.earlier_calls} />
    </div>
  );
}

function pathText(card: Card): string {
  const words = card.path_words?.[language.value] ?? card.ivr_path.map(([node]) => node);
  return words.join(" → ");
}

function Marks({ card }: { readonly card: Card }) {
  const marks = card.marks ?? [];
  if (marks.length === 0 && !card.callback) return null;
  return (
    <div class="row marks">
      {marks.map((one) => (
        <Badge key={one.mark} kind={KINDS[one.mark]}>{markText(one)}</Badge>
      ))}
      {card.callback ? <Badge kind="info">{t("agent.mark_callback")}</Badge> : null}
    </div>
  );
}

function markText({ mark, reason }: Mark): string {
  if (mark === "repeat") return t("agent.mark_repeat", { count: reason });
  const said = t(`agent.mark_${mark}`);
  return reason === "" ? said : `${said}: ${ticketWord(reason)}`;
}

function Earlier({ title, rows }: { readonly title: string; readonly rows: readonly EarlierTicket[] }) {
  return (
    <div class="earlier">
      <h2>{title} ({rows.length})</h2>
      {rows.length === 0 ? <p class="muted">{t("agent.none")}</p> : (
        <ul>{rows.slice(0, 5).map((one) => <li key={one.ticket_id}>{lineOf(one)}</li>)}</ul>
      )}
    </div>
  );
}

function lineOf(one: EarlierTicket): string {
  const words = [
    dateAndTime(one.arrived_at),
    one.case_type === null ? "" : ticketWord(one.case_type),
    one.matter_cause ?? "",
    one.closed_at === null ? t("agent.is_open") : t("agent.is_closed"),
  ];
  return words.filter((word) => word !== "").join(" · ");
}
