// Which version is in service and on trial, and how it goes; asked for again while somebody looks.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../shared/api";

export interface Version {
  readonly number: number;
  readonly label: string;
  readonly message: string;
  readonly author: string;
  readonly made_at: number;
  readonly state: "in_service" | "on_trial" | "served_before" | "kept";
}

export interface Tally {
  readonly begun: number;
  readonly through: number;
  readonly abandoned_share: number;
  readonly errors_share: number;
}

export interface Canary {
  readonly version: Version;
  readonly since: number;
  readonly by: string;
  readonly percent: number;
  readonly dialled: readonly string[];
  readonly max_abandoned: number;
  readonly max_errors: number;
  readonly calls: Tally;
}

export interface Status {
  readonly version: Version;
  readonly since: number;
  readonly calls: Tally;
  readonly canary: Canary | null;
  readonly canary_stopped: string;
  readonly folder: "in_service" | "on_trial" | "differs" | "unreadable";
  readonly last_failure: { readonly code: string; readonly at: number } | null;
}

const EVERY_MS = 2_000;

export const status = signal<Status | null>(null);
export const history = signal<readonly Version[]>([]);

export async function lookAgain(): Promise<void> {
  const before = status.value;
  const found = await get<Status>("flows/status");
  status.value = found;
  const isChanged = before?.version.number !== found.version.number
    || before.canary?.version.number !== found.canary?.version.number;
  if (isChanged || history.value.length === 0) {
    history.value = (await get<{ versions: readonly Version[] }>("flows/versions")).versions;
  }
}

/** Keep it true while the component is there and the page is seen. */
export function useServiceState(): void {
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) lookAgain().catch(() => undefined);
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
}
