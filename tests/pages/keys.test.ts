// Which button a key presses, with a window that does no more than pass keys on.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { bind, newScope, openScope } from "../../ari_app/web/desk_ui/src/shared/ui/keys";

type Press = (event: object) => void;

const pressed: string[] = [];
const bound: (() => void)[] = [];
let press: Press = () => undefined;

class Nothing {}
Object.assign(globalThis, {
  HTMLElement: Nothing, HTMLTextAreaElement: Nothing, HTMLSelectElement: Nothing,
  HTMLInputElement: Nothing,
  addEventListener: (_type: string, listener: Press) => { press = listener; },
});

function button(key: string, scope = 0): void {
  bound.push(bind(key, scope, () => pressed.push(`${scope} ${key}`)));
}

/** What the key did, `code` being where it lies. */
function did(key: string, code = "", altKey = false): string[] {
  press({ key, code, altKey, composedPath: () => [], preventDefault: () => undefined });
  return pressed.splice(0);
}

afterEach(() => {
  bound.splice(0).forEach((free) => free());
  pressed.splice(0);
});

test("a keypad sends what is written, not what lies at that place without Shift", () => {
  ["3", "8", "*", "#"].forEach((key) => button(key));
  assert.deepEqual(did("*", "Digit8"), ["0 *"]);
  assert.deepEqual(did("#", "Digit3"), ["0 #"]);
  assert.deepEqual(did("8", "Digit8"), ["0 8"]);
});

test("where an input method hides what is written the place counts", () => {
  button("Alt+H");
  assert.deepEqual(did("˙", "KeyH", true), ["0 Alt+H"]);
  assert.deepEqual(did("Process", "KeyH", true), ["0 Alt+H"]);
});

test("the last who asks for a key has it, until it goes", () => {
  button("F2");
  button("F2");
  assert.deepEqual(did("F2"), ["0 F2"]);
  bound.pop()?.();
  assert.deepEqual(did("F2"), ["0 F2"]);
});

test("under a dialog the page's keys rest, those bound meanwhile too, and act when it closes", () => {
  button("Alt+1");
  const dialog = newScope();
  const close = openScope(dialog);
  button("Alt+1", dialog);
  button("Alt+1");
  button("F2");
  assert.deepEqual(did("1", "Digit1", true), [`${dialog} Alt+1`]);
  assert.deepEqual(did("F2"), []);
  close();
  assert.deepEqual(did("F2"), ["0 F2"]);
  assert.deepEqual(did("1", "Digit1", true), ["0 Alt+1"]);
});

test("of two dialogs the later one has the keys, whichever closes first", () => {
  const [first, second] = [newScope(), newScope()];
  const [closeFirst, closeSecond] = [openScope(first), openScope(second)];
  button("1", first);
  button("1", second);
  closeFirst();
  assert.deepEqual(did("1", "Digit1"), [`${second} 1`]);
  closeSecond();
  button("1");
  assert.deepEqual(did("1", "Digit1"), ["0 1"]);
});
