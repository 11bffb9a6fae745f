// How the editor looks and speaks: colours from the page's tokens, words in the page's language.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { tOr, language } from "../texts/language";

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--text)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "13px", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": {
    backgroundColor: "var(--sunken)", color: "var(--muted)", borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--info-ground) 45%, transparent)",
  },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)", color: "var(--on-accent)",
  },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit" },
  ".cm-diagnostic": { fontFamily: "var(--font)" },
  ".cm-panels, .cm-panels input, .cm-panels button": {
    backgroundColor: "var(--sunken)", color: "var(--text)", backgroundImage: "none",
  },
  ".cm-changedLine": { backgroundColor: "color-mix(in srgb, var(--warn-ground) 70%, transparent)" },
  "&.cm-merge-a .cm-changedText": { background: "color-mix(in srgb, var(--bad) 35%, transparent)" },
  "&.cm-merge-b .cm-changedText": { background: "color-mix(in srgb, var(--good) 35%, transparent)" },
  ".cm-collapsedLines": { color: "var(--muted)", background: "var(--sunken)" },
});

const PHRASES = [
  "Find", "Replace", "next", "previous", "all", "match case", "by word", "regexp", "replace",
  "replace all", "close", "Go to line", "go", "Completions", "Fold line", "Unfold line",
  "$ unchanged lines", "No diagnostics", "Diagnostics",
];

export function look(): Extension {
  return [LOOK, syntaxHighlighting(COLOURS), phrases()];
}

function phrases(): Extension {
  if (language.value === "en") return [];
  const said = PHRASES.map((one) => [one, tOr(`studio.phrase_${key(one)}`, one)] as const);
  return EditorState.phrases.of(Object.fromEntries(said));
}

function key(phrase: string): string {
  return phrase.toLowerCase().replace("$ ", "").replace(/ /g, "_");
}
