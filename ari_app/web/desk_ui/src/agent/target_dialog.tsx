// Whom to consult or hand the citizen to: a colleague, a queue, a number that is on the list.

import { useEffect, useState } from "preact/hooks";
import { get } from "../shared/api";
import { queueName } from "../shared/names";
import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { TextField } from "../shared/ui/field";
import { attempt } from "../shared/ui/toast";
import { directory, own, verb } from "./desk";
import type { AgentState } from "./rows";

export type Purpose = "consult" | "transfer";

interface Colleague {
  readonly agent: string;
  readonly name: string;
  readonly state: AgentState;
}

interface Choice {
  readonly key: string;
  readonly label: string;
  readonly note: string;
  readonly to: Readonly<Record<string, string>>;
  readonly isFree: boolean;
}

const SHOWN = 9;

export function TargetDialog(props: { readonly purpose: Purpose; readonly onClose: () => void }) {
  const [looked, setLooked] = useState("");
  const [colleagues, setColleagues] = useState<readonly Colleague[]>([]);
  useEffect(() => attempt(async () => {
    setColleagues((await get<{ agents: readonly Colleague[] }>("agents")).agents);
  }), []);
  const found = choices(colleagues, props.purpose).filter((one) => fits(one, looked));
  const choose = (one: Choice): void => {
    props.onClose();
    verb(props.purpose, { to: one.to });
  };
  const first = found.find((one) => one.isFree);
  return (
    <Dialog title={t(`agent.${props.purpose}`)} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (first) choose(first); }}>
        <TextField
          label={t("agent.look_for")} value={looked} onInput={setLooked} hasFocus type="search"
          hint={t("agent.look_for_hint")}
        />
      </form>
      <ul class="choices">
        {found.slice(0, SHOWN).map((one, index) => (
          <li key={one.key}>
            <Button
              shortcut={`Alt+${index + 1}`} isDisabled={!one.isFree} onPress={() => choose(one)}
            >
              {one.label}
            </Button>
            <Badge kind={one.isFree ? "good" : "plain"}>{one.note}</Badge>
          </li>
        ))}
      </ul>
      {found.length > SHOWN ? <p class="muted">{t("agent.more_found", { count: found.length - SHOWN })}</p> : null}
    </Dialog>
  );
}

function choices(colleagues: readonly Colleague[], purpose: Purpose): readonly Choice[] {
  const numbers = (directory.value?.numbers ?? []).map((one): Choice => ({
    key: `number ${one.number}`, label: `${one.number} ${one.label}`, to: { number: one.number },
    note: one.can_be_called ? t("agent.number_outside") : t("agent.no_trunk"),
    isFree: one.can_be_called,
  }));
  const queues = (directory.value?.queues ?? []).map((queue): Choice => ({
    key: `queue ${queue}`, label: queueName(queue), to: { queue }, note: t("agent.queue"),
    isFree: true,
  }));
  const others = colleagues.filter((one) => one.agent !== own.value?.agent && one.state !== "offline");
  const people = others.map((one): Choice => ({
    key: `agent ${one.agent}`, label: `${one.name} ${one.agent}`, to: { agent: one.agent },
    note: t(`agent.state_${one.state}`),
    isFree: one.state === "ready" || purpose === "transfer",
  }));
  const isReady = (one: Choice): number => (one.isFree ? 0 : 1);
  return [...people, ...queues, ...numbers].sort((one, other) => isReady(one) - isReady(other));
}

function fits(one: Choice, looked: string): boolean {
  const words = looked.toLowerCase().split(/\s+/);
  return words.every((word) => `${one.key} ${one.label}`.toLowerCase().includes(word));
}

/** A name of numbers.yaml, a colleague's number or a queue, in words. */
export function targetText(to: string): string {
  const number = directory.value?.numbers.find((one) => one.number === to);
  return number === undefined ? queueName(to) : `${number.number} ${number.label}`;
}
