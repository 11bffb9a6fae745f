// One call at the phone, from its ring to its end: microphone, remote sound, quality. Decides how
// long addresses are looked for and what a connection that failed means. Knows no registration.

import { signal, type ReadonlySignal } from "@preact/signals";
import type { IncomingRequest } from "jssip/lib/SIPMessage";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { Quality } from "./agent_phone";
import { t } from "../shared/texts/language";
import { close, faultOf, openMicrophone, useChosenSpeaker } from "./microphone";
import { Listener, sampleOf } from "./quality";

/** JsSIP would wait for the last address of the slowest network. */
const GATHER_MS = 400;
const LOOK_MS = 1_000;
const AGAIN_MS = 1_000;

/** The service reads the cause: with this one the citizen is next in the line, not hung up. */
const NETWORK_GONE = 'Reason: Q.850;cause=41;text="the page or its network is gone"';

export class Call {
  readonly callId: string | null;
  readonly answersItself: boolean;
  private readonly _quality = signal<Quality | null>(null);
  readonly quality: ReadonlySignal<Quality | null> = this._quality;
  private readonly listener = new Listener();
  private readonly sound = new Audio();
  private microphone: MediaStream | null = null;
  private connection: RTCPeerConnection | null = null;
  private looking: ReturnType<typeof setInterval> | undefined;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private isMuted = false;
  private answering: Promise<void> | null = null;

  constructor(
    private readonly session: RTCSession,
    request: IncomingRequest,
    private readonly servers: readonly string[],
    events: { readonly accepted: () => void; readonly over: () => void },
  ) {
    this.callId = (request.getHeader("X-Call-Id") as string | undefined) ?? null;
    const info = (request.getHeader("Call-Info") as string | undefined) ?? "";
    this.answersItself = info.includes("answer-after=0");
    this.sound.autoplay = true;
    session.on("peerconnection", ({ peerconnection }) => this.connect(peerconnection));
    session.on("icecandidate", ({ ready }) => this.gather(ready));
    session.on("accepted", events.accepted);
    const over = (): void => { this.forget(); events.over(); };
    session.on("ended", over);
    session.on("failed", over);
  }

  get isEstablished(): boolean {
    return this.session.isEstablished();
  }

  /** Rejects when there is no microphone; the call is refused then, for nobody would be heard. */
  answer(): Promise<void> {
    this.answering ??= this.answered();
    return this.answering;
  }

  private async answered(): Promise<void> {
    try {
      this.microphone = await openMicrophone();
    } catch (error) {
      this.end(480);
      const why = t(`phone.fault_${faultOf(error)}`);
      throw new Error(t("phone.microphone_bad", { why }));
    }
    if (this.session.isEnded()) return this.forget();
    this.session.answer({
      mediaStream: this.microphone,
      pcConfig: { iceServers: this.servers.map((urls) => ({ urls })) },
    });
    this.setMuted(this.isMuted);
  }

  hangUp(): void {
    this.end(603);
  }

  /** Nobody is at this phone any more: whoever was talked to must not be hung up. */
  lose(): void {
    if (this.session.isEnded()) return;
    if (this.isEstablished) this.session.terminate({ extraHeaders: [NETWORK_GONE] });
    else this.end(480);
  }

  setMuted(muted: boolean): void {
    this.isMuted = muted;
    if (this.connection === null) return;
    if (muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }

  expectAudio(expected: boolean): void {
    this.listener.expect(expected);
  }

  /** The other side knows only the old socket: without this its BYE would go there. */
  renew(): void {
    if (this.session.isEnded() || !this.isEstablished) return;
    const isSent = this.session.renegotiate({ useUpdate: false });
    if (!isSent) setTimeout(() => this.renew(), AGAIN_MS);
  }

  private end(refusal: number): void {
    if (this.session.isEnded()) return;
    this.session.terminate(this.isEstablished ? {} : { status_code: refusal });
  }

  private connect(connection: RTCPeerConnection): void {
    this.connection = connection;
    connection.addEventListener("track", ({ streams, track }) => {
      // It is told again after a renewal; the same stream goes on.
      this.sound.srcObject ??= streams[0] ?? new MediaStream([track]);
      void useChosenSpeaker(this.sound).then(() => this.sound.play()).catch(() => undefined);
    });
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState === "failed") this.lose();
    });
    this.looking = setInterval(() => void this.look(connection), LOOK_MS);
  }

  private gather(ready: () => void): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      ready();
    }, GATHER_MS);
  }

  private async look(connection: RTCPeerConnection): Promise<void> {
    const sample = await sampleOf(connection);
    if (this.connection !== connection || !this.isEstablished) return;
    this._quality.value = this.listener.judge(sample, this.isMuted);
  }

  private forget(): void {
    clearInterval(this.looking);
    clearTimeout(this.gathering);
    close(this.microphone);
    this.connection = null;
    this.sound.srcObject = null;
    this._quality.value = null;
  }
}
