// One file as YAML: checked while one types, each fault at its line, saved and brought into service.

import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf, Refusal, type TreeFinding } from "../shared/api";
import { findingWords } from "../shared/finding_words";
import { t } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { announce, attempt } from "../shared/ui/toast";
import { checkText, type ConfigFile } from "./config_api";
import { fileOf, refresh, saveText } from "./files";
import { baseUnsaved, forgetUnsaved, keepUnsaved, unixLines, unsaved } from "./unsaved";
import { makeYamlEditor, type EditorOptions, type YamlEditor } from "./yaml_editor";

const QUIET_MS = 600;

interface Looked {
  /** What was checked; the service's answer is about this text alone. */
  readonly text: string;
  readonly findings: readonly TreeFinding[];
  readonly refused: string;
}

export function YamlPanel({ file }: { readonly file: ConfigFile }) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<YamlEditor | null>(null);
  const saved = unixLines(file.text);
  const kept = unsaved.value.get(file.file);
  const text = kept?.text ?? saved;
  const [looked, setLooked] = useState<Looked>({ text, findings: [], refused: "" });
  const isChanged = kept !== undefined;
  const isWaiting = isChanged && looked.text !== text;
  const isOvertaken = isChanged && kept.base !== file.sha256;
  const hasErrors = looked.findings.some((one) => !one.code.startsWith("W"));

  const change = (now: string): void => {
    if (now === saved) forgetUnsaved(file.file);
    else keepUnsaved(file.file, now, unsaved.value.get(file.file)?.base ?? file.sha256);
  };
  const save = async (): Promise<void> => {
    const now = editor.current?.text() ?? text;
    try {
      await saveText(file.file, asTheFile(now, file.text), kept?.base ?? file.sha256);
    } catch (error) {
      setLooked({ text: now, findings: findingsOf(error), refused: messageOf(error) });
      announce(messageOf(error), true);
      if (error instanceof Refusal && error.code === "changed_meanwhile") await refresh(file.file);
    }
  };
  const latest = useRef({ save, change });
  latest.current = { save, change };

  useEditor(host, editor, file, text, {
    onChange: (now) => latest.current.change(now), onSave: () => attempt(latest.current.save),
  });
  useEffect(() => { if (kept === undefined) editor.current?.setText(saved); }, [file.sha256]);
  useEffect(() => checkLater(file, text, isChanged, setLooked), [text, isChanged]);
  useEffect(() => editor.current?.setFindings(looked.findings), [looked.findings]);

  return (
    <section class="panel stack settings-yaml" aria-label={t("settings.yaml_of", { file: `${file.file}.yaml` })}>
      <div class="row">
        <h2 class="mono">{file.file}.yaml</h2>
        {isChanged ? <Badge kind="warn">{t("settings.not_saved")}</Badge> : null}
        {file.is_live ? <Badge kind="good">{t("settings.live")}</Badge> : <Badge kind="warn">{t("settings.not_live")}</Badge>}
      </div>
      {isOvertaken ? <Overtaken file={file} onTake={() => editor.current?.setText(saved)} /> : null}
      <div ref={host} class="settings-editor" />
      <Findings findings={looked.findings} goTo={(one) => editor.current?.goTo(one.line, one.col)} />
      <p class="field-error" role="alert">{looked.refused}</p>
      <div class="row">
        <Button
          kind="primary" shortcut="Alt+S" isDisabled={!isChanged || hasErrors || isWaiting || isOvertaken}
          onPress={() => attempt(save)}
        >
          {t("settings.save_use")}
        </Button>
        <Button isDisabled={!isChanged} onPress={() => editor.current?.setText(saved)}>
          {t("settings.undo_all")}
        </Button>
        <Button onPress={() => attempt(() => refresh(file.file))}>{t("settings.read_again")}</Button>
      </div>
      <p class="muted">{t("settings.editor_keys")}</p>
    </section>
  );
}

/** The file has become another one under the hands of who edits it: whose text counts is asked. */
function Overtaken({ file, onTake }: { readonly file: ConfigFile; readonly onTake: () => void }) {
  return (
    <div class="row" role="alert">
      <strong>{t("settings.overtaken")}</strong>
      <Button onPress={onTake}>{t("settings.take_file")}</Button>
      <Button onPress={() => baseUnsaved(file.file, file.sha256)}>{t("settings.keep_mine")}</Button>
    </div>
  );
}

/** The panel of a file by its name, once it is read. */
export function YamlOf({ name }: { readonly name: ConfigFile["file"] }) {
  const file = fileOf(name).value;
  return file === null ? <p role="status">{t("common.loading")}</p> : <YamlPanel key={name} file={file} />;
}

function findingsOf(error: unknown): readonly TreeFinding[] {
  return error instanceof Refusal ? error.findings : [];
}

function useEditor(
  host: { readonly current: HTMLDivElement | null }, editor: { current: YamlEditor | null },
  file: ConfigFile, text: string, on: Pick<EditorOptions, "onChange" | "onSave">,
): void {
  useEffect(() => {
    if (host.current === null) return undefined;
    const label = t("settings.yaml_of", { file: `${file.file}.yaml` });
    const made = makeYamlEditor(host.current, { label, text, ...on });
    editor.current = made;
    return () => {
      editor.current = null;
      made.destroy();
    };
  }, []);
}

/** A check that fails keeps nobody from saving: the service checks once more then. */
function checkLater(
  file: ConfigFile, text: string, isChanged: boolean, found: (looked: Looked) => void,
): (() => void) | undefined {
  if (!isChanged) {
    found({ text, findings: [], refused: "" });
    return undefined;
  }
  const given = new AbortController();
  const timer = setTimeout(() => {
    checkText(file.file, asTheFile(text, file.text), given.signal).then(
      (checked) => found({ text, findings: checked.problems, refused: "" }),
      (error: unknown) => {
        if (given.signal.aborted) return;
        found({ text, findings: [], refused: messageOf(error) });
      },
    );
  }, QUIET_MS);
  return () => {
    clearTimeout(timer);
    given.abort();
  };
}

interface FindingsProps {
  readonly findings: readonly TreeFinding[];
  readonly goTo: (finding: TreeFinding) => void;
}

function Findings({ findings, goTo }: FindingsProps) {
  return (
    <div role="status" aria-live="polite">
      {findings.length === 0 ? null : (
        <ul class="settings-findings">
          {findings.map((one) => (
            <li key={`${one.file}:${one.line}:${one.col}:${one.message}`}>
              <button type="button" class="button button-quiet" onClick={() => goTo(one)}>
                <Badge kind={one.code.startsWith("W") ? "warn" : "bad"}>{one.code}</Badge>
                <span class="mono">{one.file}:{one.line}:{one.col}</span>
                <span>{findingWords(one)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The file keeps its own line ends. */
function asTheFile(text: string, was: string): string {
  return was.includes("\r\n") ? text.replace(/\n/g, "\r\n") : text;
}
