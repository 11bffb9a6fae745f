// The left of the page: the agent's state and what may be wished of it; wrap-up; the microphone.

import { signal } from "@preact/signals";
import { queueName } from "../shared/names";
import { duration } from "../shared/times";
import { t, tOr } from "../shared/texts/language";
import { Badge, type BadgeKind } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { Lights } from "./banner";
import { clock, own, phone, socket, staffing, wish } from "./desk";
import { KEYS } from "./keys";
import { MicrophoneDialog } from "./microphone";
import { useClosedByRing } from "./ring_closes";
import type { AgentState, Own } from "./rows";
import { reasonText } from "./words";
import { finishWrapUp } from "./wrap_up";

const KINDS: Readonly<Record<AgentState, BadgeKind>> = {
  offline: "plain", paused: "warn", ready: "good", offered: "info", talking: "info",
  wrap_up: "warn", supervising: "info",
};

const isChoosing = signal(false);
const isChecking = signal(false);

export function StatusPanel() {
  const row = own.value;
  return (
    <section class="panel stack desk-left" aria-label={t("agent.my_state")}>
      {row === null ? <p>{t("common.loading")}</p> : <State row={row} />}
      <Lights />
      {phone.isBrowser ? (
        <Button shortcut={KEYS.microphone} onPress={() => { isChecking.value = true; }}>
          {t("agent.microphone")}
        </Button>
      ) : null}
      {isChoosing.value ? <Reasons onClose={() => { isChoosing.value = false; }} /> : null}
      {isChecking.value ? <MicrophoneDialog onClose={() => { isChecking.value = false; }} /> : null}
    </section>
  );
}

function State({ row }: { readonly row: Own }) {
  const since = Math.max(0, clock.value - row.since);
  return (
    <>
      <div class="state-now" data-state={row.state}>
        <Badge kind={KINDS[row.state]}>{t(`agent.state_${row.state}`)}</Badge>
        <span class="state-time number">{duration(since)}</span>
      </div>
      {row.reason === "" ? null : <p class="muted">{reasonText(row.reason)}</p>}
      {row.is_over_limit ? <p class="field-error">{t("agent.over_limit")}</p> : null}
      <AfterCall row={row} />
      {row.state === "wrap_up" ? <WrapUp row={row} /> : null}
      <Wishes row={row} />
      <dl class="lights">
        <dt>{t("agent.seat")}</dt><dd>{row.seat}</dd>
        <dt>{t("agent.queues")}</dt><dd>{row.queues.map(queueName).join(" · ")}</dd>
      </dl>
    </>
  );
}

function AfterCall({ row }: { readonly row: Own }) {
  const isBusy = row.state === "offered" || row.state === "talking" || row.state === "wrap_up";
  if (!isBusy || row.after_call === "ready") return null;
  const by = row.by === "" ? "" : t("agent.by", { by: row.by });
  return (
    <p class="muted">{t("agent.after_call", { state: t(`agent.state_${row.after_call}`) })}{by}</p>
  );
}

function Wishes({ row }: { readonly row: Own }) {
  const isAway = socket.state.value !== "open" || row.state === "offline";
  const isReady = row.state === "ready";
  return (
    <div class="stack">
      <Button
        kind="good" shortcut={KEYS.ready} isDisabled={isAway || isReady || row.state === "offered"}
        onPress={() => wish({ type: "ready" })}
      >
        {t("agent.ready")}
      </Button>
      <Button
        shortcut={KEYS.not_ready} isDisabled={isAway}
        onPress={() => { isChoosing.value = true; }}
      >
        {t("agent.not_ready")}
      </Button>
    </div>
  );
}

function WrapUp({ row }: { readonly row: Own }) {
  const left = (row.until ?? clock.value) - clock.value;
  const rules = staffing.value;
  const isUsed = rules !== null && row.extended >= rules.wrap_up_more;
  return (
    <div class="wrap-up stack">
      <p class="wrap-up-left" role="timer" aria-label={t("agent.wrap_up_left")}>
        {t("agent.wrap_up_left")} <strong class="number">{duration(Math.ceil(left))}</strong>
      </p>
      <Button
        shortcut={KEYS.wrap_up_more} isDisabled={isUsed || socket.state.value !== "open"}
        onPress={() => wish({ type: "wrap_up_more" })}
      >
        {t("agent.wrap_up_more", { seconds: rules?.wrap_up_more_s ?? 30 })}
      </Button>
      <Button
        kind="primary" shortcut={KEYS.wrap_up_done} isDisabled={socket.state.value !== "open"}
        onPress={finishWrapUp}
      >
        {t("agent.wrap_up_done")}
      </Button>
    </div>
  );
}

function Reasons({ onClose }: { readonly onClose: () => void }) {
  useClosedByRing(onClose);
  const choose = (reason: string): void => {
    onClose();
    wish({ type: "not_ready", reason });
  };
  const reasons = staffing.value?.pause_reasons ?? [];
  return (
    <Dialog title={t("agent.not_ready")} onClose={onClose}>
      {reasons.length === 0
        ? <Button onPress={() => choose(t("agent.reason_none"))}>{t("agent.reason_none")}</Button>
        : reasons.map((one, index) => (
          <Button key={one.name} shortcut={String(index + 1)} onPress={() => choose(one.name)}>
            {tOr(`agent.reason_${one.name}`, one.label)}
          </Button>
        ))}
    </Dialog>
  );
}
