// When the page's phone asks for a new login, on a machine whose clock is wrong.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { holdTime } from "./held_time";
import type { PhoneCredentials } from "../../ari_app/web/desk_ui/src/phone/agent_phone";
import { JssipPhone } from "../../ari_app/web/desk_ui/src/phone/jssip_phone";

const LASTS_S = 3_600, EARLIER_S = 300;
const LOGIN: PhoneCredentials = {
  user: "1001", password: "secret", lasts_s: LASTS_S, domain: "hotline.invalid",
  sip_uri: "sip:1001@hotline.invalid", socket: "/sip", ice_servers: [],
};

class Line {
  static readonly OPEN = 1;
  readonly readyState = 0;

  close(): void {}
}

Object.assign(globalThis, {
  WebSocket: Line,
  location: { protocol: "https:", host: "desk.example" },
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});
holdTime("setTimeout", "setInterval");

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

async function started(): Promise<{ phone: JssipPhone; logins: () => number }> {
  let logins = 0;
  const phone = new JssipPhone(async () => {
    logins += 1;
    return LOGIN;
  });
  await phone.start();
  return { phone, logins: () => logins };
}

async function passed(seconds: number): Promise<void> {
  mock.timers.tick(seconds * 1_000);
  await settled();
}

test("a login is renewed before it ends, whatever this machine takes the time for", async (context) => {
  context.mock.method(Date, "now", () => 0);
  const { phone, logins } = await started();
  await passed(LASTS_S - EARLIER_S - 1);
  assert.equal(logins(), 1);
  await passed(1);
  assert.equal(logins(), 2);
  await passed(LASTS_S - EARLIER_S);
  assert.equal(logins(), 3);
  await phone.stop();
});

test("a phone that goes on after it was stopped in a talk renews its login as before", async () => {
  const { phone, logins } = await started();
  phone["isTalking"].value = true;
  await phone.stop();
  await passed(LASTS_S);
  assert.equal(logins(), 1);
  await phone.start();
  await passed(LASTS_S);
  assert.equal(logins(), 2);
  phone["isTalking"].value = false;
  await phone.stop();
});
