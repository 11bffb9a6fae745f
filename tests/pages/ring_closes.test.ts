// When a call that rings closes what is open over the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { desk } from "../../ari_app/web/desk_ui/src/agent/desk";
import { NOTHING } from "../../ari_app/web/desk_ui/src/agent/desk_state";
import { onRing } from "../../ari_app/web/desk_ui/src/agent/ring_closes";
import type { Card } from "../../ari_app/web/desk_ui/src/agent/rows";

function ring(call: string | null): void {
  desk.value = { ...NOTHING, pop: call === null ? null : { call } as Card };
}

function closings(): { readonly count: () => number; readonly end: () => void } {
  let closed = 0;
  const end = onRing(() => { closed += 1; });
  return { count: () => closed, end };
}

test("each call that begins to ring closes it, and news of the same ring do not", () => {
  ring(null);
  const { count, end } = closings();
  assert.equal(count(), 0);
  ring("c1");
  ring("c1");
  assert.equal(count(), 1);
  ring(null);
  ring("c1");
  assert.equal(count(), 2);
  end();
  ring("c2");
  assert.equal(count(), 2);
});

test("what is opened while a call rings stays until the next one", () => {
  ring("c1");
  const { count, end } = closings();
  ring("c1");
  assert.equal(count(), 0);
  ring("c2");
  assert.equal(count(), 1);
  end();
});
