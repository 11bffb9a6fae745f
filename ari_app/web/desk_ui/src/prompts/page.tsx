// The page of prompts: what callers hear in each language, what is missing, studio files.

import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../shared/api";
import { findingWords } from "../shared/finding_words";
import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { CheckField, SelectField, TextField } from "../shared/ui/field";
import { startPage } from "../shared/ui/page";
import { Table, type Column } from "../shared/ui/table";
import { attempt, toast } from "../shared/ui/toast";
import { languageName } from "./names";
import {
  listPrompts, removeStudio, soundAddress,
  type PromptList, type Spoken, type StudioRemoved, type Wording,
} from "./prompts_api";
import { Upload } from "./upload";
import "./prompts.css";

interface Filter {
  readonly language: string;
  readonly words: string;
  readonly onlyMissing: boolean;
}

function PromptsPage() {
  const [list, setList] = useState<PromptList | null>(null);
  const [error, setError] = useState("");
  const load = (): void => {
    listPrompts().then(setList, (why: unknown) => setError(messageOf(why)));
  };
  useEffect(load, []);
  if (list === null) return <p role="status">{error === "" ? t("common.loading") : error}</p>;
  return <Prompts list={list} onChanged={load} />;
}

function Prompts(props: { readonly list: PromptList; readonly onChanged: () => void }) {
  const { list, onChanged } = props;
  const first = list.languages[0]?.language ?? "";
  const [filter, setFilter] = useState<Filter>({ language: first, words: "", onlyMissing: false });
  const [uploading, setUploading] = useState<Spoken | null>(null);
  const [removing, setRemoving] = useState<Spoken | null>(null);
  const player = usePlayer();
  const rows = rowsOf(list, filter);
  return (
    <>
      <h1>{t("common.page_prompts")}</h1>
      <p class="muted">{t("prompts.about")}</p>
      <Languages list={list} />
      <Filters list={list} filter={filter} onChange={setFilter} />
      <div class="prompt-table">
        <Table
          caption={t("prompts.table")} isCaptionHidden rows={rows} keyOf={keyOf}
          columns={columnsOf(player, setUploading, setRemoving)} empty={t("prompts.nothing")}
        />
      </div>
      {list.problems.length === 0 ? null : <Problems list={list} />}
      {uploading === null ? null : (
        <Upload spoken={uploading} onClose={() => setUploading(null)} onDone={onChanged} />
      )}
      {removing === null ? null : (
        <Removal spoken={removing} onClose={() => setRemoving(null)} onDone={onChanged} />
      )}
    </>
  );
}

function Languages({ list }: { readonly list: PromptList }) {
  return (
    <section class="panel stack" aria-label={t("prompts.languages")}>
      <ul class="prompt-languages">
        {list.languages.map((one) => (
          <li key={one.language}>
            <strong>{languageName(one.language)}</strong>
            <Badge kind={one.missing === 0 ? "good" : "warn"}>
              {one.missing === 0 ? t("prompts.complete") : t("prompts.missing", { count: one.missing })}
            </Badge>
            {one.missing === 0 || one.fallback === null ? null : (
              <span class="muted">
                {t("prompts.fallback", { language: languageName(one.fallback) })}
              </span>
            )}
          </li>
        ))}
      </ul>
      <p>{t("prompts.menu_s", { seconds: list.menu_s })}</p>
    </section>
  );
}

