// Keys that act anywhere on a page. Decides that a letter does nothing while somebody types, that
// keys with Alt and F1 to F12 always act, and that a dialog keeps the keys of what lies under it.

import { createContext } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";

interface Bound {
  readonly scope: number;
  readonly act: () => void;
}

const bound = new Map<string, Bound[]>();
/** The page itself is 0; each dialog that is open has a number of its own, the topmost is last. */
let openScopes: readonly number[] = [0];
let lastScope = 0;
let isListening = false;

/** To which dialog a key belongs: where it stands, not what is open when it is bound. */
export const Scope = createContext(0);

export function newScope(): number {
  lastScope += 1;
  return lastScope;
}

/** A dialog opens: until it is closed, by the answer, only its own keys act. */
export function openScope(scope: number): () => void {
  openScopes = [...openScopes, scope];
  return () => { openScopes = openScopes.filter((one) => one !== scope); };
}

/** Bind `key` ("H", "Alt+H", "F4", "?", "Enter") while the component is there and `isOn`. */
export function useKey(key: string | undefined, act: () => void, isOn = true): void {
  const latest = useRef(act);
  latest.current = act;
  const scope = useContext(Scope);
  // At once: a button that is seen has its key.
  useLayoutEffect(() => {
    if (key === undefined || !isOn) return undefined;
    return bind(key, scope, () => latest.current());
  }, [key, scope, isOn]);
}

/** Until the answer is called. */
export function bind(key: string, scope: number, act: () => void): () => void {
  listen();
  const name = key.toLowerCase();
  const one: Bound = { scope, act };
  bound.set(name, [...(bound.get(name) ?? []), one]);
  return () => bound.set(name, (bound.get(name) ?? []).filter((other) => other !== one));
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  addEventListener("keydown", onKeyDown);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.ctrlKey || event.metaKey) return;
  if (isTyping(event) && !actsWhileTyping(event)) return leaveField(event);
  const top = openScopes.at(-1);
  for (const name of namesOf(event)) {
    const found = (bound.get(name) ?? []).filter((one) => one.scope === top).at(-1);
    if (found === undefined) continue;
    event.preventDefault();
    return found.act();
  }
}

/** The key by what it writes, then by where it lies: an input method may hide the former, and
 * what is written with Shift (`*`) lies where something else does (`8`). */
function namesOf(event: KeyboardEvent): readonly string[] {
  const alt = event.altKey ? "alt+" : "";
  const written = event.key.toLowerCase();
  const place = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1]?.toLowerCase();
  const names = [alt + written];
  return place !== undefined && place !== written ? [...names, alt + place] : names;
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  const buttons = ["checkbox", "radio", "button", "submit", "range"];
  return target instanceof HTMLInputElement && !buttons.includes(target.type);
}

function actsWhileTyping(event: KeyboardEvent): boolean {
  return event.altKey || /^F\d{1,2}$/.test(event.key);
}

/** Escape leaves the field, so that the letters act again. */
function leaveField(event: KeyboardEvent): void {
  const target = event.composedPath()[0];
  if (event.key === "Escape" && target instanceof HTMLElement && openScopes.length === 1) target.blur();
}
