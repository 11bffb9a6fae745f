// The line under the phone, with a network that does what the test says.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { holdTime } from "./held_time";
import { SipSocket } from "../../ari_app/web/desk_ui/src/phone/sip_socket";

class Line {
  static readonly all: Line[] = [];
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  readyState = Line.CONNECTING;
  isClosed = false;
  onopen: () => void = () => undefined;
  onmessage: (event: { readonly data: string }) => void = () => undefined;
  onclose: (event: { readonly code: number; readonly reason: string }) => void = () => undefined;

  constructor(readonly url: string) {
    Line.all.push(this);
  }

  send(): void {}

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.readyState = Line.OPEN;
    this.onopen();
  }
}

Object.assign(globalThis, {
  WebSocket: Line,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});
holdTime("setTimeout", "setInterval");

function connecting(): { socket: SipSocket; line: Line; lost: (number | undefined)[] } {
  const socket = new SipSocket("ws://desk/sip");
  const lost: (number | undefined)[] = [];
  socket.ondisconnect = (_error, code) => { lost.push(code); };
  socket.connect();
  return { socket, line: Line.all.at(-1) as Line, lost };
}

test("a line that does not open is given up, and may be opened anew", () => {
  const { socket, line, lost } = connecting();
  mock.timers.tick(5_000);
  assert.deepEqual(lost, [1006]);
  assert.ok(line.isClosed);
  line.open();
  assert.equal(socket.isConnected(), false);
  socket.connect();
  (Line.all.at(-1) as Line).open();
  assert.equal(socket.isConnected(), true);
  socket.disconnect();
});

test("a line that opened in time is kept while it answers", () => {
  const { socket, line, lost } = connecting();
  mock.timers.tick(4_900);
  line.open();
  for (let n = 0; n < 10; n += 1) {
    mock.timers.tick(8_000);
    line.onmessage({ data: "\r\n" });
  }
  assert.deepEqual(lost, []);
  socket.disconnect();
});

test("an opening that is given up by hand is not given up once more", () => {
  const { socket, lost } = connecting();
  socket.disconnect();
  socket.connect();
  (Line.all.at(-1) as Line).open();
  mock.timers.tick(5_000);
  assert.deepEqual(lost, []);
  socket.disconnect();
});
