// Graphviz's SVG as elements of the page. Decides what may come in: shapes, words and classes from
// a list of names; no script, style, address or event can, whatever a tree's text says.

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "path", "polygon", "polyline", "ellipse", "text", "title"]);
const ATTRIBUTES = new Set([
  "viewBox", "class", "transform", "d", "points", "cx", "cy", "rx", "ry", "x", "y", "fill",
  "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-weight",
]);

/** The picture; null if this is none. Elements that may not come in are left out, what they hold
 * is kept: a link around a shape goes, the shape stays. */
export function svgFrom(text: string): SVGSVGElement | null {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (parsed.localName !== "svg") return null;
  const made = document.createElementNS(SVG, "svg");
  attributes(parsed, made);
  children(parsed, made);
  return made;
}

function children(from: Element, to: Element): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.textContent ?? "");
    if (node instanceof Element) element(node, to);
  }
}

function element(from: Element, to: Element): void {
  if (from.localName === "style" || from.localName === "script") return;
  if (from.namespaceURI !== SVG || !ELEMENTS.has(from.localName)) return children(from, to);
  const made = document.createElementNS(SVG, from.localName);
  attributes(from, made);
  children(from, made);
  to.append(made);
}

function attributes(from: Element, to: Element): void {
  for (const one of from.attributes) {
    if (ATTRIBUTES.has(one.name) && !/url\s*\(/i.test(one.value)) to.setAttribute(one.name, one.value);
  }
}
