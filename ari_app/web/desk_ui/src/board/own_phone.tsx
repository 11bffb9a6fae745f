// The supervisor's own state, and the phone that rings when they go into a talk. A phone in the page
// is started by hand (one page of many has it) and answers by itself: who asked to listen listens.

import { effect, signal, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { post } from "../shared/api";
import { mayLeave } from "../shared/leaving";
import { me } from "../shared/me";
import { t, tOr } from "../shared/texts/language";
import { Badge, type BadgeKind } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { attempt } from "../shared/ui/toast";
import type { AgentPhone, PhoneCredentials, PhoneState } from "../phone/agent_phone";
import { stateName } from "./agents";
import { agents, supervisions } from "./floor";

const KINDS: Readonly<Partial<Record<PhoneState, BadgeKind>>> = {
  registered: "good", in_call: "info", ringing: "info", offline: "bad",
};
const phone = signal<AgentPhone | null>(null);
effect(() => { mayLeave.value = phone.value?.state.value !== "in_call"; });

async function start(): Promise<void> {
  const { makePhone } = await import("../phone/agent_phone");
  const made = makePhone(() => post<PhoneCredentials>("agent/phone"));
  phone.value = made;
  await made.start();
}

function answerOwn(): void {
  const mine = me.value === null ? undefined : supervisions.value.get(me.value.agent);
  const made = phone.value;
  if (made?.state.value === "ringing" && mine !== undefined) untracked(() => attempt(() => made.answer()));
}

export function OwnPhone() {
  useEffect(() => effect(answerOwn), []);
  useEffect(() => () => void phone.value?.stop(), []);
  const row = me.value === null ? undefined : agents.value.get(me.value.agent);
  return (
    <span class="row" data-own-state={row?.state ?? "offline"}>
      <span class="muted">{t("board.own")}</span>
      <Badge>{stateName(row?.state ?? "offline")}</Badge>
      {me.value?.phone === "browser" ? <PagePhone /> : null}
    </span>
  );
}

function PagePhone() {
  const made = phone.value;
  const state = made?.state.value ?? "off";
  return (
    <>
      <span data-phone={state}><Badge kind={KINDS[state] ?? "plain"}>{tOr(`board.phone_${state}`, state)}</Badge></span>
      {state === "off" ? <Button id="phone-start" shortcut="P" onPress={() => attempt(start)}>{t("board.phone_start")}</Button> : null}
      {state === "ringing" ? <Button shortcut="A" onPress={() => attempt(async () => made?.answer())}>{t("board.phone_answer")}</Button> : null}
      {state === "in_call" ? <Button onPress={() => attempt(async () => made?.hangUp())}>{t("board.phone_hang_up")}</Button> : null}
    </>
  );
}
