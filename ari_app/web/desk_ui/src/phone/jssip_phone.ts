// The phone in the page on JsSIP: registration, its logins, coming back, and the one call. Decides
// what the page may say of the line. How a call sounds is call.ts's business.

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import JsSIP from "jssip";
import type { RTCSessionEvent } from "jssip/lib/UA";
import type { AgentPhone, PhoneCredentials, PhoneState, PhoneTrouble, Quality } from "./agent_phone";
import { Call } from "./call";
import { Ringer } from "./ringer";
import { REPLACED, SIGNED_OUT, SipSocket } from "./sip_socket";

const EXPIRES_S = 300;
const RETURN_MIN_S = 1;
const RETURN_MAX_S = 8;
/** A new login is fetched so long before the old one ends. */
const RENEW_BEFORE_S = 300;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

type Agent = InstanceType<typeof JsSIP.UA>;
type Line = "off" | "connecting" | "registered" | "offline";

export class JssipPhone implements AgentPhone {
  private readonly line = signal<Line>("off");
  private readonly call = signal<Call | null>(null);
  private readonly isTalking = signal(false);
  private readonly _trouble = signal<PhoneTrouble | null>(null);
  private readonly _muted = signal(false);
  readonly state: ReadonlySignal<PhoneState> = computed(() =>
    this.call.value === null ? this.line.value : this.isTalking.value ? "in_call" : "ringing");
  readonly callId: ReadonlySignal<string | null> = computed(() => this.call.value?.callId ?? null);
  readonly quality: ReadonlySignal<Quality | null> = computed(
    () => this.call.value?.quality.value ?? null);
  readonly trouble: ReadonlySignal<PhoneTrouble | null> = this._trouble;
  readonly isMuted: ReadonlySignal<boolean> = this._muted;
  readonly isReachable: ReadonlySignal<boolean> = computed(() => this.line.value === "registered");

  private readonly ringer = new Ringer();
  private agent: Agent | null = null;
  private socket: SipSocket | null = null;
  private login: PhoneCredentials | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  /** When the login is to be renewed, in `performance.now()`. */
  private renewAt = 0;
  private tries = 0;
  private wasLost = false;

  constructor(private readonly credentials: () => Promise<PhoneCredentials>) {}

  async start(): Promise<void> {
    if (this.line.value !== "off" || this.goesOn()) return;
    batch(() => { this.line.value = "connecting"; this._trouble.value = null; });
    addEventListener("pagehide", this.onPageHide);
    await this.begun();
  }

  async stop(): Promise<void> {
    this.end(null);
  }

  async answer(): Promise<void> {
    const call = this.call.value;
    if (call === null || this.isTalking.value) return;
    this.ringer.stop();
    try {
      await call.answer();
      if (this._trouble.value === "no_microphone") this._trouble.value = null;
    } catch (error) {
      this._trouble.value = "no_microphone";
      throw error;
    }
  }

  async hangUp(): Promise<void> {
    this.call.value?.hangUp();
  }

  setMuted(muted: boolean): void {
    this._muted.value = muted;
    this.call.value?.setMuted(muted);
  }

  expectAudio(expected: boolean): void {
    this.call.value?.expectAudio(expected);
  }

  // --- the line ------------------------------------------------------------------------------

  /** Stopped in a talk, and started again while the line was still kept for it. */
  private goesOn(): boolean {
    const agent = this.agent;
    if (agent === null || this.socket === null || this.socket.isOver) return false;
    batch(() => {
      this.line.value = agent.isRegistered() ? "registered" : "offline";
      this._trouble.value = null;
    });
    addEventListener("pagehide", this.onPageHide);
    this.renewInTime();
    return true;
  }

