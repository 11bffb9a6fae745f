// Values of a chart that no line leads to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { alone } from "../../ari_app/web/desk_ui/src/shared/ui/chart_points";

test("a value between two gaps has a point, also the first and the last of a day", () => {
  assert.deepEqual(alone([3, null, null, 4, null, 5, 6, null, 7]), [0, 3, 8]);
  assert.equal(alone([null, 5, 6]), null);
  assert.equal(alone([]), null);
});
