// What the pages may ask of the telephone in them, and what it tells. The library behind it can be
// replaced without a page noticing. Knows nothing of tickets, queues or the service's states.

import type { ReadonlySignal } from "@preact/signals";
import { JssipPhone } from "./jssip_phone";

export type PhoneState = "off" | "connecting" | "registered" | "offline" | "ringing" | "in_call";

/** Why it is as it is: `replaced` by another page, `signed_out`, `no_microphone`, `no_login`. */
export type PhoneTrouble = "replaced" | "signed_out" | "no_microphone" | "no_login";

export interface Quality {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly jitterMs: number;
  readonly rttMs: number | null;
  /** Loudness of the other side, 0 to 1. */
  readonly level: number;
  /** Since a few seconds nothing arrives here, or nothing of ours arrives there. */
  readonly oneWay: null | "no_audio_in" | "no_audio_out";
}

/** What `POST /api/v1/agent/phone` answers. */
export interface PhoneCredentials {
  readonly user: string;
  readonly password: string;
  /** Seconds from the answer on: this machine's clock may be wrong. */
  readonly lasts_s: number;
  readonly domain: string;
  readonly sip_uri: string;
  /** Path of the SIP socket on this host. */
  readonly socket: string;
  readonly ice_servers: readonly string[];
}

export interface AgentPhone {
  readonly state: ReadonlySignal<PhoneState>;
  /** The call that rings or is talked in, as the service names it. */
  readonly callId: ReadonlySignal<string | null>;
  /** Told each second of a call. */
  readonly quality: ReadonlySignal<Quality | null>;
  readonly trouble: ReadonlySignal<PhoneTrouble | null>;
  readonly isMuted: ReadonlySignal<boolean>;
  /** Calls can come in. A talk goes on without it, for sound takes another way. */
  readonly isReachable: ReadonlySignal<boolean>;
  start(): Promise<void>;
  stop(): Promise<void>;
  answer(): Promise<void>;
  hangUp(): Promise<void>;
  setMuted(muted: boolean): void;
  /** False while the citizen is on hold: then silence is right and nothing is warned of. */
  expectAudio(expected: boolean): void;
}

/** Registered through the own host; `credentials` is asked for each new login. */
export function makePhone(credentials: () => Promise<PhoneCredentials>): AgentPhone {
  return new JssipPhone(credentials);
}