interface FiltersProps {
  readonly list: PromptList;
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

function Filters({ list, filter, onChange }: FiltersProps) {
  const languages = list.languages.map(({ language: value }) => ({
    value, label: languageName(value),
  }));
  return (
    <div class="row prompt-filters" role="search">
      <SelectField
        label={t("prompts.show_language")} value={filter.language}
        choices={[...languages, { value: "", label: t("prompts.all_languages") }]}
        onChange={(language) => onChange({ ...filter, language })}
      />
      <TextField
        label={t("prompts.search")} type="search" value={filter.words}
        onInput={(words) => onChange({ ...filter, words })}
      />
      <CheckField
        label={t("prompts.only_missing")} isChecked={filter.onlyMissing}
        onChange={(onlyMissing) => onChange({ ...filter, onlyMissing })}
      />
    </div>
  );
}

function rowsOf(list: PromptList, filter: Filter): readonly Spoken[] {
  const words = filter.words.trim().toLowerCase();
  return list.prompts.flatMap((prompt) => prompt.wordings.map((wording) => ({ prompt, wording })))
    .filter(({ wording }) => filter.language === "" || wording.language === filter.language)
    .filter(({ wording }) => !filter.onlyMissing || wording.source === "none")
    .filter(({ prompt, wording }) =>
      `${prompt.prompt} ${wording.text}`.toLowerCase().includes(words));
}

function keyOf({ prompt, wording }: Spoken): string {
  return `${wording.language}/${prompt.prompt}`;
}

// --- the table ---------------------------------------------------------------------------------

interface Player {
  readonly playing: string;
  readonly toggle: (spoken: Spoken) => void;
}

function usePlayer(): Player {
  const audio = useRef<HTMLAudioElement | null>(null);
  const round = useRef(0);
  const [playing, setPlaying] = useState("");
  useEffect(() => () => audio.current?.pause(), []);
  const toggle = (spoken: Spoken): void => {
    audio.current?.pause();
    if (playing === keyOf(spoken)) {
      setPlaying("");
      return;
    }
    round.current += 1;
    const sound = new Audio(soundAddress(spoken, round.current));
    sound.addEventListener("ended", () => setPlaying(""));
    audio.current = sound;
    setPlaying(keyOf(spoken));
    attempt(() => sound.play());
  };
  return { playing, toggle };
}

function columnsOf(
  player: Player, onUpload: (one: Spoken) => void, onRemove: (one: Spoken) => void,
): readonly Column<Spoken>[] {
  return [
    { key: "name", title: t("prompts.column_name"), isRowTitle: true,
      cell: ({ prompt }) => <span class="mono">{prompt.prompt}</span> },
    { key: "language", title: t("prompts.column_language"),
      cell: ({ wording }) => languageName(wording.language) },
    { key: "text", title: t("prompts.column_text"),
      cell: ({ wording }) => (
        <div class="prompt-text" lang={wording.language.replace("_", "-")}>{wording.text}</div>
      ) },
    { key: "seconds", title: t("prompts.column_seconds"), isNumber: true,
      cell: ({ wording }) => (wording.seconds === 0 ? "–" : wording.seconds.toFixed(1)) },
    { key: "source", title: t("prompts.column_source"), cell: ({ wording }) => sourceOf(wording) },
    { key: "used", title: t("prompts.column_used"),
      cell: ({ prompt }) =>
        prompt.used_by.length === 0
          ? <span class="muted">{t("prompts.unused")}</span>
          : prompt.used_by.join(", ") },
    { key: "actions", title: t("prompts.column_actions"),
      cell: (one) => (
        <Actions spoken={one} player={player} onUpload={onUpload} onRemove={onRemove} />
      ) },
  ];
}

function sourceOf(wording: Wording) {
  const kind = wording.source === "none" ? "warn" : "good";
  return (
    <div class="stack">
      <span><Badge kind={kind}>{t(`prompts.source_${wording.source}`)}</Badge></span>
      {wording.is_outdated ? <Badge kind="warn">{t("prompts.outdated")}</Badge> : null}
      {wording.heard === wording.language ? null : (
        <span class="muted">
          {wording.heard === null
            ? t("prompts.silent")
            : t("prompts.heard", { language: languageName(wording.heard) })}
        </span>
      )}
    </div>
  );
}

interface ActionsProps {
  readonly spoken: Spoken;
  readonly player: Player;
  readonly onUpload: (one: Spoken) => void;
  readonly onRemove: (one: Spoken) => void;
}

function Actions({ spoken, player, onUpload, onRemove }: ActionsProps) {
  const { prompt, wording } = spoken;
  const names = { prompt: prompt.prompt, language: languageName(wording.language) };
  const isPlaying = player.playing === keyOf(spoken);
  const isStudio = wording.source === "studio";
  return (
    <div class="prompt-actions">
      <Button
        isDisabled={wording.source === "none"} isPressed={isPlaying}
        title={t("prompts.listen_to", names)} onPress={() => player.toggle(spoken)}
      >
        {isPlaying ? t("prompts.stop") : t("prompts.listen")}
      </Button>
      <Button title={t("prompts.upload_for", names)} onPress={() => onUpload(spoken)}>
        {isStudio ? t("prompts.replace") : t("prompts.upload")}
      </Button>
      {isStudio ? (
        <Button
          kind="danger" title={t("prompts.remove_for", names)} onPress={() => onRemove(spoken)}
        >
          {t("prompts.remove")}
        </Button>
      ) : null}
    </div>
  );
}

// --- below the table ---------------------------------------------------------------------------

interface RemovalProps {
  readonly spoken: Spoken;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function Removal({ spoken, onClose, onDone }: RemovalProps) {
  const names = {
    prompt: spoken.prompt.prompt, language: languageName(spoken.wording.language),
  };
  const sure = async (): Promise<void> => {
    onClose();
    toast(removedText(await removeStudio(spoken)), "good");
    onDone();
  };
  const actions = (
    <Button kind="danger" onPress={() => attempt(sure)}>{t("prompts.remove")}</Button>
  );
  return (
    <Dialog title={t("prompts.remove_for", names)} onClose={onClose} actions={actions}>
      <p>{t("prompts.remove_sure")}</p>
    </Dialog>
  );
}

function removedText(removed: StudioRemoved): string {
  if (removed.source === "voice") return t("prompts.removed_voice");
  return removed.needs_build ? t("prompts.removed_build") : t("prompts.removed_none");
}

function Problems({ list }: { readonly list: PromptList }) {
  return (
    <details class="panel">
      <summary>{t("prompts.problems")} ({list.problems.length})</summary>
      <ul>
        {list.problems.map((one) => (
          <li key={`${one.line}:${one.col}:${one.code}:${one.message}`}>
            <span class="mono">{one.file}:{one.line} {one.code}</span> {findingWords(one)}
          </li>
        ))}
      </ul>
    </details>
  );
}

startPage("prompts", PromptsPage);
