// A call that rings takes the place of what is open over the page. Decides nothing else.

import { effect, untracked } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { ringing } from "./desk";

/** Close the dialog when a call begins to ring: under it nothing is heard and no key answers. */
export function useClosedByRing(close: () => void): void {
  useLayoutEffect(() => onRing(close), []);
}

/** Until the answer is called. What rings already is known to whoever opens a dialog over it. */
export function onRing(act: () => void): () => void {
  let before = ringing.peek();
  return effect(() => {
    const now = ringing.value;
    if (now !== null && now !== before) untracked(act);
    before = now;
  });
}
