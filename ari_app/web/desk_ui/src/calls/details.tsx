// One call: what became of it, and its recordings to be heard.

import { hasRight } from "../shared/me";
import { ticketWord } from "../shared/names";
import { outcomeName } from "../shared/outcomes";
import { t } from "../shared/texts/language";
import { dateAndTime } from "../shared/times";
import { Recording } from "../shared/ui/waveform";
import type { FoundCall, RecordingFile } from "./types";

function Files({ call }: { readonly call: FoundCall }) {
  if (!hasRight("playback")) return <p class="muted">{t("calls.may_not_hear")}</p>;
  if (call.outcome === null) return <p class="muted">{t("calls.still_live")}</p>;
  if (call.recordings.length === 0) return <p class="muted">{t("calls.no_recording")}</p>;
  return (
    <>
      {call.recordings.map((one) => (
        <div key={one.file} class="stack">
          <h3>{one.kind === "message" ? t("calls.message") : t("calls.recording")}</h3>
          {one.problem === null ? null : <p class="field-error">{t("calls.problem", { problem: one.problem })}</p>}
          {isPlayable(one) ? <Recording callId={call.call_id} file={one.file} /> : null}
        </div>
      ))}
    </>
  );
}

function isPlayable(one: RecordingFile): boolean {
  return one.problem !== "missing" && one.problem !== "empty";
}

function caseOf({ case_type, urgency }: FoundCall): string {
  return [case_type, urgency].filter((one) => one !== null && one !== "")
    .map((one) => ticketWord(one ?? "")).join(" · ") || "–";
}

export function Details({ call }: { readonly call: FoundCall }) {
  const ended = call.ended_at === null ? "–" : dateAndTime(call.ended_at);
  return (
    <section class="panel stack" aria-label={t("calls.details")}>
      <h2>{call.caller || t("calls.hidden")}</h2>
      <dl class="details">
        <dt>{t("calls.arrived")}</dt><dd>{dateAndTime(call.arrived_at)}</dd>
        <dt>{t("calls.ended")}</dt><dd>{ended}</dd>
        <dt>{t("calls.outcome")}</dt><dd>{outcomeName(call.outcome)}</dd>
        <dt>{t("calls.agent")}</dt><dd>{call.agents.join(" → ") || "–"}</dd>
        <dt>{t("calls.ticket")}</dt><dd class="mono">{call.ticket_id ?? "–"}</dd>
        <dt>{t("calls.case_type")}</dt><dd>{caseOf(call)}</dd>
        <dt>{t("calls.call")}</dt><dd class="mono">{call.call_id}</dd>
      </dl>
      <Files call={call} />
    </section>
  );
}
