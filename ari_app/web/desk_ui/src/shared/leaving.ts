// Leaving for the sign-in page, when nobody is signed in any more. Decides that a page whose own
// phone is in a call stays until that is over: the service ends no talk by a sign-out either.

import { computed, effect, signal } from "@preact/signals";

/** Where this page goes; null while somebody is signed in. */
export const leavingFor = signal<string | null>(null);
/** False while a call is heard in this page, which would end with it: said by whoever has a phone. */
export const mayLeave = signal(true);
export const staysForCall = computed(() => leavingFor.value !== null && !mayLeave.value);

export function leaveFor(address: string): void {
  leavingFor.value = address;
}

/** To the sign-in page, and back here afterwards. */
export function toSignIn(): void {
  const here = location.pathname + location.search;
  leaveFor(here === "/" ? "/" : `/?next=${encodeURIComponent(here)}`);
}

effect(() => {
  if (leavingFor.value !== null && mayLeave.value) location.assign(leavingFor.value);
});
