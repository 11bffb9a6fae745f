// The tree studio: files, editor, findings; picture, playing, comparing, versions beside them.
// Decides the layout and which tool is open.

import { signal } from "@preact/signals";
import { lazy, Suspense } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { t, type TextKey } from "../shared/texts/language";
import { Badge } from "../shared/ui/badge";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { useKey } from "../shared/ui/keys";
import { startPage } from "../shared/ui/page";
import { attempt, toastError } from "../shared/ui/toast";
import { startChecking } from "./checking";
import { Editor } from "./editor";
import { FileList } from "./file_list";
import { Findings } from "./findings";
import { conflict, current, keepMine, nameOf, opened, save, start, takeTheirs, unsaved } from "./model";
import { Picture } from "./picture";
import { Play } from "./play";
import { startPlaying } from "./play_model";
import { useServiceState } from "./service_state";
import { Versions } from "./versions";
import "./studio.css";

const Compare = lazy(() => import("./compare").then((part) => part.Compare));
const Merge = lazy(() => import("./merge").then((part) => part.Merge));

type Tool = "picture" | "play" | "compare" | "versions";
const TOOLS: readonly { readonly name: Tool; readonly key: string }[] = [
  { name: "picture", key: "Alt+T" },
  { name: "play", key: "Alt+P" },
  { name: "compare", key: "Alt+B" },
  { name: "versions", key: "Alt+V" },
];
const tool = signal<Tool>("picture");

function StudioPage() {
  const [isHelped, setHelped] = useState(false);
  useServiceState();
  useEffect(() => {
    start().then(() => { startChecking(); startPlaying(); }, toastError);
  }, []);
  return (
    <>
      <Head onHelp={() => setHelped(true)} />
      <div class="studio">
        <FileList />
        <div class="studio-text">
          {current.value === null
            ? <p class="panel editor">{t("studio.no_file")}</p>
            : <Editor key={current.value} path={current.value} />}
          <Findings />
        </div>
        <Tools />
      </div>
      {conflict.value === null ? null : <ConflictDialog />}
      {isHelped ? <KeysDialog onClose={() => setHelped(false)} /> : null}
    </>
  );
}

function Head({ onHelp }: { readonly onHelp: () => void }) {
  const path = current.value;
  const count = unsaved.value.length;
  return (
    <div class="row studio-head">
      <h1>{t("common.page_studio")}</h1>
      {path === null ? null : <span class="mono">{path}</span>}
      <Badge kind={count === 0 ? "plain" : "info"}>
        {count === 0 ? t("studio.all_saved") : t("studio.unsaved_count", { count })}
      </Badge>
      <Button
        kind="primary" shortcut="Alt+S" isDisabled={path === null || !unsaved.value.includes(path)}
        onPress={() => attempt(() => save(path ?? ""))}
      >
        {t("studio.save")}
      </Button>
      <Button kind="quiet" shortcut="Alt+K" onPress={onHelp}>{t("studio.keys")}</Button>
    </div>
  );
}

function Tools() {
  const open = tool.value;
  return (
    <div class="studio-tools panel">
      <div class="tabs" role="tablist" aria-label={t("studio.panels")} onKeyDown={turn}>
        {TOOLS.map((one) => <Tab key={one.name} name={one.name} shortcut={one.key} />)}
      </div>
      <div class="tool" role="tabpanel" id={`tool-${open}`} aria-labelledby={`tab-${open}`} tabIndex={0}>
        <Suspense fallback={<p role="status">{t("common.loading")}</p>}>
          {open === "picture" ? <Picture /> : null}
          {open === "play" ? <Play /> : null}
          {open === "compare" ? <Compare /> : null}
          {open === "versions" ? <Versions /> : null}
        </Suspense>
      </div>
    </div>
  );
}

function Tab({ name, shortcut }: { readonly name: Tool; readonly shortcut: string }) {
  const isOpen = tool.value === name;
  useKey(shortcut, () => {
    tool.value = name;
    document.getElementById(`tab-${name}`)?.focus();
  });
  return (
    <button
      type="button" role="tab" id={`tab-${name}`} class="tab" aria-selected={isOpen}
      aria-controls={isOpen ? `tool-${name}` : undefined} tabIndex={isOpen ? 0 : -1}
      aria-keyshortcuts={shortcut} onClick={() => { tool.value = name; }}
    >
      {t(`studio.tab_${name}` as TextKey)} <kbd aria-hidden="true">{shortcut}</kbd>
    </button>
  );
}

/** Left and right go from tab to tab. */
function turn(event: KeyboardEvent): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const at = TOOLS.findIndex((one) => one.name === tool.value);
  const next = TOOLS[(at + step + TOOLS.length) % TOOLS.length];
  if (next === undefined) return;
  tool.value = next.name;
  document.getElementById(`tab-${next.name}`)?.focus();
}

function ConflictDialog() {
  const found = conflict.value;
  if (found === null) return null;
  const name = nameOf(found.path);
  return (
    <Dialog
      title={t("studio.conflict_title")} isWide onClose={() => { conflict.value = null; }}
      actions={
        <>
          <Button kind="danger" onPress={() => attempt(keepMine)}>{t("studio.keep_mine")}</Button>
          <Button onPress={takeTheirs}>{t("studio.take_theirs")}</Button>
        </>
      }
    >
      <p>{t("studio.conflict", { name })}</p>
      <Suspense fallback={null}>
        <Merge
          before={found.theirs} after={opened.value.get(found.path)?.text ?? ""} beforeLabel={t("studio.folder_flows")}
          afterLabel={t("studio.compare_mine")}
        />
      </Suspense>
    </Dialog>
  );
}

function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const rows: readonly (readonly [string, TextKey])[] = [
    ["Ctrl+S, Alt+S", "studio.keys_save"],
    ["Ctrl+Space", "studio.keys_complete"],
    ["Alt+N", "studio.keys_next"],
    ["Ctrl+F", "studio.keys_find"],
    ["Ctrl+/", "studio.keys_comment"],
    ["Ctrl+[, Ctrl+]", "studio.keys_indent"],
    ["Ctrl+Z, Ctrl+Y", "studio.keys_undo"],
    ["Ctrl+Shift+[, Ctrl+Shift+]", "studio.keys_fold"],
    ["Tab", "studio.keys_leave"],
  ];
  return (
    <Dialog title={t("studio.keys_title")} onClose={onClose}>
      <dl class="key-list">
        {rows.map(([key, what]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(what)}</dd></div>
        ))}
      </dl>
    </Dialog>
  );
}

startPage("studio", StudioPage);
