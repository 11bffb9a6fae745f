// The check of the microphone: a bar that moves while one speaks, a few words to hear again, and
// which devices are used. Nothing of it leaves this machine.

import { useEffect, useRef, useState } from "preact/hooks";
import {
  chooseDevice, chosenDevice, close, devices, faultOf, measure, openMicrophone, recordFor,
  type Device, type DeviceKind,
} from "../phone/microphone";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { SelectField } from "../shared/ui/field";
import { KEYS } from "./keys";
import { useClosedByRing } from "./ring_closes";

const HEARD = 0.35;
const ECHO_MS = 3_000;

export function MicrophoneDialog({ onClose }: { readonly onClose: () => void }) {
  const [level, setLevel] = useState(0);
  const [isHeard, setHeard] = useState(false);
  const [problem, setProblem] = useState("");
  const [round, setRound] = useState(0);
  const [opened, setOpened] = useState(0);
  const stream = useRef<MediaStream | null>(null);
  useClosedByRing(onClose);
  useEffect(() => {
    let stop = (): void => undefined;
    let isOver = false;
    const listen = async (): Promise<void> => {
      const made = await openMicrophone();
      if (isOver) return close(made);
      stream.current = made;
      const end = measure(made, (now) => { setLevel(now); if (now > HEARD) setHeard(true); });
      stop = () => { end(); close(made); };
      setOpened((before) => before + 1);
    };
    listen().then(() => setProblem(""), (error: unknown) => setProblem(t(`phone.fault_${faultOf(error)}`)));
    return () => { isOver = true; stop(); };
  }, [round]);
  const said = isHeard ? t("agent.microphone_good") : t("agent.microphone_speak");
  const again = (): void => setRound(round + 1);
  return (
    <Dialog title={t("agent.microphone")} onClose={onClose}>
      <meter min={0} max={1} value={level} aria-label={t("agent.microphone_level")} />
      <p role="status">{problem === "" ? said : t("phone.microphone_bad", { why: problem })}</p>
      <DeviceField kind="audioinput" opened={opened} onChosen={again} />
      <DeviceField kind="audiooutput" opened={opened} onChosen={again} />
      <Echo stream={stream} />
    </Dialog>
  );
}

interface DeviceProps {
  readonly kind: DeviceKind;
  /** How often a microphone was opened: before the first time a browser names no device. */
  readonly opened: number;
  readonly onChosen: () => void;
}

function DeviceField({ kind, opened, onChosen }: DeviceProps) {
  const [found, setFound] = useState<readonly Device[]>([]);
  useEffect(() => { devices(kind).then(setFound, () => setFound([])); }, [kind, opened]);
  const choose = (id: string): void => {
    chooseDevice(kind, id);
    onChosen();
  };
  const choices = found.filter((one) => one.id !== "").map(({ id, label }) => ({ value: id, label }));
  return (
    <SelectField
      label={t(`agent.device_${kind}`)} value={chosenDevice(kind)} onChange={choose}
      choices={[{ value: "", label: t("agent.device_usual") }, ...choices]}
    />
  );
}

/** A few words, said and heard again: loudspeaker and microphone in one. */
function Echo({ stream }: { readonly stream: { readonly current: MediaStream | null } }) {
  const [isBusy, setBusy] = useState(false);
  const echo = async (): Promise<void> => {
    if (stream.current === null) return;
    setBusy(true);
    try {
      const address = await recordFor(stream.current, ECHO_MS);
      const sound = new Audio(address);
      sound.onended = () => URL.revokeObjectURL(address);
      await sound.play();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button shortcut={KEYS.echo} isDisabled={isBusy} isPressed={isBusy} onPress={() => void echo().catch(() => undefined)}>
      {t(isBusy ? "agent.echo_recording" : "agent.echo")}
    </Button>
  );
}
