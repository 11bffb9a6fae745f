// The drawn tree: a click on a node leads to its line, the cursor's node is bold, the node at which
// a played call stands is framed. Decides the size only; what is drawn is Graphviz's.

import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../shared/texts/language";
import { Button } from "../shared/ui/button";
import { attempt } from "../shared/ui/toast";
import { cursorNode, drawn } from "./checking";
import { current, goTo } from "./model";
import { now } from "./play_model";
import type { Drawn, DrawnBox } from "./studio_api";
import { svgFrom } from "./svg_dom";

const zoom = signal(0);
const POINT_PX = 4 / 3;

export function Picture() {
  const found = drawn.value;
  if (current.value?.startsWith("tests/")) return <p class="muted">{t("studio.picture_tests")}</p>;
  if (found === null || found.file !== current.value || found.picture.svg === null) {
    return <p class="muted" role="status">{found?.picture.detail || t("studio.picture_none")}</p>;
  }
  return (
    <>
      <div class="row">
        <Button kind="quiet" onPress={() => larger(1.25)}>{t("studio.zoom_in")}</Button>
        <Button kind="quiet" onPress={() => larger(0.8)}>{t("studio.zoom_out")}</Button>
        <Button kind="quiet" onPress={() => { zoom.value = 0; }}>{t("studio.zoom_fit")}</Button>
        <span class="muted">{t(found.isOld ? "studio.picture_old" : "studio.picture_hint")}</span>
      </div>
      <Frame picture={found.picture} isOld={found.isOld} />
    </>
  );
}

function larger(by: number): void {
  zoom.value = Math.min(3, Math.max(0.2, (zoom.value || 0.8) * by));
}

function Frame({ picture, isOld }: { readonly picture: Drawn; readonly isOld: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => (frame.current === null ? undefined : show(frame.current, picture)), [picture]);
  return (
    <div
      ref={frame} class={isOld ? "picture picture-old" : "picture"} role="group" tabIndex={0}
      aria-label={t("studio.picture_of", { flow: picture.flow })}
    />
  );
}

function show(frame: HTMLElement, picture: Drawn): () => void {
  const svg = svgFrom(picture.svg ?? "");
  if (svg === null) return () => undefined;
  const groups = bound(svg, picture.boxes);
  frame.replaceChildren(svg);
  const stopSize = effect(() => sized(frame, svg, zoom.value));
  const stopMarks = effect(() => {
    const [cursor, call] = [cursorNode.value, now.value?.node ?? null];
    for (const [group, node] of groups) {
      group.classList.toggle("at-cursor", node === cursor || node.endsWith(`.${cursor}`));
      group.classList.toggle("at-call", node === call);
    }
    if (frame.matches(":focus-within")) return;
    const at = call ?? cursor;
    const here = [...groups].find(([, node]) => node === at)?.[0];
    here?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  return () => { stopSize(); stopMarks(); };
}

/** The groups of nodes with what they stand for; each is a button to its line. */
function bound(svg: SVGSVGElement, boxes: readonly DrawnBox[]): ReadonlyMap<SVGGElement, string> {
  const byId = new Map(boxes.map((one) => [one.id, one]));
  const groups = new Map<SVGGElement, string>();
  for (const group of svg.querySelectorAll<SVGGElement>("g.node")) {
    const title = group.querySelector("title");
    const box = byId.get(title?.textContent ?? "");
    if (title === null || box === undefined) continue;
    title.textContent = box.tooltip;
    if (box.node === "") continue;
    if (!box.is_copy) groups.set(group, box.node);
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "0");
    const name = (group.textContent ?? "").replace(/\s+/g, " ").trim();
    group.setAttribute("aria-label", t("studio.node", { name, line: box.line }));
    const go = (): void => attempt(() => goTo(box.file, box.line, 3));
    group.addEventListener("click", go);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      go();
    });
  }
  for (const title of svg.querySelectorAll("g.edge > title, g.graph > title")) title.remove();
  return groups;
}

function sized(frame: HTMLElement, svg: SVGSVGElement, chosen: number): void {
  const width = svg.viewBox.baseVal.width * POINT_PX;
  const fits = Math.max(0.55, Math.min(1, (frame.clientWidth - 8) / width));
  svg.style.width = `${Math.round(width * (chosen || fits))}px`;
}
