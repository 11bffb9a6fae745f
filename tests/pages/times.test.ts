// Instants are shown in the service's zone, wherever the browser is.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dateAndMinute, dateAndTime, fieldTime, instantOfField, minuteOfDay, timeOfDay,
} from "../../ari_app/web/desk_ui/src/shared/times";

const MORNING = Date.UTC(2026, 10, 30, 0, 15, 9) / 1000; // 08:15:09 in China
const LATE = Date.UTC(2026, 10, 29, 16, 0, 0) / 1000; // midnight of the next day there

for (const zone of ["UTC", "Asia/Shanghai", "America/Los_Angeles"]) {
  test(`a browser in ${zone} shows China's time`, () => {
    process.env["TZ"] = zone;
    assert.equal(timeOfDay(MORNING), "08:15:09");
    assert.equal(minuteOfDay(MORNING), "08:15");
    assert.equal(dateAndTime(MORNING), "2026/11/30 08:15:09");
    assert.equal(dateAndMinute(MORNING), "2026/11/30 08:15");
    assert.equal(fieldTime(LATE), "2026-11-30T00:00");
    assert.equal(timeOfDay(LATE), "00:00:00");
  });

  test(`what is typed into a field of a browser in ${zone} is China's time`, () => {
    process.env["TZ"] = zone;
    assert.equal(instantOfField("2026-11-30T08:15"), MORNING - 9);
    assert.equal(instantOfField("2026-11-30"), LATE);
    assert.equal(instantOfField(fieldTime(MORNING)), MORNING - 9);
  });
}

test("what is no time is no number", () => {
  assert.ok(Number.isNaN(instantOfField("soon")));
});
