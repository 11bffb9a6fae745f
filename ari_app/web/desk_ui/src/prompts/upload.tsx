// Uploading a studio file: what is to be said, how the chosen file sounds, what the service found.

import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../shared/api";
import { t, tOr } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { Field } from "../shared/ui/field";
import { announce } from "../shared/ui/toast";
import { loudnessOf, measure, onScale, type Measured } from "./measure";
import { languageName } from "./names";
import { putStudio, type SoundFinding, type Spoken, type StudioPut } from "./prompts_api";

interface UploadProps {
  readonly spoken: Spoken;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

type Outcome =
  | { readonly is: "nothing" | "sending" }
  | { readonly is: "refused"; readonly why: string }
  | { readonly is: "done"; readonly put: StudioPut };

export function Upload({ spoken, onClose, onDone }: UploadProps) {
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<Outcome>({ is: "nothing" });
  const { prompt, wording } = spoken;
  const names = { prompt: prompt.prompt, language: languageName(wording.language) };

  const send = async (): Promise<void> => {
    if (file === null) return;
    setOutcome({ is: "sending" });
    try {
      setOutcome({ is: "done", put: await putStudio(spoken, file) });
      onDone();
    } catch (error) {
      setOutcome({ is: "refused", why: messageOf(error) });
      announce(messageOf(error), true);
    }
  };
  const isReady = file !== null && outcome.is !== "sending" && outcome.is !== "done";
  const actions = (
    <Button kind="primary" isDisabled={!isReady} onPress={() => void send()} shortcut="Alt+S">
      {outcome.is === "sending" ? t("prompts.sending") : t("prompts.send")}
    </Button>
  );
  return (
    <Dialog title={t("prompts.upload_for", names)} onClose={onClose} actions={actions}>
      <h3>{t("prompts.text")}</h3>
      <p class="prompt-words" lang={wording.language.replace("_", "-")}>{wording.text}</p>
      <Field label={t("prompts.file")}>
        {(tied) => (
          <input
            {...tied} type="file" accept=".wav,audio/wav,audio/x-wav"
            onChange={(event) => {
              setFile(event.currentTarget.files?.[0] ?? null);
              setOutcome({ is: "nothing" });
            }}
          />
        )}
      </Field>
      {file === null ? null : <Preview file={file} />}
      <div role="status" aria-live="polite" class="stack"><Said outcome={outcome} /></div>
    </Dialog>
  );
}

function Preview({ file }: { readonly file: File }) {
  const [address, setAddress] = useState("");
  const [found, setFound] = useState<Measured | null | "measuring">("measuring");
  useEffect(() => {
    const made = URL.createObjectURL(file);
    let isCurrent = true;
    setAddress(made);
    setFound("measuring");
    void measure(file).then((one) => { if (isCurrent) setFound(one); });
    return () => {
      isCurrent = false;
      URL.revokeObjectURL(made);
    };
  }, [file]);
  return (
    <div class="stack">
      {address === "" ? null : <audio controls src={address} aria-label={t("prompts.preview")} />}
      {found === "measuring" ? null : <Meter found={found} />}
    </div>
  );
}

function Meter({ found }: { readonly found: Measured | null }) {
  if (found === null) return <p class="muted">{t("prompts.unreadable")}</p>;
  const loudness = loudnessOf(found);
  const numbers = {
    seconds: found.seconds.toFixed(1), peak: found.peak.toFixed(1), level: found.level.toFixed(1),
  };
  return (
    <div class="row">
      <meter
        class="prompt-meter" min={0} max={100} low={37} high={87} optimum={65}
        value={onScale(found.level)} aria-label={t("prompts.meter")}
      />
      <strong>{t(`prompts.meter_${loudness}`)}</strong>
      <span class="muted">{t("prompts.chosen", numbers)}</span>
    </div>
  );
}

function Said({ outcome }: { readonly outcome: Outcome }) {
  if (outcome.is === "refused") return <p class="field-error">{outcome.why}</p>;
  if (outcome.is !== "done") return null;
  const { seconds, level_dbfs: level, peak_dbfs: peak, rate_hz: rate, findings } = outcome.put;
  return (
    <>
      <p>{t("prompts.done", { seconds, level, peak, rate })}</p>
      <ul class="prompt-findings">{findings.map((one) => <li key={one.code}>{textOf(one)}</li>)}</ul>
    </>
  );
}

function textOf({ code, value }: SoundFinding): string {
  return tOr(`prompts.finding_${code}`, code).replace("{value}", String(value ?? ""));
}
