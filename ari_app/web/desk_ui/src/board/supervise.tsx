// Into a talk, with a reason: listen, whisper, barge in, take over; and out of it again. Stays open
// while the supervisor is there, so that the way can be changed.

import { useState } from "preact/hooks";
import { post } from "../shared/api";
import { me } from "../shared/me";
import { queueName } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { TextField } from "../shared/ui/field";
import { attempt } from "../shared/ui/toast";
import { agentName, calls, supervisions } from "./floor";

const WAYS = ["listen", "whisper", "barge", "take_over"] as const;
const KEYS = { listen: "Alt+L", whisper: "Alt+W", barge: "Alt+B", take_over: "Alt+T" } as const;

export function SuperviseDialog(props: { readonly call: string; readonly onClose: () => void }) {
  const { call, onClose } = props;
  const [reason, setReason] = useState("");
  const [isSure, setSure] = useState(false);
  const row = calls.value.get(call);
  const mine = me.value === null ? undefined : supervisions.value.get(me.value.agent);
  const isHere = mine?.call === call;
  const go = (how: string) => (): void => {
    if (how === "take_over" && !isSure) return setSure(true);
    setSure(false);
    attempt(() => post(`calls/${call}/supervise`, { how, reason: reason.trim() }));
  };
  return (
    <Dialog title={t("board.supervise_title", { agent: agentName(row?.agent ?? null) })} onClose={onClose}>
      {row === undefined ? <p>{t("board.call_over")}</p> : <p>{row.caller} {row.region} · {queueName(row.queue)}</p>}
      <p role="status">
        <Badge kind={isHere ? "good" : "plain"}>{standing(isHere ? mine?.how : undefined, mine?.at)}</Badge>
      </p>
      <TextField
        id="supervise-reason" label={t("board.why")} hint={t("board.why_hint")} value={reason}
        onInput={setReason} maxLength={64} isRequired hasFocus
      />
      <div class="row">
        {WAYS.map((how) => (
          <Button
            key={how} id={`how-${how}`} shortcut={KEYS[how]} onPress={go(how)}
            kind={how === "take_over" ? "danger" : "plain"}
            isPressed={isHere && mine?.how === how}
            isDisabled={reason.trim() === "" || row === undefined || !mayDo(how)}
          >
            {tOr(`board.how_${how}`, how)}
          </Button>
        ))}
        <Button id="how-leave" shortcut="Alt+X" isDisabled={!isHere || reason.trim() === ""} onPress={go("leave")}>
          {t("board.leave")}
        </Button>
      </div>
      <ul class="muted says">
        {WAYS.map((how) => <li key={how}>{tOr(`board.says_${how}`, "")}</li>)}
      </ul>
      {isSure ? <p class="field-error" role="alert">{t("board.sure_take_over")}</p> : null}
    </Dialog>
  );
}

function mayDo(how: string): boolean {
  return me.value?.may_supervise.includes(how) ?? false;
}

function standing(how: string | undefined, at: string | undefined): string {
  if (how === undefined) return t("board.not_in");
  return at === "in" ? tOr(`board.how_${how}`, how) : t("board.rings");
}
