// What the desk socket's messages make of the agent's page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { after, atTime, NOTHING, type DeskState } from "../../ari_app/web/desk_ui/src/agent/desk_state";
import type { Message } from "../../ari_app/web/desk_ui/src/shared/socket";

const NOW = 1_000;
const HELLO = { type: "hello", seq: 0, agent: "1001", state: "ready", now: NOW - 3 };
const OFFER = { type: "offer", seq: 1, call: "c1", queue: "general" };

function told(...messages: readonly object[]): DeskState {
  return messages.reduce<DeskState>((state, one) => after(state, one as Message, NOW), NOTHING);
}

test("before the greeting a state is nobody's", () => {
  assert.equal(told({ type: "state", seq: 1, state: "ready" }).own, null);
});

test("the greeting tells how far the clocks are apart", () => {
  const state = told(HELLO);
  assert.equal(state.own?.state, "ready");
  assert.equal(state.ahead, 3);
});

test("a clock that is set anew in the middle of a shift is told by the next ping", () => {
  const later = atTime(told(HELLO), NOW + 10, NOW + 3_610);
  assert.equal(later.ahead, 3_600);
  const talking = after(later, { type: "connected", seq: 1, call: "c1" } as Message, NOW + 3_620);
  assert.equal(talking.own?.talk_since, NOW + 20);
});

test("an offer pops up, and its card is the call's once it is answered", () => {
  assert.equal(told(HELLO, OFFER).pop?.call, "c1");
  const answered = told(HELLO, OFFER, { type: "connected", seq: 2, call: "c1" });
  assert.equal(answered.pop, null);
  assert.equal(answered.card?.call, "c1");
  assert.equal(answered.talk, "talking");
  assert.equal(answered.own?.talk_since, NOW - 3);
});

test("an offer that ends unanswered leaves the former card", () => {
  const talked = [HELLO, OFFER, { type: "connected", seq: 2, call: "c1" }, { type: "call_ended", seq: 3 }];
  const next = { ...OFFER, call: "c2" };
  const state = told(...talked, next, { type: "offer_ended", seq: 5, call: "c2", reason: "no_answer" });
  assert.equal(state.pop, null);
  assert.equal(state.card?.call, "c1");
});

test("the end of another offer does not take this one away", () => {
  assert.equal(told(HELLO, OFFER, { type: "offer_ended", seq: 2, call: "old" }).pop?.call, "c1");
});

test("a third is there until busy, unanswered, declined or gone", () => {
  const joined = [HELLO, { type: "outside", seq: 1, to: "110", state: "joined" }];
  assert.deepEqual(told(...joined).third, { to: "110", state: "joined" });
  for (const state of ["busy", "no_answer", "failed", "declined", "ended"]) {
    assert.equal(told(...joined, { type: "outside", seq: 2, to: "110", state }).third, null);
  }
});

test("a paused recording says until when, and the next call is recorded", () => {
  const paused = { type: "recording", seq: 1, state: "paused", until: 5 };
  assert.deepEqual(told(HELLO, paused).recording, { state: "paused", until: 5 });
  const next = told(HELLO, paused, OFFER, { type: "connected", seq: 3, call: "c1" });
  assert.deepEqual(next.recording, { state: "recording", until: null });
});

test("who is consulted is the third in that talk, and not in the next one of their own", () => {
  const asked = [{ ...OFFER, consulted_by: "1002" }, { type: "connected", seq: 2, call: "c1" }];
  const third = told(HELLO, ...asked);
  assert.equal(third.own?.is_third, true);
  assert.equal(third.talk, null);
  const next = [{ type: "call_ended", seq: 3 }, { ...OFFER, seq: 4, call: "c2" }, { type: "connected", seq: 5, call: "c2" }];
  assert.equal(told(HELLO, ...asked, ...next).own?.is_third, false);
  assert.equal(told({ ...HELLO, is_third: true }, ...next).own?.is_third, false);
});

test("the talk is the third's own once whoever consulted has left, before or after the answer", () => {
  const asked = { ...OFFER, consulted_by: "1002" };
  const joined = { type: "connected", call: "c1" };
  const left = { type: "talk", call: "c1", talk: "talking", voice: "open" };
  for (const messages of [[asked, joined, left], [asked, left, joined]]) {
    const state = told(HELLO, ...messages);
    assert.equal(state.own?.is_third, false);
    assert.equal(state.talk, "talking");
  }
});

test("a new greeting in wrap-up keeps the card of that call alone", () => {
  const talked = [HELLO, OFFER, { type: "connected", seq: 2, call: "c1" }, { type: "call_ended", seq: 3 }];
  const again = { ...HELLO, state: "wrap_up", call: "c1" };
  assert.equal(told(...talked, again).card?.call, "c1");
  assert.equal(told(...talked, { ...again, call: "c9" }).card, null);
});

test("a message that is not known changes nothing", () => {
  const state = told(HELLO);
  assert.equal(after(state, { type: "weather", seq: 9 } as unknown as Message, NOW), state);
});
