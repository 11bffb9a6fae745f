// The end of a wrap-up. Decides that what was typed goes into the ticket first, by whichever way a
// wrap-up ends, and that a save that is refused keeps the agent with the ticket.

import { effect, untracked } from "@preact/signals";
import { attempt } from "../shared/ui/toast";
import { desk, own, socket, wish } from "./desk";
import type { AgentState, Own } from "./rows";
import { inHand, isDirty, leave, openInHand, putAway, resend, save, setReadOnly } from "./ticket";

const AGAIN_MS = 2_000;

export function finishWrapUp(): void {
  attempt(async () => {
    if (isDirty.value) await save();
    wish({ type: "wrap_up_done" });
  });
}

/** The form follows the call: it opens with the talk and is saved when the wrap-up is over. */
export function followCalls(): void {
  let last: string | null = null;
  let before: AgentState | null = null;
  effect(() => {
    const row = own.value;
    const isOpen = socket.state.value === "open";
    untracked(() => {
      setReadOnly(socket.state.value === "replaced");
      if (row === null || !isOpen) return;
      const call = callOf(row);
      if (call !== null && call !== last) attempt(() => change(call));
      if (call === null) inHand.value = null;
      if (call === null && before === "wrap_up") attempt(leave);
      last = call;
      before = row.state;
    });
  });
  // Another page may have typed while this one was away; what waited here goes out.
  let wasOpen = false;
  effect(() => {
    const isOpen = socket.state.value === "open" && desk.value.own !== null;
    if (isOpen && !wasOpen) untracked(resend);
    wasOpen = isOpen;
  });
}

function callOf(row: Own): string | null {
  return row.state === "talking" || row.state === "wrap_up" ? row.call : null;
}

async function change(call: string): Promise<void> {
  const leaving = leave();
  putAway();
  await Promise.all([leaving, open(call)]);
}

/** Until it is there: no talk goes on without its ticket. */
async function open(call: string): Promise<void> {
  const isStill = (): boolean => own.value !== null && callOf(own.value) === call;
  if (!isStill() || inHand.value !== null) return;
  const isThere = await openInHand(isStill).catch(() => false);
  if (!isThere) setTimeout(() => attempt(() => open(call)), AGAIN_MS);
}
