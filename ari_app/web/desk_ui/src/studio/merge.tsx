// Two texts side by side with what differs. Both can only be read.

import { yaml } from "@codemirror/lang-yaml";
import { MergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { shadowPlace } from "./editor";
import { look } from "../shared/ui/editor_look";

export interface MergeProps {
  readonly before: string;
  readonly after: string;
  readonly beforeLabel: string;
  readonly afterLabel: string;
}

function readOnly(label: string): Extension {
  return [
    lineNumbers(), yaml(), look(), EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", lang: "en", tabindex: "0" }),
  ];
}

export function Merge({ before, after, beforeLabel, afterLabel }: MergeProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return undefined;
    const { root, place } = shadowPlace(host.current);
    const view = new MergeView({
      a: { doc: before, extensions: readOnly(beforeLabel) },
      b: { doc: after, extensions: readOnly(afterLabel) },
      parent: place,
      root,
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [before, after, beforeLabel, afterLabel]);
  return (
    <div class="merge">
      <div class="merge-heads"><b>{beforeLabel}</b><b>{afterLabel}</b></div>
      <div ref={host} class="merge-view" />
    </div>
  );
}
