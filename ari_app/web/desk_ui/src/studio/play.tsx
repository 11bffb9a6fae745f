// Playing a call through the tree: what the caller hears, keys, the world outside, where the call
// stands. Decides how it is shown; what happens is the interpreter's word.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { queueName } from "../shared/names";
import { t, tOr } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { SelectField, TextField } from "../shared/ui/field";
import { announce, attempt } from "../shared/ui/toast";
import { checked, known } from "./checking";
import { goTo } from "./model";
import {
  act, again, deeds, dialled, entries, factValue, flow, isOpen, isPossible, now, playError, undo,
} from "./play_model";
import type { Entry, Now } from "./studio_api";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const heard = signal<string | null>(null);
let audio: HTMLAudioElement | null = null;

export function Play() {
  useEffect(() => {
    isOpen.value = true;
    return () => { isOpen.value = false; listen(null); };
  }, []);
  return (
    <div class="play">
      <WhoCalls />
      {playError.value === "" ? null : <p class="field-error" role="alert">{playError.value}</p>}
      {isPossible.value ? null : <p class="field-error" role="alert">{t("studio.play_not_possible")}</p>}
      {now.value === null ? null : <Standing now={now.value} />}
      <div class="play-sides">
        <div class="stack">
          <Keypad />
          <World />
          <Facts />
        </div>
        <Log />
      </div>
    </div>
  );
}

function WhoCalls() {
  const trees = checked.value?.trees ?? [];
  return (
    <div class="row">
      <TextField
        label={t("studio.play_dialled")} value={dialled.value} inputMode="numeric" maxLength={20}
        onInput={(value) => { dialled.value = value.replace(/\D/g, ""); }}
      />
      <SelectField
        label={t("studio.play_tree")} value={flow.value} onChange={(value) => { flow.value = value; }}
        choices={[
          { value: "", label: t("studio.play_by_number") },
          ...trees.map((one) => ({ value: one.flow, label: one.flow })),
        ]}
      />
      <Button onPress={again}>{t("studio.play_begin")}</Button>
      <Button isDisabled={deeds.value.length === 0} onPress={undo}>{t("studio.play_undo")}</Button>
    </div>
  );
}

function Standing({ now: here }: { readonly now: Now }) {
  const phase = here.ends === null
    ? tOr(`studio.phase_${here.phase}`, here.phase)
    : tOr(`studio.end_${here.ends}`, here.ends);
  const said = t("studio.play_now", { phase, node: here.node });
  useEffect(() => announce(said), [said]);
  return (
    <p class="row">
      <Badge kind={here.ends === null ? "info" : "plain"}>{said}</Badge>
      {here.next_in_s === null || here.ends !== null
        ? null : <span class="muted">{t("studio.play_next", { seconds: here.next_in_s.toFixed(1) })}</span>}
      {here.person_s === null
        ? null : <span class="muted">{t("studio.play_person", { seconds: here.person_s.toFixed(1) })}</span>}
    </p>
  );
}

function Keypad() {
  const takes = now.value?.keys ?? [];
  const isOver = now.value === null || now.value.ends !== null;
  return (
    <div class="keypad" role="group" aria-label={t("studio.play_keypad")}>
      {KEYS.map((key) => (
        <Button
          key={key} kind={takes.includes(key) ? "primary" : "plain"} shortcut={key}
          isDisabled={isOver} onPress={() => act({ do: "key", key })}
        >
          <span class="only-heard">{key}</span>
        </Button>
      ))}
    </div>
  );
}

function World() {
  const here = now.value;
  const isOver = here === null || here.ends !== null;
  const buttons: readonly (readonly [string, string, string])[] = [
    ["answer", t("studio.play_answer"), "A"],
    ["refuse", t("studio.play_refuse"), "R"],
    ["busy", t("studio.play_busy"), "B"],
    ["no_answer", t("studio.play_no_answer"), "N"],
    ["no_message", t("studio.play_no_message"), "M"],
    ["break", t("studio.play_break"), "P"],
    ["hang_up", t("studio.play_hang_up"), "H"],
  ];
  return (
    <div class="row">
      <Button
        kind="good" shortcut="W" isDisabled={isOver || here.next_in_s === null}
        onPress={() => act({ do: "go_on" })}
      >
        {t("studio.play_go_on")}
      </Button>
      <Button shortcut="S" isDisabled={isOver} onPress={() => act({ do: "wait", seconds: 5 })}>
        {t("studio.play_wait", { seconds: 5 })}
      </Button>
      {buttons.map(([deed, label, key]) => (
        <Button key={deed} shortcut={key} isDisabled={isOver} onPress={() => act({ do: deed })}>
          {label}
        </Button>
      ))}
    </div>
  );
}

