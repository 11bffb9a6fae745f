// How a page comes back to the service, with a network that does what the test says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceSocket, type Message } from "../../ari_app/web/desk_ui/src/shared/socket";

class Line {
  static readonly all: Line[] = [];
  isClosed = false;
  onopen: () => void = () => undefined;
  onmessage: (event: { readonly data: string }) => void = () => undefined;
  onclose: (event: { readonly code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    Line.all.push(this);
  }

  send(): void {}

  close(): void {
    this.isClosed = true;
  }
}

const listeners = new Map<string, () => void>();
Object.assign(globalThis, {
  WebSocket: Line,
  location: { protocol: "http:", host: "desk" },
  addEventListener: (type: string, listener: () => void) => { listeners.set(type, listener); },
  removeEventListener: (type: string) => { listeners.delete(type); },
});

test("back online, an attempt that is still under way is given up for the new one", () => {
  const told: Message[] = [];
  const socket = new ServiceSocket("/desk", { onMessage: (message) => told.push(message) });
  const [first] = Line.all;
  assert.ok(first !== undefined);
  first.onopen();
  listeners.get("offline")?.();
  assert.equal(socket.state.value, "lost");
  listeners.get("online")?.();
  listeners.get("online")?.();
  assert.deepEqual(Line.all.map((one) => one.isClosed), [true, true, false]);
  const [, stale, newest] = Line.all;
  stale?.onopen();
  stale?.onmessage({ data: JSON.stringify({ type: "hello" }) });
  assert.equal(socket.state.value, "lost");
  newest?.onopen();
  newest?.onmessage({ data: JSON.stringify({ type: "hello" }) });
  assert.equal(socket.state.value, "open");
  assert.equal(told.length, 1);
  socket.stop();
});
