// The WebSocket under the phone. Decides when a connection is dead though nobody said so: a line
// that does not open or answer a keep-alive, or a browser that is offline. Coming back is JsSIP's
// business.

export const REPLACED = 4001;
export const SIGNED_OUT = 4002;

/** Longer than the service waits for Asterisk. */
const OPENING_MS = 5_000;
const ASK_MS = 8_000;
const ANSWER_MS = 4_000;
const QUESTION = "\r\n\r\n";
const ANSWER = "\r\n";

/** As JsSIP wants its sockets. */
export class SipSocket {
  via_transport: string;
  private socket: WebSocket | null = null;
  private opening: ReturnType<typeof setTimeout> | undefined;
  private asking: ReturnType<typeof setInterval> | undefined;
  private late: ReturnType<typeof setTimeout> | undefined;
  /** Ended on purpose by the service: it is not tried again. */
  isOver = false;

  onconnect(): void {}
  ondisconnect(_error: boolean, _code?: number, _reason?: string): void {}
  ondata<T>(_data: T): void {}

  constructor(readonly url: string) {
    this.via_transport = url.startsWith("wss:") ? "WSS" : "WS";
  }

  get sip_uri(): string {
    const { host } = new URL(this.url);
    return `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.socket !== null || this.isOver) return;
    const socket = new WebSocket(this.url, "sip");
    this.socket = socket;
    this.opening = setTimeout(() => this.lose(), OPENING_MS);
    addEventListener("offline", this.onOffline);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened(socket);
    socket.onclose = (event) => this.over(socket, event.code, event.reason);
    socket.onmessage = (event) => this.heard(socket, event.data as string | ArrayBuffer);
  }

  disconnect(): void {
    const socket = this.socket;
    this.forget();
    socket?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** Give the connection up: as if the other side had closed it. */
  lose(): void {
    const socket = this.socket;
    if (socket === null) return;
    this.over(socket, 1006, "lost");
    socket.close();
  }

  private opened(socket: WebSocket): void {
    if (socket !== this.socket) return;
    clearTimeout(this.opening);
    this.asking = setInterval(() => this.ask(), ASK_MS);
    this.onconnect();
  }

  private ask(): void {
    if (this.late !== undefined || !this.send(QUESTION)) return;
    this.late = setTimeout(() => this.lose(), ANSWER_MS);
  }

  private heard(socket: WebSocket, data: string | ArrayBuffer): void {
    if (socket !== this.socket) return;
    clearTimeout(this.late);
    this.late = undefined;
    if (data !== ANSWER) this.ondata(data);
  }

  private over(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.socket) return;
    this.forget();
    this.isOver = code === REPLACED || code === SIGNED_OUT;
    this.ondisconnect(code !== 1000, code, reason);
  }

  private forget(): void {
    clearTimeout(this.opening);
    clearInterval(this.asking);
    clearTimeout(this.late);
    this.late = undefined;
    this.socket = null;
    removeEventListener("offline", this.onOffline);
  }

  private readonly onOffline = (): void => this.lose();
}
