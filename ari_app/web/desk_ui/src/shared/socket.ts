// A WebSocket to the service as docs/api.md describes the desk's: messages numbered by `seq`,
// actions answered by their `ref`. Decides when to come back after a loss and what the page may
// say of the connection. Knows no message but `hello`, `reply`, `closed` and `ping`.

import { signal, type ReadonlySignal } from "@preact/signals";
import { get, Refusal, sentence } from "./api";
import { leavingFor, toSignIn } from "./leaving";
import { t } from "./texts/language";

export type SocketState = "connecting" | "open" | "lost" | "replaced" | "stopped";

export interface Message {
  readonly type: string;
  readonly seq?: number;
  readonly [field: string]: unknown;
}

export interface Action {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Settings {
  /** Each message in order, `hello` included; `reply` and `closed` are kept from it. */
  readonly onMessage: (message: Message) => void;
  /** The service's clock in epoch seconds, as the reply to a `ping` tells it. */
  readonly onNow?: (now: number) => void;
  /** Messages carry `seq`, and `hello` the number of the last one. The board's do not. */
  readonly isNumbered?: boolean;
  /** Send a `ping` every ten seconds and take the connection for lost without its reply. */
  readonly pings?: boolean;
  /** The service says something at least this often; after a longer silence the line is dead. */
  readonly longestSilenceMs?: number;
}

interface Reply {
  readonly ref: number;
  readonly ok: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly now?: number;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (refusal: Refusal) => void;
}

const REPLACED = 4001;
const ENDED: ReadonlySet<number> = new Set([4002, 4401]);
/** A handshake that hangs says nothing for minutes. */
const OPENING_MS = 5_000;
const LONGEST_RETURN_MS = 5_000;
const PING_MS = 10_000;
const PONG_MS = 5_000;
const REPLY_MS = 10_000;

export class ServiceSocket {
  private readonly _state = signal<SocketState>("connecting");
  readonly state: ReadonlySignal<SocketState> = this._state;
  private socket: WebSocket | null = null;
  private seq: number | null = null;
  private lastRef = 0;
  private readonly waiting = new Map<number, Waiting>();
  private comeBack: ReturnType<typeof setTimeout> | undefined;
  private opening: ReturnType<typeof setTimeout> | undefined;
  private pinging: ReturnType<typeof setInterval> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly path: string, private readonly settings: Settings) {
    addEventListener("offline", this.onOffline);
    addEventListener("online", this.onOnline);
    this.connect();
  }

  /** Send an action; resolves when the service did it and rejects with its refusal. */
  send(action: Action): Promise<void> {
    const socket = this.socket;
    if (this._state.value !== "open" || socket === null) return Promise.reject(away());
    const ref = ++this.lastRef;
    socket.send(JSON.stringify({ ...action, ref }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle({ ref, ok: false, code: "offline" }), REPLY_MS);
      this.waiting.set(ref, {
        resolve: () => { clearTimeout(timer); resolve(); },
        reject: (refusal) => { clearTimeout(timer); reject(refusal); },
      });
    });
  }

  /** Come back now: after another page took over, or when somebody will not wait. */
  resume(): void {
    if (this._state.value === "open" || this._state.value === "connecting") return;
    this.connect();
  }

  stop(): void {
    removeEventListener("offline", this.onOffline);
    removeEventListener("online", this.onOnline);
    this.part("stopped");
  }

  private connect(): void {
    // Whoever signs in from now on has a page of their own, and is not to lose it to this one.
    if (leavingFor.value !== null) return this.stop();
    this._state.value = this._state.value === "lost" ? "lost" : "connecting";
    clearTimeout(this.comeBack);
    clearTimeout(this.opening);
    // An earlier attempt that is still under way would take the desk from this one later.
    const last = this.socket;
    this.socket = null;
    last?.close();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}`);
    this.socket = socket;
    this.seq = null;
    this.opening = setTimeout(() => this.lose(socket), OPENING_MS);
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => this.received(socket, String(event.data));
    socket.onclose = (event) => this.closed(socket, event.code);
  }

  private opened(socket: WebSocket): void {
    if (socket !== this.socket) return;
    clearTimeout(this.opening);
    this._state.value = "open";
    if (this.settings.pings) this.pinging = setInterval(() => this.ping(socket), PING_MS);
    this.heard(socket);
  }

  private heard(socket: WebSocket): void {
    const most = this.settings.longestSilenceMs;
    clearTimeout(this.silence);
    if (most !== undefined) this.silence = setTimeout(() => this.lose(socket), most);
  }

  private ping(socket: WebSocket): void {
    const late = setTimeout(() => this.lose(socket), PONG_MS);
    void this.send({ type: "ping" }).catch(() => undefined).finally(() => clearTimeout(late));
  }

  private received(socket: WebSocket, text: string): void {
    if (socket !== this.socket) return;
    this.heard(socket);
    const message = JSON.parse(text) as Message;
    if (message.type === "reply") return this.replied(message as unknown as Reply);
    if (message.type === "closed") return;
    if (this.settings.isNumbered && !this.follows(message)) return this.lose(socket);
    this.settings.onMessage(message);
  }

  /** Nothing was missed: each number is the last one's next. The first pop has `hello`'s own. */
  private follows(message: Message): boolean {
    const { type, seq } = message;
    if (seq === undefined) return true;
    const isNext = this.seq === null || seq === this.seq + 1;
    const isKnown = type === "offer" && seq === this.seq;
    if (type !== "hello" && !isNext && !isKnown) return false;
    this.seq = seq;
    return true;
  }

  private replied(reply: Reply): void {
    this.settle(reply);
    if (reply.now !== undefined) this.settings.onNow?.(reply.now);
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.ref);
    this.waiting.delete(reply.ref);
    if (reply.ok) return waiting?.resolve();
    const code = reply.code ?? "internal";
    const detail = sentence(code, reply.message ?? t("common.offline"));
    waiting?.reject(new Refusal({ status: 409, code, detail }));
  }

  /** Give this connection up at once: a dead one may take minutes to say so itself. */
  private lose(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.part("lost");
    this.returnSoon();
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    const wasOpen = this._state.value === "open";
    if (ENDED.has(code)) {
      this.stop();
      return toSignIn();
    }
    this.part(code === REPLACED ? "replaced" : "lost");
    if (code === REPLACED) return;
    // A refused handshake does not tell why: asking who we are does, and leads to the sign-in.
    if (!wasOpen) void get("me").catch(() => undefined);
    this.returnSoon();
  }

  private part(state: SocketState): void {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.opening);
    clearInterval(this.pinging);
    clearTimeout(this.silence);
    clearTimeout(this.comeBack);
    this._state.value = state;
    for (const one of this.waiting.values()) one.reject(away());
    this.waiting.clear();
    socket?.close();
  }

  private returnSoon(): void {
    this.comeBack = setTimeout(() => this.connect(), Math.random() * LONGEST_RETURN_MS);
  }

  private readonly onOffline = (): void => {
    if (this.socket !== null && this._state.value === "open") this.lose(this.socket);
  };

  private readonly onOnline = (): void => {
    if (this._state.value === "lost") this.resume();
  };
}

function away(): Refusal {
  return new Refusal({ status: 0, code: "offline", detail: t("common.offline") });
}
