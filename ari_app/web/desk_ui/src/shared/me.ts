// Who is signed in. Asked once for each page; what somebody may do is the service's word.

import { signal } from "@preact/signals";
import { get, post } from "./api";
import { leaveFor } from "./leaving";

export type Role = "agent" | "supervisor" | "quality" | "auditor" | "admin";
export type PageName =
  | "desk" | "board" | "calls" | "reports" | "audit" | "studio" | "prompts" | "settings";

export interface Me {
  readonly agent: string;
  readonly name: string;
  readonly role: Role;
  /** Names of guards that are passed, as in the API's table: `agent`, `supervisor`, ... */
  readonly rights: readonly string[];
  /** The pages that may be opened, in the order in which they are shown. */
  readonly pages: readonly PageName[];
  readonly home: PageName;
  /** How calls reach them: `browser`, a `sip` phone of their own, a `seat`'s, or `none`. */
  readonly phone: "browser" | "sip" | "seat" | "none";
  readonly may_supervise: readonly string[];
  /** Every queue with the name for people that queues.yaml gives it, else with its own. */
  readonly queue_labels: Readonly<Record<string, string>>;
}

export const me = signal<Me | null>(null);

export async function whoAmI(): Promise<Me> {
  me.value = await get<Me>("me");
  return me.value;
}

export function hasRight(right: string): boolean {
  return me.value?.rights.includes(right) ?? false;
}

export async function signOut(): Promise<void> {
  await post("sign-out");
  leaveFor("/");
}
