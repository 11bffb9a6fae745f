// Nobody is signed in any more: the page leaves, but not out of a call in its own phone.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { get } from "../../ari_app/web/desk_ui/src/shared/api";
import { leavingFor, mayLeave, staysForCall } from "../../ari_app/web/desk_ui/src/shared/leaving";
import { signOut } from "../../ari_app/web/desk_ui/src/shared/me";
import { ServiceSocket } from "../../ari_app/web/desk_ui/src/shared/socket";

class Line {
  static readonly all: Line[] = [];
  onopen: () => void = () => undefined;
  onclose: (event: { readonly code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    Line.all.push(this);
  }

  send(): void {}
  close(): void {}
}

const wentTo: string[] = [];
const listeners = new Map<string, () => void>();
let status = 204;
const REFUSED = JSON.stringify({ status: 401, code: "unauthorized", detail: "" });
Object.assign(globalThis, {
  WebSocket: Line,
  BUILD_STAMP: "test",
  fetch: async () => new Response(status === 204 ? null : REFUSED, { status }),
  location: {
    protocol: "http:", host: "desk", pathname: "/desk", search: "",
    assign: (address: string) => { wentTo.push(address); },
  },
  addEventListener: (type: string, listener: () => void) => { listeners.set(type, listener); },
  removeEventListener: (type: string) => { listeners.delete(type); },
});
const SIGN_IN = "/?next=%2Fdesk";

beforeEach(() => {
  leavingFor.value = null;
  mayLeave.value = true;
  wentTo.splice(0);
  status = 204;
});

test("without a call a page that is refused leaves at once", async () => {
  status = 401;
  await assert.rejects(get("me"));
  assert.deepEqual(wentTo, [SIGN_IN]);
});

test("in a call a page that is refused stays, says so, and leaves when the call is over", async () => {
  mayLeave.value = false;
  status = 401;
  await assert.rejects(get("me"));
  assert.deepEqual(wentTo, []);
  assert.equal(staysForCall.value, true);
  mayLeave.value = true;
  assert.deepEqual(wentTo, [SIGN_IN]);
  assert.equal(staysForCall.value, false);
});

test("signing out in a call keeps the page until it is over", async () => {
  mayLeave.value = false;
  await signOut();
  assert.deepEqual(wentTo, []);
  mayLeave.value = true;
  assert.deepEqual(wentTo, ["/"]);
});

test("a desk that the service has ended is not opened again while the page stays", () => {
  mayLeave.value = false;
  const socket = new ServiceSocket("/desk", { onMessage: () => undefined });
  const [line] = Line.all;
  line?.onopen();
  line?.onclose({ code: 4002 });
  assert.equal(socket.state.value, "stopped");
  assert.equal(listeners.size, 0);
  assert.deepEqual(wentTo, []);
  mayLeave.value = true;
  assert.deepEqual(wentTo, [SIGN_IN]);
});

test("a lost desk does not come back to a page that stays after a sign-out", async () => {
  mayLeave.value = false;
  const socket = new ServiceSocket("/desk", { onMessage: () => undefined });
  Line.all.at(-1)?.onclose({ code: 1006 });
  status = 401;
  await assert.rejects(get("me"));
  const before = Line.all.length;
  listeners.get("online")?.();
  assert.equal(socket.state.value, "stopped");
  assert.equal(Line.all.length, before);
});
