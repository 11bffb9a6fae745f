// The middle of the page while one talks: how the talk stands and everything that can be done.

import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { Action } from "../shared/socket";
import { duration } from "../shared/times";
import { t, tOr } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { attempt } from "../shared/ui/toast";
import { CallerCard } from "./card";
import {
  callPolice, canHangUp, clock, desk, directory, hangUp, marked, phone, socket, toggleHold,
  toggleMute, toggleRecording, verb,
} from "./desk";
import { KEYS } from "./keys";
import { KeypadDialog } from "./keypad";
import { QualityLine } from "./quality_line";
import type { Own, Talk } from "./rows";
import { TargetDialog, targetText, type Purpose } from "./target_dialog";
import { fields, inHand, known, ticket } from "./ticket";

const purpose = signal<Purpose | null>(null);
const isKeypadOpen = signal(false);

/** A dialog is about this call: the next one does not begin with it. */
function closeDialogs(): void {
  purpose.value = null;
  isKeypadOpen.value = false;
}

export function CallPanel({ row }: { readonly row: Own }) {
  const state = desk.value;
  const isCut = socket.state.value !== "open";
  // At once: a panel that is gone within a frame must not leave its dialog to the next one.
  useLayoutEffect(() => closeDialogs, []);
  return (
    <section class="panel stack call" aria-label={t("agent.call")} data-talk={state.talk ?? ""}>
      <Standing row={row} />
      <QualityLine />
      {row.is_third ? <AsThird /> : <Actions row={row} isCut={isCut} />}
      {state.card === null ? null : <CallerCard card={state.card} />}
      {purpose.value === null ? null : (
        <TargetDialog purpose={purpose.value} onClose={() => { purpose.value = null; }} />
      )}
      {isKeypadOpen.value ? <KeypadDialog onClose={() => { isKeypadOpen.value = false; }} /> : null}
    </section>
  );
}

function Standing({ row }: { readonly row: Own }) {
  const { talk, third, isMuted, recording } = desk.value;
  const since = row.talk_since ?? row.since;
  return (
    <div class="row standing" role="status">
      <Badge kind="info">{t(talk === null ? "agent.state_talking" : `agent.talk_${talk}`)}</Badge>
      <strong class="number talk-time">{duration(clock.value - since)}</strong>
      {isMuted ? <Badge kind="warn">{t("agent.is_muted")}</Badge> : null}
      {recording.state === "paused"
        ? <Badge kind="warn">{t("agent.recording_paused", { left: leftOf(recording.until) })}</Badge>
        : <Badge>{t("agent.recording_on")}</Badge>}
      {third === null ? null : (
        <Badge kind="info">{targetText(third.to)} {tOr(`agent.outside_${third.state}`, third.state)}</Badge>
      )}
    </div>
  );
}

function leftOf(until: number | null): string {
  return until === null ? "" : duration(Math.max(0, until - clock.value));
}

/** A colleague who was asked to come: the talk is another's. */
function AsThird() {
  return (
    <div class="row">
      <Badge kind="info">{t("agent.as_third")}</Badge>
      <HangUpButton />
    </div>
  );
}

function HangUpButton() {
  return (
    <Button kind="danger" shortcut={KEYS.hang_up} isDisabled={!canHangUp()} onPress={hangUp}>
      {t("agent.hang_up")}
    </Button>
  );
}

/** What the talk's state allows; the service has the last word. */
const ALONE: ReadonlySet<Talk> = new Set(["talking", "held"]);
const WITH_THIRD: ReadonlySet<Talk> = new Set(["consulting", "joined"]);

interface ActionProps {
  readonly row: Own;
  readonly isCut: boolean;
}

