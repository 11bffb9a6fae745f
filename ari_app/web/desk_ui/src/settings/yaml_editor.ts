// The YAML editor: CodeMirror in a shadow root, so that its styles are adopted sheets and need no
// exception from the policy. Decides how findings are shown at their line. Knows no file.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers,
} from "@codemirror/view";
import type { TreeFinding } from "../shared/api";
import { look } from "../shared/ui/editor_look";

export interface YamlEditor {
  readonly text: () => string;
  readonly setText: (text: string) => void;
  readonly setFindings: (findings: readonly TreeFinding[]) => void;
  /** Go to a line and column, counted from 1. */
  readonly goTo: (line: number, col: number) => void;
  readonly destroy: () => void;
}

export interface EditorOptions {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onSave: () => void;
}

export function makeYamlEditor(host: HTMLElement, options: EditorOptions): YamlEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  place.style.height = "100%";
  root.replaceChildren(place);
  const view = new EditorView({
    root,
    parent: place,
    state: EditorState.create({ doc: options.text, extensions: extensionsOf(options) }),
  });
  return {
    text: () => view.state.sliceDoc(),
    setText: (text) => {
      if (text === view.state.sliceDoc()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setFindings: (findings) => {
      view.dispatch(setDiagnostics(view.state, findings.map((one) => marked(view.state, one))));
    },
    goTo: (line, col) => {
      const at = placeOf(view.state, line, col);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

function extensionsOf(options: EditorOptions) {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    lintGutter(),
    indentUnit.of("  "),
    yaml(),
    look(),
    EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange(update.state.sliceDoc());
    }),
    keymap.of([
      { key: "Mod-s", run: () => { options.onSave(); return true; }, preventDefault: true },
      // Escape first, then Tab leaves the editor, as CodeMirror's documentation advises.
      ...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab,
    ]),
  ];
}

function placeOf(state: EditorState, line: number, col: number): number {
  const found = state.doc.line(Math.max(1, Math.min(line, state.doc.lines)));
  return Math.min(found.from + Math.max(0, col - 1), found.to);
}

function marked(state: EditorState, one: TreeFinding): Diagnostic {
  const from = placeOf(state, one.line, one.col);
  const { to: end } = state.doc.lineAt(from);
  return {
    from,
    to: Math.max(from, end),
    severity: one.code.startsWith("W") ? "warning" : "error",
    message: [one.code, one.message, one.hint].filter(Boolean).join(" "),
  };
}
