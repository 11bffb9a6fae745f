// What can be written here: fields of the schema, and the names of this configuration. Decides
// which kind of name a field takes; what a field is and may hold is the schema's word.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { checked, known } from "./checking";
import { current } from "./model";
import type { FactForm, Named, Names, Schema } from "./studio_api";
import { placeIn, type YamlPlace } from "./yaml_path";

type Json = Readonly<Record<string, unknown>>;

const LISTS: Readonly<Record<string, keyof Names>> = {
  queue: "queues", join: "queues", only: "queues", needs: "skills", schedule: "schedules", to: "numbers",
  language: "languages", field: "fields", digits_of: "fields", transfer: "numbers", fields: "fields",
};
const NODE_FIELDS = new Set(["next", "start", "last_resort", "after_talk", "otherwise", "open", "closed", "holiday", "emergency"]);
const PROMPT_FIELDS = new Set(["prompts", "greeting", "up_to", "above", "id"]);

export function complete(context: CompletionContext): CompletionResult | null {
  const before = context.state.sliceDoc(0, context.pos);
  const place = placeIn(before);
  if (place.word === "" && !context.explicit && !/[:[{,-] $/.test(before)) return null;
  const options = optionsAt(place, context.state.sliceDoc(), before);
  if (options.length === 0) return null;
  return { from: context.pos - place.word.length, options, validFor: /^[\w.*#]*$/ };
}

function optionsAt(place: YamlPlace, text: string, before: string): readonly Completion[] {
  const names = known.value;
  if (names === null) return [];
  const root = current.value?.startsWith("tests/") ? names.cases_schema : names.flow_schema;
  const schemas = schemasAt(root, place.path, typeHere(place, text, before));
  if (place.isKey && place.path.at(-1) !== "-") return keysOf(place, schemas, names, root);
  return valuesOf(place, schemas, names, root);
}

// --- keys ----------------------------------------------------------------------------------------

function keysOf(
  place: YamlPlace, schemas: readonly Json[], names: Names, root: Schema,
): readonly Completion[] {
  const last = place.path.at(-1) ?? "";
  if (last === "needs") return named(names.skills, ": ");
  if (last === "fields") return named(names.fields, ": ");
  if (last === "if" || last === "facts") return factNames(names);
  if (last === "keys") return [..."123456789*#0"].map((one) => ({ label: one, apply: /\d/.test(one) ? `${one}: ` : `"${one}": ` }));
  const fields = new Map<string, Completion>();
  for (const schema of schemas) {
    for (const [name, one] of Object.entries(record(schema["properties"]))) {
      fields.set(name, described(name, resolved(record(one), root), `${name}: `, "property"));
    }
  }
  return [...fields.values()];
}

function factNames(names: Names): readonly Completion[] {
  return names.facts.flatMap((form) => filled(form, names).map((label) =>
    ({ label, apply: `${label}: `, type: "variable", detail: form.about })));
}

function filled(form: FactForm, names: Names): readonly string[] {
  const slot = /<(\w+)>/.exec(form.pattern)?.[1];
  if (slot === undefined) return [form.pattern];
  const lists: Readonly<Record<string, readonly Named[]>> = {
    queue: names.queues, skill: names.skills, schedule: names.schedules, field: names.fields,
  };
  return (lists[slot] ?? []).map((one) => form.pattern.replace(/<\w+>/, one.name));
}

// --- values --------------------------------------------------------------------------------------

function valuesOf(
  place: YamlPlace, schemas: readonly Json[], names: Names, root: Schema,
): readonly Completion[] {
  const keys = place.path.filter((one) => one !== "-");
  const last = keys.at(-1) ?? "";
  const parent = keys.at(-2) ?? "";
  if (last === "type") return types(root);
  if (last === "flow") return flows();
  if (isNodeField(last, parent)) return nodeNames(parent === "keys");
  if (PROMPT_FIELDS.has(last) || parent === "up_to" || /prompts?$/.test(last)) return named(names.prompts);
  if (last === "fact") return factNames(names).map((one) => ({ ...one, apply: one.label }));
  const list = LISTS[last];
  if (list !== undefined) return named(names[list] as readonly Named[]);
  return schemas.flatMap((one) => words(one, root));
}

function isNodeField(name: string, parent: string): boolean {
  return NODE_FIELDS.has(name) || name.startsWith("on_") || parent === "keys" || name === "path";
}

function nodeNames(hasRepeat: boolean): readonly Completion[] {
  const tree = checked.value?.trees.find((one) => one.file === current.value);
  const found = (tree?.nodes ?? []).map((one) => ({ label: one.name, type: "function", detail: one.type }));
  return hasRepeat ? [...found, { label: "repeat", type: "keyword" }] : found;
}

function flows(): readonly Completion[] {
  return (checked.value?.trees ?? []).map((one) => ({ label: one.flow, type: "class", detail: one.file }));
}

function types(root: Schema): readonly Completion[] {
  return Object.entries(mapping(root)).map(([name, ref]) =>
    described(name, at(root, String(ref)), name, "class"));
}

function words(schema: Json, root: Schema): readonly Completion[] {
  const found = (Array.isArray(schema["enum"]) ? schema["enum"] : [])
    .concat("const" in schema ? [schema["const"]] : [])
    .concat(schema["type"] === "boolean" ? [true, false] : []);
  const inner = (Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [])
    .flatMap((one) => words(resolved(record(one), root), root));
  return [...found.map((one) => ({ label: String(one), type: "constant" })), ...inner];
}

// --- the schema ----------------------------------------------------------------------------------

/** The parts of the schema that stand at a path. */
function schemasAt(root: Schema, path: readonly string[], type: string): readonly Json[] {
  let found: readonly Json[] = [root];
  for (const key of path) found = found.flatMap((one) => below(one, key, root, type));
  return found.flatMap((one) => alternatives(one, root, type));
}

function below(schema: Json, key: string, root: Schema, type: string): readonly Json[] {
  return alternatives(schema, root, type).flatMap((one) => {
    if (key === "-") return one["items"] === undefined ? [] : [resolved(record(one["items"]), root)];
    const own = record(one["properties"])[key];
    if (own !== undefined) return [resolved(record(own), root)];
    const patterns = Object.entries(record(one["patternProperties"]));
    const fits = patterns.filter(([pattern]) => new RegExp(pattern, "u").test(key));
    const any = fits.length === 0 && typeof one["additionalProperties"] === "object"
      ? [one["additionalProperties"]] : [];
    return [...fits.map(([, value]) => value), ...any].map((value) => resolved(record(value), root));
  });
}

/** A schema without its "either, or": of a node only the type that is written there. */
function alternatives(schema: Json, root: Schema, type: string): readonly Json[] {
  if (Array.isArray(schema["oneOf"])) {
    const ref = record(record(schema["discriminator"])["mapping"])[type];
    if (ref !== undefined) return [at(root, String(ref))];
    return [{ properties: { type: { description: "" } } }];
  }
  if (!Array.isArray(schema["anyOf"])) return [schema];
  return schema["anyOf"].flatMap((one) => alternatives(resolved(record(one), root), root, type));
}

function resolved(schema: Json, root: Schema): Json {
  const ref = schema["$ref"];
  return typeof ref === "string" ? { ...at(root, ref), ...schema } : schema;
}

function at(root: Schema, ref: string): Json {
  return record(record(root["$defs"])[ref.slice(ref.lastIndexOf("/") + 1)]);
}

function mapping(root: Schema): Json {
  const nodes = record(record(root["properties"])["nodes"]);
  const each = record(Object.values(record(nodes["patternProperties"]))[0]);
  return record(record(each["discriminator"])["mapping"]);
}

/** The type that is written in the node around the place, before or after it. */
function typeHere(place: YamlPlace, text: string, before: string): string {
  if (place.path[0] !== "nodes" || place.path[1] === undefined) return "";
  const begin = before.search(new RegExp(`^ *${place.path[1]} *:(?![\\s\\S]*^ *${place.path[1]} *:)`, "m"));
  const part = text.slice(Math.max(0, begin));
  const end = part.slice(1).search(/^ {0,2}\S/m);
  const own = end < 0 ? part : part.slice(0, end + 1);
  return /\btype: *([a-z]+)/.exec(own)?.[1] ?? "";
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function described(label: string, schema: Json, apply: string, type: string): Completion {
  const about = schema["description"];
  return { label, apply, type, ...(typeof about === "string" ? { detail: about } : {}) };
}

function named(list: readonly Named[], after = ""): readonly Completion[] {
  return list.map((one) => {
    const label = /^\d/.test(one.name) && after === "" ? `"${one.name}"` : one.name;
    return { label, apply: label + after, type: "variable", detail: one.about };
  });
}