function Facts() {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const unknown = now.value?.unknown_facts ?? [];
  const set = (event: Event): void => {
    event.preventDefault();
    if (name.trim() === "") return;
    // What is so from the beginning stands before all that was done.
    const fact = { do: "fact", name: name.trim(), value: value.trim() === "" ? null : factValue(value) };
    deeds.value = [...deeds.value, fact];
    setValue("");
  };
  return (
    <form class="stack" onSubmit={set}>
      <h3>{t("studio.play_facts")}</h3>
      <div class="row">
        <TextField label={t("studio.play_fact")} value={name} onInput={setName} maxLength={100} />
        <TextField label={t("studio.play_value")} value={value} onInput={setValue} maxLength={100} />
        <Button type="submit">{t("studio.play_fact_set")}</Button>
      </div>
      <p class="field-hint">{t("studio.play_fact_hint")}</p>
      {unknown.length === 0 ? null : (
        <p>
          {t("studio.play_unknown")}{" "}
          {unknown.map((one) => (
            <button key={one} type="button" class="link" title={aboutFact(one)} onClick={() => setName(one)}>
              {one}
            </button>
          ))}
        </p>
      )}
    </form>
  );
}

function aboutFact(name: string): string {
  return known.value?.facts.find((one) => one.pattern === name)?.about ?? "";
}

function Log() {
  return (
    <section class="play-log" aria-label={t("studio.play_log")} tabIndex={0}>
      <ol>
        {entries.value.map((one, number) => <Line key={number} entry={one} />)}
      </ol>
    </section>
  );
}

function Line({ entry }: { readonly entry: Entry }) {
  const { kind, name, at } = entry;
  return (
    <li class={`did did-${kind}`}>
      <span class="muted number">{t("studio.play_at", { seconds: at.toFixed(1) })}</span>{" "}
      {kind === "say" ? <Said entry={entry} /> : null}
      {kind === "node" ? (
        <button
          type="button" class="link"
          onClick={() => attempt(() => goTo(entry.file ?? "", entry.line ?? 1, 3))}
        >
          {t("studio.did_node", { name })} <span class="muted">{entry.type}</span>
        </button>
      ) : null}
      {kind === "say" || kind === "node" ? null : <span>{wordsOf(entry)}</span>}
    </li>
  );
}

function wordsOf(entry: Entry): string {
  if (entry.kind === "over") {
    return t("studio.did_over", { name: tOr(`studio.end_${entry.name}`, entry.name) });
  }
  const key = entry.kind === "key" && entry.is_lost ? "key_lost" : entry.kind;
  return tOr(`studio.did_${key}`, key).replace("{name}", () => nameOf(entry));
}

/** What it was done with, in words where there are some. */
function nameOf(entry: Entry): string {
  switch (entry.kind) {
    case "queue": return queueWords(entry);
    case "language": return tOr(`agent.language_${entry.name}`, entry.name);
    case "failed": return tOr(`agent.outside_${entry.name}`, entry.name);
    default: return entry.name;
  }
}

function queueWords({ queue = "", needs = {}, priority = 0, join = "" }: Entry): string {
  const asked = Object.entries(needs).map(([skill, level]) => `${skill} ${level}`).join(", ");
  const more = [
    asked === "" ? "" : t("studio.queue_needs", { skills: asked }),
    priority === 0 ? "" : t("studio.queue_priority", { priority }),
    join === "" ? "" : t("studio.queue_join", { number: join }),
  ].filter(Boolean);
  return [queueName(queue), ...more].join(t("studio.queue_and"));
}

function Said({ entry }: { readonly entry: Entry }) {
  const { name, text = "", language = "", recorded_in: recorded = "", seconds = 0 } = entry;
  const address = `/api/v1/prompts/${encodeURIComponent(recorded)}/${encodeURIComponent(name)}/sound`;
  const isHeard = heard.value === address;
  return (
    <span>
      {recorded === "" ? <Badge kind="warn">{t("studio.did_no_sound")}</Badge> : (
        <Button
          kind="quiet" title={t("studio.play_listen", { name })} isPressed={isHeard}
          onPress={() => listen(isHeard ? null : address)}
        >
          {isHeard ? "■" : "▶"}<span class="only-heard">{t("studio.play_listen", { name })}</span>
        </Button>
      )}
      <q lang={language.replace("_", "-")}>{text}</q>{" "}
      <span class="muted">{name} {language} {t("studio.play_at", { seconds: seconds.toFixed(1) })}</span>
    </span>
  );
}

function listen(address: string | null): void {
  audio?.pause();
  audio = null;
  heard.value = address;
  if (address === null) return;
  audio = new Audio(address);
  audio.addEventListener("ended", () => { heard.value = null; });
  attempt(() => audio?.play() ?? Promise.resolve());
}
