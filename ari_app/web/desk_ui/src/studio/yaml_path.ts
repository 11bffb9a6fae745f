// Where in a YAML text a place is: the keys that lead there, and whether a key or a value stands
// there. Decides it from the text before the place alone, so that half a line is no obstacle.
// Knows the plain YAML that trees are written in: block and flow, no anchors, no tags.

export interface YamlPlace {
  /** Keys that lead here; "-" for an item of a list. At a value the last is its own key. */
  readonly path: readonly string[];
  /** An item of a list counts as one too: it may become a mapping. */
  readonly isKey: boolean;
  /** What is written already of the word here. */
  readonly word: string;
}

interface Level {
  readonly indent: number;
  readonly key: string;
}

const KEY = /^("[^"]*"|'[^']*'|[^\s#:,[\]{}"'][^:#,[\]{}]*?)\s*:(?=\s|$)/;

export function placeIn(before: string): YamlPlace {
  const lines = before.split("\n");
  const levels: Level[] = [];
  let flow: string[] = [];
  let depth = 0;
  for (const [number, line] of lines.entries()) {
    const isLast = number === lines.length - 1;
    if (depth > 0) {
      ({ flow, depth } = scanned(line, flow));
      continue;
    }
    const rest = blockLine(line, levels, isLast);
    if (rest === null) continue;
    ({ flow, depth } = scanned(rest, []));
  }
  return depth > 0 ? inFlow(levels, flow, before) : inBlock(levels, lines.at(-1) ?? "");
}

/** Take the keys at the beginning of a line into the levels; what follows them. */
function blockLine(line: string, levels: Level[], isLast: boolean): string | null {
  let indent = line.length - line.trimStart().length;
  let rest = line.trimStart();
  if ((rest === "" && !isLast) || rest.startsWith("#")) return null;
  while (levels.length > 0 && (levels.at(-1)?.indent ?? 0) >= indent) levels.pop();
  while (/^-(\s|$)/.test(rest)) {
    levels.push({ indent, key: "-" });
    const after = rest.slice(1).trimStart();
    indent += rest.length - after.length;
    rest = after;
  }
  const key = KEY.exec(rest);
  if (key === null) return rest;
  levels.push({ indent, key: plain(key[1] ?? "") });
  return rest.slice(key[0].length);
}

/** Brackets that are open after this text; each with the key before it, and its last own key. */
function scanned(text: string, open: readonly string[]): { flow: string[]; depth: number } {
  const flow = [...open];
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") {
      const key = KEY.exec(text.slice(at));
      if (key !== null && flow.at(-1)?.startsWith("{")) at = take(flow, key, at);
      else quote = letter;
    } else if (letter === "{" || letter === "[") flow.push(letter);
    else if (letter === "}" || letter === "]") flow.pop();
    else if (letter === "," && flow.at(-1)?.startsWith("{")) flow[flow.length - 1] = "{";
    else if (letter === "#" && /\s/.test(text[at - 1] ?? " ")) break;
    else if (flow.at(-1) === "{" && /\S/.test(letter)) {
      const key = KEY.exec(text.slice(at));
      if (key !== null) at = take(flow, key, at);
    }
  }
  return { flow, depth: flow.length };
}

function take(flow: string[], key: RegExpExecArray, at: number): number {
  flow[flow.length - 1] = `{${plain(key[1] ?? "")}`;
  return at + key[0].length - 1;
}

function inFlow(levels: readonly Level[], flow: readonly string[], before: string): YamlPlace {
  const path = levels.map((one) => one.key);
  for (const one of flow) path.push(one.startsWith("[") ? "-" : one.slice(1));
  const word = wordAt(before);
  const isKey = path.at(-1) === "";
  return { path: isKey ? path.slice(0, -1) : path, isKey, word };
}

function inBlock(levels: readonly Level[], line: string): YamlPlace {
  const path = levels.map((one) => one.key);
  const word = wordAt(line);
  const rest = line.trimStart().replace(/^(-\s+)+/, "");
  return { path, isKey: KEY.exec(rest) === null, word };
}

function wordAt(text: string): string {
  return /[\w.*#]*$/.exec(text)?.[0] ?? "";
}

function plain(key: string): string {
  return key.replace(/^["']|["']$/g, "");
}
