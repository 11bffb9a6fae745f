"""What an agent pauses is silence in the file, where the ticket says so; the talk goes on."""

import pytest

from ari_app.softphone.tones import tones_in_wav
from tests.asterisk.hall import Desk, Hall, eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

OPEN_HZ, SECRET_HZ, AFTER_HZ, AGENT_HZ = 700, 1300, 900, 1100
TONES = [OPEN_HZ, SECRET_HZ, AFTER_HZ, AGENT_HZ]


async def told(desk: Desk, *states: str) -> None:
    async def differs() -> object:
        found = [m["state"] for m in desk.messages if m["type"] == "recording"]
        return None if found == [*states] else f"told {found}"

    await eventually(differs, within_s=30.0, what="the desk is told otherwise")


async def gaps_of(hall: Hall, number: str) -> list[dict[str, object]]:
    await hall.recording(number)
    found: list[dict[str, object]] = (await hall.ticket(number))["recording_gaps"]
    return found


async def test_what_is_said_in_a_pause_is_in_no_file_and_the_gap_is_listed(hall: Hall):
    number = "13800138401"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number, "0") as citizen:
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(OPEN_HZ)
        await phone.rtp.wait_heard(OPEN_HZ, within_s=30.0, min_s=1.0)
        await desk.post(f"/calls/{call}/pause-recording")
        await told(desk, "paused")
        assert "simple_bridge" in await hall.asterisk.rx("bridge show all")
        citizen.rtp.play_tone(SECRET_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await phone.rtp.wait_heard(SECRET_HZ, within_s=30.0, min_s=2.0)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=2.0)
        citizen.rtp.play_tone(AFTER_HZ)
        phone.rtp.play_tone(AFTER_HZ)
        since = phone.rtp.received[-1].at
        await phone.rtp.wait_heard(AFTER_HZ, within_s=30.0, since=since, min_s=0.5)
        await citizen.rtp.wait_heard(AFTER_HZ, within_s=30.0, min_s=0.5)
        await desk.post(f"/calls/{call}/resume-recording")
        await told(desk, "paused", "recording")
        since = phone.rtp.received[-1].at
        await phone.rtp.wait_heard(AFTER_HZ, within_s=30.0, since=since, min_s=1.5)
        await citizen.hang_up()
    [gap] = await gaps_of(hall, number)
    assert (gap["by"], gap["check"]) == ("1001", "silent"), gap
    heard = tones_in_wav(await hall.recording(number), TONES, min_s=0.1)
    assert not heard[SECRET_HZ], "what was said in the pause is in the recording"
    assert not heard[AGENT_HZ], "what the agent said in the pause is in the recording"
    assert heard[OPEN_HZ], "nothing before the pause was recorded"
    assert heard[AFTER_HZ], "the recording did not go on"
    assert heard[OPEN_HZ][-1].end_s <= gap["from_s"] + 0.1  # type: ignore[operator]
    assert heard[AFTER_HZ][0].start_s >= gap["to_s"] - 0.1  # type: ignore[operator]


async def test_a_pause_outlives_a_killed_service_and_a_hang_up_ends_it(hall: Hall):
    number = "13800138402"
    desk, other = await hall.desk("1001"), await hall.desk("1004", ready=False)
    async with hall.phone("1001") as phone, hall.calling(number, "0") as citizen:
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(OPEN_HZ)
        await phone.rtp.wait_heard(OPEN_HZ, within_s=30.0, min_s=1.0)
        with pytest.raises(AssertionError, match="not_your_call"):
            await other.post(f"/calls/{call}/pause-recording")
        await desk.post(f"/calls/{call}/pause-recording")
        await told(desk, "paused")
        citizen.rtp.play_tone(SECRET_HZ)
        await hall.kill_service()
        await hall.start_service()
        since = phone.rtp.received[-1].at
        await phone.rtp.wait_heard(SECRET_HZ, within_s=30.0, since=since, min_s=1.0)
        await citizen.hang_up()
    [gap] = await gaps_of(hall, number)
    assert gap["check"] == "silent", gap
    heard = tones_in_wav(await hall.recording(number), TONES, min_s=0.1)
    assert heard[OPEN_HZ]
    assert not heard[SECRET_HZ]
