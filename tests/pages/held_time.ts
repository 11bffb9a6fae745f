// Timers that go off when a test says so, with Node 20 and with Debian 12's Node 18.

import { mock } from "node:test";

type Timer = "setTimeout" | "setInterval";

/** From now on time passes by `mock.timers.tick` alone. */
export function holdTime(...apis: Timer[]): void {
  try {
    mock.timers.enable({ apis });
  } catch {
    (mock.timers.enable as unknown as (list: Timer[]) => void).call(mock.timers, apis);
  }
}
