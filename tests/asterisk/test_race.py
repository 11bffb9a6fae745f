"""The caller hangs up in the moment in which the agent answers: a sample of ``make race``."""

from statistics import median

import pytest

from ari_app.softphone.phone import Mode
from tests.asterisk.hall import Hall
from tests.asterisk.race import SILENT_AFTER_S, run_race

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

OFFSETS_MS = (-50, -20, -10, 0, 10, 20, 50)


async def test_from_50_ms_before_to_50_ms_after_nobody_talks_to_nobody(hall: Hall):
    """The median counts: a busy machine makes some of them slow. The sweep asks it of each."""
    desk = await hall.desk("1001")
    async with hall.phone("1001", Mode.WAIT) as phone:
        races = [
            await run_race(hall, phone, desk, wanted_ms, f"1380017{index:04}")
            for index, wanted_ms in enumerate(OFFSETS_MS)
        ]
    assert {race.outcome for race in races} <= {"abandoned_ringing", "answered"}
    assert median(race.rang_on_s for race in races) < SILENT_AFTER_S
