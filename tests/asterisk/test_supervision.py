"""Who hears whom when a supervisor listens, whispers, barges in, takes over; tones prove it."""

import time
from collections.abc import Collection

import pytest

from ari_app.softphone.hearing import Ear
from tests.asterisk.hall import Desk, Hall, eventually, recorded_s

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

CITIZEN_HZ, AGENT_HZ, BOSS_HZ = 700, 1100, 1500
ALL = {CITIZEN_HZ, AGENT_HZ, BOSS_HZ}


async def hears(ear: Ear, *present: int) -> None:
    """From now on these tones and none of the others."""
    since = time.time() + 0.3  # what was on its way is over by then
    for frequency in present:
        await ear.wait_heard(frequency, within_s=30.0, since=since, min_s=0.6)
    for frequency in ALL - set(present):
        assert not ear.heard(frequency, since=since, min_s=0.2), f"{frequency} at {ear.where}"


async def told(desk: Desk, *states: str) -> None:
    async def differs() -> object:
        found = [m["state"] for m in desk.messages if m["type"] == "supervision"]
        return None if found == [*states] else f"told {found}"

    await eventually(differs, within_s=30.0, what="the supervisor is told otherwise")


async def technology(hall: Hall, call: str) -> str:
    """Of the call's own bridge."""
    shown = await hall.asterisk.rx("bridge show all")
    return next(line for line in shown.splitlines() if line.startswith(f"{call}.b "))


async def supervise(desk: Desk, call: str, how: str) -> None:
    await desk.post(f"/calls/{call}/supervise", {"how": how, "reason": "质检"})


async def nothing_of(hall: Hall, names: Collection[str]) -> None:
    """Neither channel nor bridge of these names is left."""

    async def left() -> object:
        shown = await hall.asterisk.rx("core show channels concise")
        shown += await hall.asterisk.rx("bridge show all")
        return [name for name in names if name in shown] or None

    await eventually(left, within_s=30.0, what="left over")


async def test_a_supervisor_goes_from_listening_to_whispering_to_barging_in(hall: Hall):
    number = "13800138501"
    desk, boss_desk = await hall.desk("1001"), await hall.desk("1005", ready=False)
    async with (
        hall.phone("1001") as phone,
        hall.phone("1005") as boss,
        hall.calling(number, "0") as citizen,
    ):
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await supervise(boss_desk, call, "listen")
        await told(boss_desk, "ringing", "listening")
        boss.rtp.play_tone(BOSS_HZ)
        await hears(boss.rtp, CITIZEN_HZ, AGENT_HZ)
        await hears(phone.rtp, CITIZEN_HZ)
        await hears(citizen.rtp, AGENT_HZ)
        assert "simple_bridge" in await technology(hall, call)
        await supervise(boss_desk, call, "whisper")
        await told(boss_desk, "ringing", "listening", "whispering")
        await hears(phone.rtp, CITIZEN_HZ, BOSS_HZ)
        await hears(citizen.rtp, AGENT_HZ)
        await hears(boss.rtp, CITIZEN_HZ, AGENT_HZ)
        assert "simple_bridge" in await technology(hall, call)
        await supervise(boss_desk, call, "leave")
        await boss_desk.wait_state("paused", within_s=30.0)
        await nothing_of(hall, [f"{call}.s", "Snoop/"])
        assert "simple_bridge" in await technology(hall, call)
        await hears(citizen.rtp, AGENT_HZ)
        await citizen.hang_up()
    heard = recorded_s(await hall.recording(number), [*ALL])
    assert heard[BOSS_HZ] == 0.0, "a whisper is in the recording"
    assert min(heard[CITIZEN_HZ], heard[AGENT_HZ]) > 1.0, heard


async def test_a_supervisor_barges_in_and_takes_over(hall: Hall):
    number = "13800138502"
    desk, boss_desk = await hall.desk("1001"), await hall.desk("1005", ready=False)
    async with (
        hall.phone("1001") as phone,
        hall.phone("1005") as boss,
        hall.calling(number, "0") as citizen,
    ):
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await supervise(boss_desk, call, "listen")
        await told(boss_desk, "ringing", "listening")
        boss.rtp.play_tone(BOSS_HZ)
        await supervise(boss_desk, call, "barge")
        await told(boss_desk, "ringing", "listening", "barged_in")
        await hears(boss.rtp, CITIZEN_HZ, AGENT_HZ)
        await hears(phone.rtp, CITIZEN_HZ, BOSS_HZ)
        await hears(citizen.rtp, AGENT_HZ, BOSS_HZ)
        await nothing_of(hall, ["Snoop/"])
        await supervise(boss_desk, call, "take_over")
        await desk.wait("call_ended", within_s=30.0, call=call)
        await boss_desk.wait_state("talking", within_s=30.0)
        await phone.wait("released")
        await hears(citizen.rtp, BOSS_HZ)
        await hears(boss.rtp, CITIZEN_HZ)
        await desk.wait_state("ready", within_s=30.0)
        await hall.kill_service()
        await hall.start_service()
        await hears(citizen.rtp, BOSS_HZ)
        assert "simple_bridge" in await technology(hall, call)
        await boss.hang_up()
        await citizen.wait_ended()
    heard = recorded_s(await hall.recording(number), [*ALL])
    assert min(heard.values()) > 0.8, heard
    ticket = await hall.ticket(number)
    assert (ticket["agent_id"], ticket["outcome"]) == ("1005", "answered")


async def test_neither_end_of_a_supervision_is_an_end_of_the_talk(hall: Hall):
    number = "13800138503"
    desk, boss_desk = await hall.desk("1001"), await hall.desk("1005", ready=False)
    async with (
        hall.phone("1001") as phone,
        hall.phone("1005") as boss,
        hall.calling(number, "0") as citizen,
    ):
        call = (await desk.wait("connected", within_s=30.0))["call"]
        phone.rtp.play_tone(AGENT_HZ)
        await supervise(boss_desk, call, "listen")
        await told(boss_desk, "ringing", "listening")
        await boss.hang_up()
        await told(boss_desk, "ringing", "listening", "ended")
        await hears(citizen.rtp, AGENT_HZ)
        await boss_desk.wait_state("paused", within_s=30.0)
        await supervise(boss_desk, call, "whisper")
        await told(boss_desk, "ringing", "listening", "ended", "ringing", "whispering")
        await hall.kill_service()
        await hall.start_service()
        await boss.wait("released")
        await nothing_of(hall, [f"{call}.s", "Snoop/"])
        await hears(citizen.rtp, AGENT_HZ)
        await supervise(boss_desk, call, "listen")
        await boss.wait_ringing()
        await citizen.hang_up()
        await boss_desk.wait_state("paused", within_s=30.0)
    await hall.recording(number)
    rows = (await hall.get("/audit?who=1005", boss_desk.headers))["rows"]
    assert {row["data"]["body"]["reason"] for row in rows if row["subject"] == call} == {"质检"}
