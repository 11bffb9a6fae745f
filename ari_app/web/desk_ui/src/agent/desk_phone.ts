// This page's phone, or none: whoever has a desk phone (SIP) works with the same page. Decides when
// the browser's phone is on: while this page is the agent's desk, and not after another took over.

import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { post } from "../shared/api";
import type { SocketState } from "../shared/socket";
import { attempt } from "../shared/ui/toast";
import type {
  AgentPhone, PhoneCredentials, PhoneState, PhoneTrouble, Quality,
} from "../phone/agent_phone";

export interface DeskPhone {
  readonly isBrowser: boolean;
  readonly state: ReadonlySignal<PhoneState>;
  readonly quality: ReadonlySignal<Quality | null>;
  /** The call that rings or is spoken in this page's phone. */
  readonly callId: ReadonlySignal<string | null>;
  readonly follow: (service: SocketState) => void;
  readonly answer: () => Promise<void>;
  readonly hangUp: () => Promise<void>;
  readonly setMuted: (isMuted: boolean) => void;
  /** Whether the agent ought to hear something: not while the citizen is on hold. */
  readonly expectAudio: (isExpected: boolean) => void;
  readonly trouble: ReadonlySignal<PhoneTrouble | null>;
}

const nothing = async (): Promise<void> => undefined;

function noPhone(): DeskPhone {
  return {
    isBrowser: false, state: signal<PhoneState>("off"), quality: signal(null), callId: signal(null),
    follow: () => undefined, answer: nothing, hangUp: nothing, setMuted: () => undefined,
    expectAudio: () => undefined, trouble: signal(null),
  };
}

/** The library behind the phone is loaded only by whoever has one. */
class BrowserPhone implements DeskPhone {
  readonly isBrowser = true;
  readonly state = signal<PhoneState>("off");
  readonly quality = signal<Quality | null>(null);
  readonly callId = signal<string | null>(null);
  readonly trouble = signal<PhoneTrouble | null>(null);
  private phone: AgentPhone | null = null;
  private isWanted = false;
  private isMuted = false;

  constructor() {
    attempt(async () => {
      const { makePhone } = await import("../phone/agent_phone");
      this.phone = makePhone(() => post<PhoneCredentials>("agent/phone"));
      const made = this.phone;
      effect(() => { this.state.value = made.state.value; });
      effect(() => { this.quality.value = made.quality.value; });
      effect(() => { this.callId.value = made.callId.value; });
      effect(() => { this.trouble.value = made.trouble.value; });
      if (this.isWanted) await made.start();
    });
  }

  /** A lost service is no reason to hang up: the talk goes on without it. */
  readonly follow = (service: SocketState): void => {
    const isWanted = service === "open" || (this.isWanted && service !== "replaced");
    if (isWanted === this.isWanted) return;
    this.isWanted = isWanted;
    const phone = this.phone;
    if (phone !== null) attempt(() => (isWanted ? phone.start() : phone.stop()));
  };

  readonly answer = async (): Promise<void> => { await this.phone?.answer(); };
  readonly hangUp = async (): Promise<void> => { await this.phone?.hangUp(); };

  readonly setMuted = (isMuted: boolean): void => {
    if (isMuted === this.isMuted) return;
    this.isMuted = isMuted;
    this.phone?.setMuted(isMuted);
  };

  readonly expectAudio = (isExpected: boolean): void => this.phone?.expectAudio(isExpected);
}

export function makeDeskPhone(isBrowser: boolean): DeskPhone {
  return isBrowser ? new BrowserPhone() : noPhone();
}
