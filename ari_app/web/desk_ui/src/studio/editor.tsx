// The YAML editor: CodeMirror in a shadow root, so that its styles are adopted sheets and need no
// exception from the policy. Decides how a file's line ends are kept and where findings are shown.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentUnit } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  keymap, lineNumbers,
} from "@codemirror/view";
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { language, t } from "../shared/texts/language";
import { attempt } from "../shared/ui/toast";
import { checked, wordsOf } from "./checking";
import { complete } from "./completion";
import { look } from "../shared/ui/editor_look";
import { cursorLine, edit, nameOf, opened, save, wanted } from "./model";
import type { Finding } from "./studio_api";

/** One line end for the whole text where it has one, so that it is written back as it was. */
function lineEnd(text: string): string {
  const all = text.split("\n").length - 1;
  return all > 0 && text.split("\r\n").length - 1 === all ? "\r\n" : "\n";
}

export function shadowPlace(host: HTMLElement): { root: ShadowRoot; place: HTMLElement } {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  place.style.height = "100%";
  root.replaceChildren(place);
  return { root, place };
}

function extensionsOf(path: string, text: string): Extension {
  return [
    EditorState.lineSeparator.of(lineEnd(text)),
    lineNumbers(), foldGutter(), lintGutter(), highlightSpecialChars(), history(), drawSelection(),
    highlightActiveLine(), highlightActiveLineGutter(), bracketMatching(), closeBrackets(),
    highlightSelectionMatches(), indentUnit.of("  "), yaml(), look(),
    autocompletion({ override: [complete], icons: false }),
    EditorView.contentAttributes.of({
      "aria-label": t("studio.editor", { name: nameOf(path) }), lang: "en", spellcheck: "false", tabindex: "0",
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) edit(path, update.state.sliceDoc());
      if (update.docChanged || update.selectionSet) {
        cursorLine.value = update.state.doc.lineAt(update.state.selection.main.head).number;
      }
    }),
    keymap.of([
      { key: "Mod-s", run: () => { attempt(() => save(path)); return true; }, preventDefault: true },
      { key: "Tab", run: acceptCompletion }, // else it leaves the editor, as everywhere on the page
      ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
      ...defaultKeymap,
    ]),
  ];
}

export function Editor({ path }: { readonly path: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current === null ? undefined : mounted(host.current, path)), [path, language.value]);
  return <div ref={host} class="editor" />;
}

const states = new Map<string, { readonly loaded: number; readonly words: string; readonly state: EditorState }>();

/** Put the editor there; how to take it away again. Its undo steps are kept for the next time. */
function mounted(host: HTMLElement, path: string): () => void {
  const { root, place } = shadowPlace(host);
  let loaded = -1;
  const view = new EditorView({ root, parent: place });
  const stopText = effect(() => {
    const one = opened.value.get(path);
    if (one === undefined || one.loaded === loaded) return;
    const kept = states.get(path);
    const isKept = loaded < 0 && kept?.loaded === one.loaded && kept.words === language.value;
    loaded = one.loaded;
    view.setState(isKept ? kept.state : EditorState.create({
      doc: one.text, extensions: extensionsOf(path, one.text),
    }));
    cursorLine.value = view.state.doc.lineAt(view.state.selection.main.head).number;
    show(view, path);
  });
  const stopFindings = effect(() => { void checked.value; show(view, path); });
  const stopWanted = effect(() => { if (wanted.value?.path === path) go(view); });
  return () => {
    for (const stop of [stopText, stopFindings, stopWanted]) stop();
    states.set(path, { loaded, words: language.value, state: view.state });
    view.destroy();
  };
}

function go(view: EditorView): void {
  const place = wanted.peek();
  if (place === null) return;
  const at = placeOf(view.state, place.line, place.col);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
  queueMicrotask(() => { wanted.value = null; });
}

function show(view: EditorView, path: string): void {
  const own = (checked.peek()?.problems ?? []).filter((one) => one.file === path);
  view.dispatch(setDiagnostics(view.state, own.map((one) => marked(view.state, one))));
}

function placeOf(state: EditorState, line: number, col: number): number {
  const found = state.doc.line(Math.max(1, Math.min(line, state.doc.lines)));
  return Math.min(found.from + Math.max(0, col - 1), found.to);
}

function marked(state: EditorState, one: Finding): Diagnostic {
  const from = placeOf(state, one.line, one.col);
  const { to } = state.doc.lineAt(from);
  const word = /^[\w".*#-]+/.exec(state.sliceDoc(from, to))?.[0].length ?? 0;
  return {
    from,
    to: word > 0 ? from + word : Math.max(from, to),
    severity: one.level,
    message: `${one.code} ${wordsOf(one)}`,
  };
}

