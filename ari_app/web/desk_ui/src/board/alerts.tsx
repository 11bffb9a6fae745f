// What somebody should look at now, worst first. Told by the service, or seen in the rows.

import { effect, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { queueName } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { timeOfDay } from "../shared/times";
import { announce } from "../shared/ui/toast";
import { reasonName } from "./agents";
import { agents, alerts, emergency, now, queues, surge } from "./floor";

const SHOWN_S = 900;
const MOST = 4;

interface Line {
  readonly key: string;
  readonly kind: "bad" | "warn" | "info";
  readonly text: string;
}

function lines(): Line[] {
  return [...switches(), ...emptyQueues(), ...tooLong(), ...told()];
}

function switches(): Line[] {
  const found: Line[] = [];
  const said = emergency.value;
  if (said !== null) {
    const values = { prompt: said.prompt, until: timeOfDay(said.until) };
    found.push({ key: "emergency", kind: "bad", text: t("board.emergency_on", values) });
  }
  const mode = surge.value;
  if (mode?.on) {
    const values = { label: mode.label ?? "" };
    found.push({ key: "surge", kind: "warn", text: t("board.surge_on", values) });
  }
  return found;
}

/** Callers wait where nobody works. */
function emptyQueues(): Line[] {
  return [...queues.value]
    .filter(([, row]) => row.waiting > 0 && row.expected_wait_s === null)
    .map(([queue]) => ({ key: `q-${queue}`, kind: "bad", text: t("board.nobody", { queue: queueName(queue) }) }));
}

function tooLong(): Line[] {
  return [...agents.value]
    .filter(([, row]) => row.is_over_limit)
    .map(([agent, row]) => ({
      key: `l-${agent}`, kind: "warn",
      text: t("board.over_limit", { name: `${row.name} ${agent}`, reason: reasonName(row.reason) }),
    }));
}

function told(): Line[] {
  return [...alerts.value]
    .filter(([, one]) => one.at > now.value - SHOWN_S && one.what !== "pause_too_long")
    .sort(([, one], [, other]) => other.at - one.at)
    .map(([key, one]) => {
      const who = one.kind === "duty_unanswered"
        ? `${one.unit ?? ""} ${one.ticket_id ?? ""}`
        : `${one.name ?? ""} ${one.agent ?? ""}`;
      const what = tOr(`board.alert_${one.what ?? one.kind}`, one.what ?? one.kind);
      return { key, kind: "info", text: `${timeOfDay(one.at)} ${who}: ${what}` };
    });
}

let said = "";

/** Each alert once, when it comes to the head. */
function sayFirst(): void {
  const first = lines()[0];
  if (first?.key === said) return;
  said = first?.key ?? "";
  if (first !== undefined) untracked(() => announce(first.text, first.kind === "bad"));
}

export function Alerts() {
  useEffect(() => effect(sayFirst), []);
  const found = lines();
  if (found.length === 0) return null;
  return (
    <ul class="alerts" aria-label={t("board.alerts")}>
      {found.slice(0, MOST).map((one) => (
        <li key={one.key} class={`alert alert-${one.kind}`}>{one.text}</li>
      ))}
      {found.length > MOST ? <li class="alert">{t("board.more", { count: found.length - MOST })}</li> : null}
    </ul>
  );
}
