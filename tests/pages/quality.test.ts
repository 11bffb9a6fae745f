// One side that is not heard is told within eight seconds. Moments are a second apart.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Listener, type Sample } from "../../ari_app/web/desk_ui/src/phone/quality";

const START: Sample = {
  at: 0, received: 0, sent: 0, lost: 0, jitterMs: 0, level: 0, rttMs: null, reportedAt: null,
  spokenEnergy: 1, isMicrophoneGone: false,
};

/** The moments of a talk; `change` says what is different from a good one. */
function warnings(change: (good: Sample) => Partial<Sample>, isMuted = false): (string | null)[] {
  const listener = new Listener();
  return Array.from({ length: 20 }, (_, second) => {
    const packets = 50 * second;
    const good = { ...START, at: 1000 * second, received: packets, sent: packets, reportedAt: 1000 * second };
    return listener.judge({ ...good, ...change(good) }, isMuted).oneWay;
  });
}

/** Seconds from the moment from which nothing changes any more to the warning. */
function toldAfter(name: keyof Sample, from = 4): number {
  let last: Sample[keyof Sample] = null;
  const seen = warnings((good) => {
    if (good.at <= 1000 * from) last = good[name];
    return { [name]: last };
  });
  return seen.findIndex((one) => one !== null) - from;
}

test("a good talk is never warned of", () => {
  assert.deepEqual([...new Set(warnings(() => ({})))], [null]);
});

test("nothing that comes, goes or is reported is told within eight seconds", () => {
  for (const name of ["received", "sent", "reportedAt"] as const) {
    const seconds = toldAfter(name);
    assert.ok(seconds >= 4 && seconds <= 8, `${name}: ${seconds} s`);
  }
});

test("a microphone without any sound is told, unless it is muted", () => {
  const dead = warnings(() => ({ spokenEnergy: 0 }));
  assert.ok(dead.indexOf("no_audio_out") <= 8);
  assert.deepEqual([...new Set(warnings(() => ({ spokenEnergy: 0 }), true))], [null]);
});

test("a microphone that is pulled out is told at once", () => {
  const seen = warnings((good) => ({ isMicrophoneGone: good.at >= 5000 }));
  assert.equal(seen.indexOf("no_audio_out"), 5);
});

test("what is expected may be told again and again: the clock goes on", () => {
  const listener = new Listener();
  const told = [0, 1, 2, 3, 4, 5].map((second) => {
    listener.expect(true);
    return listener.judge({ ...START, at: 1000 * second, sent: 50 * second, reportedAt: 1000 * second }, false).oneWay;
  });
  assert.equal(told.at(-1), "no_audio_in");
});

test("who is on hold expects no sound, and after it the clock begins anew", () => {
  const listener = new Listener();
  const silent = (second: number) =>
    listener.judge({ ...START, at: 1000 * second, sent: 50 * second, reportedAt: 1000 * second }, false).oneWay;
  listener.expect(false);
  assert.deepEqual([0, 4, 8, 12].map(silent), [null, null, null, null]);
  listener.expect(true);
  assert.deepEqual([13, 15, 17].map(silent), [null, null, null]);
  assert.equal(silent(18), "no_audio_in");
});
