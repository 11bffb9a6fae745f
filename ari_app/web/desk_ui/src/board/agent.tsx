// One agent: where they stand, the state a supervisor orders, the length of their wrap-up.

import { useState } from "preact/hooks";
import { put } from "../shared/api";
import { t } from "../shared/texts/language";
import { duration } from "../shared/times";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { SelectField, TextField } from "../shared/ui/field";
import { attempt, toast } from "../shared/ui/toast";
import { reasonName, stateName } from "./agents";
import { agents, now } from "./floor";

const STATES = ["paused", "ready", "offline"] as const;

export function AgentDialog(props: { readonly agent: string; readonly onClose: () => void }) {
  const { agent, onClose } = props;
  const row = agents.value.get(agent);
  return (
    <Dialog title={`${row?.name ?? ""} ${agent}`} onClose={onClose}>
      {row === undefined ? <p>{t("board.gone")}</p> : (
        <p>{stateName(row.state)} {duration(now.value - row.since)} · {reasonName(row.reason)}</p>
      )}
      <ForceState agent={agent} onDone={onClose} />
      <WrapUp agent={agent} />
    </Dialog>
  );
}

function ForceState({ agent, onDone }: { readonly agent: string; readonly onDone: () => void }) {
  const [state, setState] = useState<string>("paused");
  const [reason, setReason] = useState("");
  const force = async (): Promise<void> => {
    await put(`agents/${agent}/state`, { state, reason: reason.trim() });
    toast(t("board.forced", { state: stateName(state) }), "good");
    onDone();
  };
  const choices = STATES.map((one) => ({ value: one, label: stateName(one) }));
  return (
    <fieldset class="stack">
      <legend>{t("board.force")}</legend>
      <p class="muted">{t("board.force_says")}</p>
      <SelectField label={t("board.state")} value={state} onChange={setState} choices={choices} />
      <TextField
        id="force-reason" label={t("board.why")} value={reason} onInput={setReason} maxLength={64} isRequired
      />
      <Button kind="primary" isDisabled={reason.trim() === ""} onPress={() => attempt(force)}>
        {t("board.force_do")}
      </Button>
    </fieldset>
  );
}

function WrapUp({ agent }: { readonly agent: string }) {
  const [seconds, setSeconds] = useState("30");
  const length = Number(seconds);
  const isGood = seconds !== "" && length >= 0 && length <= 600;
  const set = async (value: number | null): Promise<void> => {
    await put(`agents/${agent}/wrap-up`, { wrap_up_s: value });
    toast(value === null ? t("board.wrap_up_back") : t("board.wrap_up_set", { seconds: value }), "good");
  };
  return (
    <fieldset class="stack">
      <legend>{t("board.wrap_up_of_agent")}</legend>
      <TextField
        label={t("board.seconds")} type="number" min={0} max={600} value={seconds}
        onInput={setSeconds}
      />
      <div class="row">
        <Button isDisabled={!isGood} onPress={() => attempt(() => set(length))}>
          {t("board.set")}
        </Button>
        <Button onPress={() => attempt(() => set(null))}>{t("board.as_queue")}</Button>
      </div>
    </fieldset>
  );
}