  private connect(login: PhoneCredentials): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new SipSocket(`${scheme}://${location.host}${login.socket}`);
    const agent = new JsSIP.UA({
      sockets: [socket],
      uri: login.sip_uri,
      authorization_user: login.user,
      password: login.password,
      register_expires: EXPIRES_S,
      session_timers: false,
      connection_recovery_min_interval: RETURN_MIN_S,
      connection_recovery_max_interval: RETURN_MAX_S,
      user_agent: "hotline",
    });
    this.agent = agent;
    this.socket = socket;
    const ifMine = <Event>(act: (event: Event) => void) => (event: Event): void => {
      if (this.agent === agent) act(event);
    };
    agent.on("connecting", ifMine(() => this.connecting()));
    agent.on("disconnected", ifMine(({ code }) => this.lost(code)));
    agent.on("registered", ifMine(() => this.registered()));
    agent.on("unregistered", ifMine(() => this.unregistered()));
    agent.on("registrationFailed", ifMine(() => this.refused()));
    agent.on("newRTCSession", ifMine((event: RTCSessionEvent) => this.rung(event, agent)));
    agent.start();
  }

  private connecting(): void {
    if (this.line.value !== "off") this.line.value = "connecting";
  }

  private registered(): void {
    this.tries = 0;
    batch(() => { this.line.value = "registered"; this._trouble.value = null; });
    if (this.wasLost) this.call.value?.renew();
    this.wasLost = false;
  }

  private unregistered(): void {
    if (this.line.value === "registered") this.line.value = "offline";
  }

  private lost(code: number | undefined): void {
    if (code === REPLACED) return this.end("replaced");
    if (code === SIGNED_OUT) return this.end("signed_out");
    if (this.line.value === "off") return;
    this.wasLost = true;
    this.line.value = "offline";
  }

  /** Asterisk knows this login no more: it was started anew, or a newer login was given. */
  private refused(): void {
    if (this.line.value === "off") return;
    this.line.value = "offline";
    if (this.agent?.isConnected()) this.again(() => this.renewLogin());
  }

  private async renewLogin(): Promise<void> {
    const agent = this.agent;
    const login = await this.fetched();
    if (login === null || agent === null || agent !== this.agent) return;
    agent.set("authorization_user", login.user);
    agent.set("password", login.password);
    if (agent.isConnected()) agent.register();
  }

  private async fetched(): Promise<PhoneCredentials | null> {
    try {
      const login = await this.credentials();
      if (this.line.value === "off") return null;
      this.login = login;
      this.renewAt = performance.now() + (login.lasts_s - RENEW_BEFORE_S) * 1000;
      this.renewInTime();
      return login;
    } catch {
      if (this.line.value === "off") return null;
      batch(() => { this.line.value = "offline"; this._trouble.value = "no_login"; });
      const isBegun = this.agent !== null && this.socket?.isOver === false;
      this.again(() => isBegun ? this.renewLogin() : this.begun());
      return null;
    }
  }

  private renewInTime(): void {
    clearTimeout(this.renewal);
    const left = this.renewAt - performance.now();
    this.renewal = setTimeout(() => void this.renewLogin(), Math.max(left, RETRY_MS[4]));
  }

  private async begun(): Promise<void> {
    const login = await this.fetched();
    if (login !== null) this.connect(login);
  }

  private again(act: () => Promise<void>): void {
    const pause = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] ?? 0;
    this.tries += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void act(), pause * (1 + Math.random()));
  }

  /** The line is over; a talk goes on until it ends by itself, for its sound needs no line. */
  private end(why: PhoneTrouble | null): void {
    clearTimeout(this.retry);
    clearTimeout(this.renewal);
    batch(() => { this.line.value = "off"; this._trouble.value = why; });
    if (this.isTalking.value) return;
    this.call.value?.lose();
    this.leave();
  }

  private leave(): void {
    const agent = this.agent;
    this.agent = null;
    removeEventListener("pagehide", this.onPageHide);
    agent?.stop();
  }

  // --- the call ------------------------------------------------------------------------------

  private rung(event: RTCSessionEvent, agent: Agent): void {
    const { session, request } = event;
    if (session.direction !== "incoming") return;
    if (this.call.value !== null) return session.terminate({ status_code: 486 });
    const call: Call = new Call(session, request as never, this.login?.ice_servers ?? [], {
      accepted: () => { this.ringer.stop(); this.isTalking.value = true; },
      over: () => this.over(call, agent),
    });
    batch(() => { this.isTalking.value = false; this._muted.value = false; this.call.value = call; });
    if (call.answersItself) void this.answer().catch(() => undefined);
    else this.ringer.start();
  }

  private over(call: Call, agent: Agent): void {
    if (agent !== this.agent) agent.stop();
    if (this.call.value !== call) return;
    this.ringer.stop();
    batch(() => { this.call.value = null; this.isTalking.value = false; this._muted.value = false; });
    if (this.line.value === "off") this.leave();
  }

  private readonly onPageHide = (): void => {
    this.call.value?.lose();
  };
}
