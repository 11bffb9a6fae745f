// Asks again and again for what a page cannot do without. Decides that only a service which is
// away is worth asking again: a refusal stays one.

import { Refusal } from "./api";

const AGAIN_MS = 3_000;
const TOO_MANY = 429;

/** `tell` hears of each time that it was not there. */
export async function untilThere<T>(
  ask: () => Promise<T>, tell: (error: unknown) => void = () => undefined, againMs = AGAIN_MS,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      tell(error);
    }
    await new Promise((done) => setTimeout(done, againMs));
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  return error.status === 0 || error.status === TOO_MANY || error.status >= 500;
}
