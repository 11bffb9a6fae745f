// Where the cursor is in a tree's YAML: what the completion offers follows from it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { placeIn } from "../../ari_app/web/desk_ui/src/studio/yaml_path";

const at = (text: string): string => {
  const { path, isKey, word } = placeIn(text);
  return `${path.join(".")}|${isKey ? "key" : "value"}|${word}`;
};

const PLACES: Readonly<Record<string, readonly [string, string]>> = {
  "an empty text": ["", "|key|"],
  "half a key": ["fl", "|key|fl"],
  "the value of a key": ["flow: ma", "flow|value|ma"],
  "a key one level in": ["nodes:\n  hel", "nodes|key|hel"],
  "an empty line one level in": ["nodes:\n  hello:\n    ", "nodes.hello|key|"],
  "a value two levels in": ["nodes:\n  hello:\n    type: qu", "nodes.hello.type|value|qu"],
  "back at the first level": ["nodes:\n  hello:\n    type: say\nst", "|key|st"],
  "an item of a block list": ["nodes:\n  a:\n    prompts:\n      - not", "nodes.a.prompts.-|key|not"],
  "an item of a flow list": ["nodes:\n  a:\n    prompts: [one, tw", "nodes.a.prompts.-|value|tw"],
  "a key of a flow mapping": ["nodes:\n  a: {type: say, ne", "nodes.a|key|ne"],
  "a value of a flow mapping": ["nodes:\n  a: {type: say, next: th", "nodes.a.next|value|th"],
  "a list within a flow mapping": ["nodes:\n  a: {type: say, prompts: [x, y", "nodes.a.prompts.-|value|y"],
  "after a flow mapping that is closed": ["nodes:\n  a: {type: say}\n  b", "nodes|key|b"],
  "a flow mapping over two lines": ["nodes:\n  a: {type: say,\n    ne", "nodes.a|key|ne"],
  "a key in quotes": ['keys:\n  "1": su', "keys.1|value|su"],
  "after a comment with brackets": ["# {not: [here\nflow: m", "flow|value|m"],
  "after a text with brackets": ['description: "a {b"\nst', "|key|st"],
};

for (const [name, [text, expected]] of Object.entries(PLACES)) {
  test(name, () => assert.equal(at(text), expected));
}
