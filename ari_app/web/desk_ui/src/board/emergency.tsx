// The announcement that every caller hears first, on and off.

import { useEffect, useState } from "preact/hooks";
import { get, put, remove } from "../shared/api";
import { t } from "../shared/texts/language";
import { dateAndTime } from "../shared/times";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { CheckField, SelectField } from "../shared/ui/field";
import { attempt, toast } from "../shared/ui/toast";
import { emergency, now } from "./floor";
import { untilChoices } from "./surge";

interface Announcement {
  readonly prompt: string;
  readonly text: string;
}

interface Offered {
  readonly announcements: readonly Announcement[];
}

const USUAL = "emergency_notice";

export function EmergencyDialog({ onClose }: { readonly onClose: () => void }) {
  const [offered, setOffered] = useState<readonly Announcement[]>([]);
  const [prompt, setPrompt] = useState("");
  const [hours, setHours] = useState("2");
  const [isSure, setSure] = useState(false);
  useEffect(() => {
    attempt(async () => {
      const found = (await get<Offered>("emergency/announcements")).announcements;
      setOffered(found);
      setPrompt(found.find((one) => one.prompt === USUAL)?.prompt ?? found[0]?.prompt ?? "");
    });
  }, []);
  const said = emergency.value;
  const switchOn = async (): Promise<void> => {
    await put("emergency", { prompt, until: now.value + Number(hours) * 3600 });
    toast(t("board.done"), "good");
    onClose();
  };
  const switchOff = async (): Promise<void> => {
    await remove("emergency");
    toast(t("board.done"), "good");
    onClose();
  };
  return (
    <Dialog title={t("board.emergency")} onClose={onClose}>
      <p>{t("board.emergency_says")}</p>
      {said === null ? null : (
        <p>
          <strong>{t("board.emergency_on", { prompt: said.prompt, until: dateAndTime(said.until) })}</strong>
        </p>
      )}
      <SelectField
        label={t("board.prompt")} value={prompt} onChange={setPrompt}
        choices={offered.map((one) => ({ value: one.prompt, label: one.prompt }))}
        hint={offered.find((one) => one.prompt === prompt)?.text ?? t("board.prompt_hint")}
      />
      <SelectField label={t("board.until")} value={hours} onChange={setHours} choices={untilChoices()} />
      <CheckField label={t("board.sure_emergency")} isChecked={isSure} onChange={setSure} />
      <div class="row">
        <Button
          id="emergency-on" kind="danger" isDisabled={!isSure || prompt === ""}
          onPress={() => attempt(switchOn)}
        >
          {t("board.announce")}
        </Button>
        <Button id="emergency-off" isDisabled={said === null} onPress={() => attempt(switchOff)}>
          {t("board.switch_off")}
        </Button>
      </div>
    </Dialog>
  );
}
