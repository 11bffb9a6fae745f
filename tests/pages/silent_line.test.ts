// A line that has died without a word is given up, and only then.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { holdTime } from "./held_time";
import { ServiceSocket } from "../../ari_app/web/desk_ui/src/shared/socket";

class Line {
  static readonly all: Line[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;
  isClosed = false;

  constructor(readonly address: string) {
    Line.all.push(this);
  }

  send(): void {}

  close(): void {
    this.isClosed = true;
  }
}

Object.assign(globalThis, {
  WebSocket: Line,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  location: { protocol: "https:", host: "desk.example" },
});
holdTime("setTimeout", "setInterval");

function opened(longestSilenceMs?: number): { socket: ServiceSocket; line: Line } {
  const watched = longestSilenceMs === undefined ? {} : { longestSilenceMs };
  const socket = new ServiceSocket("/api/v1/board", { onMessage: () => undefined, ...watched });
  const line = Line.all.at(-1) as Line;
  line.onopen();
  return { socket, line };
}

function told(line: Line): void {
  line.onmessage({ data: JSON.stringify({ type: "alive", seq: 1, now: 1 }) });
}

test("a line on which something is told is kept", () => {
  const { socket, line } = opened(25_000);
  for (let n = 0; n < 10; n += 1) {
    mock.timers.tick(24_000);
    told(line);
  }
  assert.equal(socket.state.value, "open");
  socket.stop();
});

test("a line that is silent for too long is lost, and another one is opened", () => {
  const { socket, line } = opened(25_000);
  told(line);
  mock.timers.tick(25_000);
  assert.equal(socket.state.value, "lost");
  assert.ok(line.isClosed);
  mock.timers.tick(5_000);
  const next = Line.all.at(-1) as Line;
  assert.notEqual(next, line);
  next.onopen();
  assert.equal(socket.state.value, "open");
  socket.stop();
});

test("a line of which nothing is expected may be silent", () => {
  const { socket } = opened();
  mock.timers.tick(3_600_000);
  assert.equal(socket.state.value, "open");
  socket.stop();
});

test("a line that does not open is given up, and another one is tried", () => {
  const socket = new ServiceSocket("/api/v1/desk", { onMessage: () => undefined });
  const line = Line.all.at(-1) as Line;
  mock.timers.tick(5_000);
  assert.equal(socket.state.value, "lost");
  assert.ok(line.isClosed);
  mock.timers.tick(5_000);
  const next = Line.all.at(-1) as Line;
  assert.notEqual(next, line);
  next.onopen();
  mock.timers.tick(60_000);
  assert.equal(socket.state.value, "open");
  socket.stop();
});

test("a line that is stopped while it opens stays stopped", () => {
  const socket = new ServiceSocket("/api/v1/desk", { onMessage: () => undefined });
  const count = Line.all.length;
  socket.stop();
  mock.timers.tick(60_000);
  assert.equal(socket.state.value, "stopped");
  assert.equal(Line.all.length, count);
});
