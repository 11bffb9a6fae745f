// Surge mode on and off.

import { useEffect, useState } from "preact/hooks";
import { get, put, remove } from "../shared/api";
import { t } from "../shared/texts/language";
import { dateAndTime } from "../shared/times";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { SelectField, type Choice } from "../shared/ui/field";
import { attempt, toast } from "../shared/ui/toast";
import { now, surge } from "./floor";

interface Staffing {
  readonly modes: readonly { readonly mode: string; readonly label: string }[];
}

const HOURS = ["0.5", "1", "2", "4", "8", "24"];

export function untilChoices(): readonly Choice[] {
  return HOURS.map((hours) => ({ value: hours, label: t("board.hours", { hours }) }));
}

export function SurgeDialog({ onClose }: { readonly onClose: () => void }) {
  const [modes, setModes] = useState<readonly Choice[]>([]);
  const [mode, setMode] = useState("");
  const [hours, setHours] = useState("2");
  useEffect(() => {
    attempt(async () => {
      const found = (await get<Staffing>("staffing")).modes;
      setModes(found.map((one) => ({ value: one.mode, label: one.label })));
      setMode(found[0]?.mode ?? "");
    });
  }, []);
  const isOn = surge.value?.on ?? false;
  const switchOn = async (): Promise<void> => {
    const until = hours === "" ? null : Math.round(now.value + Number(hours) * 3600);
    await put("surge", { mode, until });
    toast(t("board.done"), "good");
    onClose();
  };
  const switchOff = async (): Promise<void> => {
    await remove("surge");
    toast(t("board.done"), "good");
    onClose();
  };
  const ends = [{ value: "", label: t("board.no_end") }, ...untilChoices()];
  return (
    <Dialog title={t("board.surge")} onClose={onClose}>
      <p>{t("board.surge_says")}</p>
      {isOn ? <p><strong>{t("board.surge_on", { label: surge.value?.label ?? "" })}</strong> {until()}</p> : null}
      <SelectField label={t("board.mode")} value={mode} onChange={setMode} choices={modes} />
      <SelectField label={t("board.until")} value={hours} onChange={setHours} choices={ends} />
      <div class="row">
        <Button id="surge-on" kind="primary" isDisabled={mode === ""} onPress={() => attempt(switchOn)}>
          {t("board.switch_on")}
        </Button>
        <Button id="surge-off" kind="danger" isDisabled={!isOn} onPress={() => attempt(switchOff)}>
          {t("board.switch_off")}
        </Button>
      </div>
    </Dialog>
  );
}

function until(): string {
  const at = surge.value?.until;
  return at === null || at === undefined ? "" : t("board.until_at", { at: dateAndTime(at) });
}
