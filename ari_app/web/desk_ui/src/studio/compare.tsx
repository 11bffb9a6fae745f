// The text as it is beside the version in service, and a day's calls in both.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get, messageOf, sentence } from "../shared/api";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { TextField } from "../shared/ui/field";
import { Table } from "../shared/ui/table";
import { wordsOf } from "./checking";
import { Merge } from "./merge";
import { changedTexts, current, currentFile, nameOf } from "./model";
import { comparison, type CompareFound, type Group } from "./studio_api";
import { status } from "./service_state";

export function Compare() {
  return (
    <div class="stack">
      <TextDifference />
      <CallDifference />
    </div>
  );
}

function TextDifference() {
  const number = status.value?.version.number ?? null;
  const [texts, setTexts] = useState<Readonly<Record<string, string>> | null>(null);
  useEffect(() => {
    setTexts(null);
    if (number === null) return undefined;
    const gone = new AbortController();
    get<{ files: Record<string, string> }>(`flows/versions/${number}`, { signal: gone.signal })
      .then((found) => setTexts(found.files), () => { if (!gone.signal.aborted) setTexts(null); });
    return () => gone.abort();
  }, [number]);
  const path = current.value;
  const file = currentFile.value;
  if (number === null || texts === null || file === null || !path?.startsWith("flows/")) return null;
  const before = texts[nameOf(path)];
  return (
    <section class="stack" aria-label={t("studio.compare_text")}>
      <h3>{t("studio.compare_text")}</h3>
      {before === undefined ? <p>{t("studio.compare_new", { number })}</p> : null}
      {before === file.text ? <p>{t("studio.compare_same", { number })}</p> : (
        <Merge
          before={before ?? ""} after={file.text}
          beforeLabel={t("studio.merge_old", { number })} afterLabel={t("studio.compare_mine")}
        />
      )}
    </section>
  );
}

// --- a day's calls -----------------------------------------------------------------------------

const day = signal("");
const running = signal<AbortController | null>(null);
const progress = signal<{ readonly done: number; readonly all: number } | null>(null);
const found = signal<CompareFound | null>(null);
const said = signal("");

async function begin(): Promise<void> {
  const mine = new AbortController();
  running.value = mine;
  found.value = progress.value = null;
  said.value = "";
  try {
    for await (const step of comparison(changedTexts.value, day.value, mine.signal)) {
      if (step.kind === "progress") progress.value = step;
      else if (step.kind === "found") found.value = step;
      else if (step.kind === "failed") said.value = sentence(step.code, step.detail);
      else said.value = step.problems.map((one) => `${one.file}:${one.line} ${wordsOf(one)}`).join(" ");
    }
  } catch (error) {
    said.value = mine.signal.aborted ? t("studio.compare_cancelled") : messageOf(error);
  } finally {
    running.value = null;
  }
}

function CallDifference() {
  const { value: at } = progress;
  return (
    <section class="stack" aria-label={t("studio.compare_calls")}>
      <h3>{t("studio.compare_calls")}</h3>
      <div class="row">
        <TextField
          label={t("studio.compare_day")} type="date" value={day.value}
          hint={t("studio.compare_day_hint")} onInput={(value) => { day.value = value; }}
        />
        {running.value === null
          ? <Button kind="primary" onPress={() => void begin()}>{t("studio.compare_begin")}</Button>
          : <Button onPress={() => running.value?.abort()}>{t("studio.compare_cancel")}</Button>}
      </div>
      <div role="status">
        {at === null || running.value === null ? null : (
          <>
            <progress max={at.all} value={at.done} aria-label={t("studio.compare_calls")} />{" "}
            {t("studio.compare_progress", at)}
          </>
        )}
        {said.value === "" ? null : <p class="field-error">{said.value}</p>}
      </div>
      {found.value === null ? null : <Found result={found.value} />}
    </section>
  );
}

function Found({ result }: { readonly result: CompareFound }) {
  if (result.calls === 0) return <p>{t("studio.compare_no_calls")}</p>;
  return (
    <>
      <p><b>{t("studio.compare_moved", { moved: result.moved, all: result.calls })}</b></p>
      <p>{t("studio.compare_slower", { slower: result.slower })}</p>
      {Object.entries(result.missing_facts).map(([name, count]) => (
        <p key={name} class="muted">{t("studio.compare_missing", { name, count })}</p>
      ))}
      {result.unlike_record === 0
        ? null : <p class="muted">{t("studio.compare_unlike", { count: result.unlike_record })}</p>}
      <Groups title={t("studio.compare_way")} groups={result.moved_by_way} />
      <Groups title={t("studio.compare_keys")} groups={result.moved_by_keys} />
    </>
  );
}

function Groups({ title, groups }: { readonly title: string; readonly groups: readonly Group[] }) {
  if (groups.length === 0) return null;
  return (
    <Table
      caption={title} keyOf={(one) => one.name} rows={groups}
      columns={[
        { key: "calls", title: t("studio.compare_count"), cell: (one) => one.calls, isNumber: true },
        { key: "name", title, cell: (one) => one.name, isRowTitle: true },
        { key: "example", title: t("studio.compare_example"), cell: (one) => <span class="mono">{one.examples[0]}</span> },
      ]}
    />
  );
}