function Actions({ row, isCut }: ActionProps) {
  const { talk, third } = desk.value;
  const isAlone = !isCut && talk !== null && ALONE.has(talk);
  const hasThird = !isCut && talk !== null && WITH_THIRD.has(talk);
  const isThere = hasThird && third !== null && third.state !== "ringing";
  return (
    <div class="actions">
      <HangUpButton />
      <VoiceActions isCut={isCut} talk={talk} />
      <Button shortcut={KEYS.consult} isDisabled={!isAlone} onPress={() => { purpose.value = "consult"; }}>
        {t("agent.consult")}
      </Button>
      <Button shortcut={KEYS.transfer} isDisabled={!isAlone} onPress={() => { purpose.value = "transfer"; }}>
        {t("agent.transfer")}
      </Button>
      <Button
        kind="danger" shortcut={KEYS.police} onPress={callPolice}
        isDisabled={isCut || (talk === "consulting" ? !isThere : !isAlone)}
      >
        {talk === "consulting" ? t("agent.join_all") : t("agent.police")}
      </Button>
      <Button shortcut={KEYS.complete} isDisabled={!isThere} onPress={() => verb("complete_transfer")}>
        {t("agent.complete")}
      </Button>
      <BackButton isCut={isCut} talk={talk} />
      <Button
        shortcut={KEYS.send_keys} isDisabled={isCut || talk === null}
        onPress={() => { isKeypadOpen.value = true; }}
      >
        {t("agent.send_keys")}
      </Button>
      <MarkActions row={row} isCut={isCut} />
      <Button
        shortcut={KEYS.survey} isDisabled={!isAlone && talk !== "joined"}
        onPress={() => verb("to_survey")}
      >
        {t("agent.survey")}
      </Button>
    </div>
  );
}

interface TalkProps {
  readonly isCut: boolean;
  readonly talk: Talk | null;
}

function VoiceActions({ isCut, talk }: TalkProps) {
  const { isMuted, recording } = desk.value;
  const isHeld = talk === "held";
  const isPaused = recording.state === "paused";
  return (
    <>
      <Button shortcut={KEYS.mute} isPressed={isMuted} isDisabled={isCut && !phone.isBrowser} onPress={toggleMute}>
        {t(isMuted ? "agent.unmute" : "agent.mute")}
      </Button>
      <Button
        shortcut={KEYS.hold} isPressed={isHeld} onPress={toggleHold}
        isDisabled={isCut || !(talk === "talking" || isHeld)}
      >
        {t(isHeld ? "agent.resume" : "agent.hold")}
      </Button>
      <Button
        shortcut={KEYS.pause_recording} isPressed={isPaused} onPress={toggleRecording}
        isDisabled={isCut || talk === null}
      >
        {t(isPaused ? "agent.resume_recording" : "agent.pause_recording")}
      </Button>
    </>
  );
}

/** Back to the citizen alone, from wherever the talk is. */
function BackButton({ isCut, talk }: TalkProps) {
  const verbs: Partial<Record<Talk, string>> = {
    consulting: "end_consult", joined: "drop_third", passing: "resume",
  };
  const back = talk === null ? undefined : verbs[talk];
  return (
    <Button
      shortcut={KEYS.back} isDisabled={isCut || back === undefined}
      onPress={() => { if (back !== undefined) verb(back); }}
    >
      {t(talk === "joined" ? "agent.drop_third" : "agent.back")}
    </Button>
  );
}

/** Marks of the call in hand, whichever ticket is being looked at. */
function MarkActions({ row, isCut }: ActionProps) {
  const urgencies = directory.value?.urgencies ?? [];
  const highest = urgencies.at(-1) ?? "";
  const isUrgent = highest !== "" && row.urgency === highest;
  const isShown = ticket.value !== null && ticket.value.ticket_id === inHand.value;
  const isSecret = isShown && fields.value.confidential === true;
  const mark = (action: Action, name: string, value: string | boolean): void => attempt(async () => {
    await socket.send({ ...action, call: row.call });
    if (name === "urgency") marked(row.call, String(value));
    known(name, value);
  });
  const urge = (): void => {
    const level = isUrgent ? urgencies[0] ?? "" : highest;
    mark({ type: "mark_urgent", level }, "urgency", level);
  };
  const hide = (): void => mark({ type: "mark_confidential", on: !isSecret }, "confidential", !isSecret);
  return (
    <>
      <Button
        shortcut={KEYS.mark_as_urgent} isPressed={isUrgent} onPress={urge}
        isDisabled={isCut || highest === ""}
      >
        {t("agent.mark_as_urgent")}
      </Button>
      <Button
        shortcut={KEYS.mark_as_confidential} isPressed={isSecret} onPress={hide}
        isDisabled={isCut || !isShown}
      >
        {t("agent.mark_as_confidential")}
      </Button>
    </>
  );
}
