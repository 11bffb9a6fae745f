"""What a caller leaves behind on a real Asterisk: a message, a promise, a mark after the talk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ari_app.core.call import UNCHECKED
from ari_app.softphone.prompt_match import wait_prompt
from ari_app.tickets.masking import mask_number
from tests.asterisk.hall import Desk, Hall, eventually, open_hall, recorded_s

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

TREE = """
flow: main
language: zh_CN
start: welcome
last_resort: person
after_talk: marks
nodes:
  welcome:
    type: menu
    prompts: [menu_zh]
    keys: {0: person, 1: note}
    on_no_key: {next: person}
    on_wrong_key: {next: person}
  note:
    type: message
    prompts: [connecting]
    max_s: 20
    silence_s: 2
    next: thanks
    on_failure: person
  person:
    type: queue
    queue: general
    prompts: [connecting]
    keys: {8: call_back}
    announce: {every_s: 10, prompts: [please_hold]}
  call_back:
    {type: callback, prompts: [callback_offer], queue: general, next: thanks, otherwise: person}
  marks: {type: survey, prompts: [survey_ask], next: thanks}
  thanks: {type: hangup, prompts: [survey_thanks]}
"""
CITIZEN_HZ, AGENT_HZ = 700, 1100
SPOKEN_S, RECORDED_S = 1.5, 0.8


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path_factory.mktemp("hall"), tree=TREE) as hall:
        yield hall


def prompt(hall: Hall, name: str) -> Path:
    return hall.settings.prompts_dir / "zh_CN" / f"{name}.sln"


async def files(hall: Hall, number: str) -> list[dict[str, Any]]:
    """The ticket's recordings, once they were looked at."""
    found: list[dict[str, Any]] = []

    async def unchecked() -> object:
        found[:] = (await hall.ticket(number)).get("recording_ref") or []
        if not found:
            return "no file"
        return [one for one in found if one["problem"] == UNCHECKED] or None

    await eventually(unchecked, within_s=30.0, what=f"recordings of {number}")
    return found


async def live(hall: Hall, desk: Desk, number: str, phase: str) -> str:
    """The id of this number's call, once it is in the phase; agents see others' calls masked."""
    shown = {(number, phase), (mask_number(number), phase)}
    found: list[str] = []

    async def elsewhere() -> object:
        calls = (await hall.get("/calls", desk.headers))["calls"]
        found[:] = [c["call"] for c in calls if (c["caller"], c["phase"]) in shown]
        return None if found else calls

    await eventually(elsewhere, within_s=30.0, what=f"{number} is not {phase}")
    return found[0]


async def spoken(hall: Hall, call: str, seconds: float) -> None:
    """Until so much of the message is in its file."""
    file = hall.settings.recordings_dir / f"{call}.m1.wav"

    async def missing() -> object:
        size = file.stat().st_size if file.exists() else 0
        return None if size >= seconds * 16000 else f"{size} bytes"

    await eventually(missing, within_s=30.0, what="the message does not grow")


async def test_a_message_is_ended_by_its_key_and_holds_what_was_said(hall: Hall):
    number = "13800138401"
    desk = await hall.desk("1001", ready=False)
    async with hall.calling(number, "1") as citizen:
        citizen.rtp.play_tone(CITIZEN_HZ)  # a pause would end the message
        await wait_prompt(citizen.rtp, prompt(hall, "connecting"), within_s=30.0)
        call = await live(hall, desk, number, "recording")
        await spoken(hall, call, SPOKEN_S + 0.5)
        await citizen.press("#")
        await wait_prompt(citizen.rtp, prompt(hall, "survey_thanks"), within_s=30.0)
        await citizen.wait_ended(within_s=30.0)
    ticket = await hall.ticket(number)
    assert (ticket["outcome"], ticket["who_hung_up"]) == ("message_left", "system")
    [file] = await files(hall, number)
    assert (file["file"], file["kind"], file["problem"]) == (f"{call}.m1.wav", "message", None)
    heard = recorded_s(hall.settings.recordings_dir / file["file"], [CITIZEN_HZ])
    assert heard[CITIZEN_HZ] > RECORDED_S, "the citizen's voice is not in the message"


async def test_hanging_up_in_the_middle_keeps_the_message(hall: Hall):
    number = "13800138402"
    desk = await hall.desk("1001", ready=False)
    async with hall.calling(number, "1") as citizen:
        citizen.rtp.play_tone(CITIZEN_HZ)
        call = await live(hall, desk, number, "recording")
        await spoken(hall, call, SPOKEN_S + 0.5)
        await citizen.hang_up()
    ticket = await hall.ticket(number)
    assert (ticket["outcome"], ticket["who_hung_up"]) == ("message_left", "caller")
    [file] = await files(hall, number)
    assert file["problem"] is None
    heard = recorded_s(hall.settings.recordings_dir / file["file"], [CITIZEN_HZ])
    assert heard[CITIZEN_HZ] > RECORDED_S


async def test_whoever_says_nothing_goes_on_to_a_person(hall: Hall):
    number = "13800138403"
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling(number, "1") as citizen:
        citizen.rtp.play_silence()
        await desk.wait("connected", within_s=30.0)
        call = await live(hall, desk, number, "talking")
        await citizen.hang_up()
    assert (await hall.ticket(number))["outcome"] == "answered"
    assert not (hall.settings.recordings_dir / f"{call}.m1.wav").exists()


async def test_a_message_goes_on_while_the_service_is_away(hall: Hall):
    number = "13800138404"
    desk = await hall.desk("1001", ready=False)
    async with hall.calling(number, "1") as citizen:
        citizen.rtp.play_tone(CITIZEN_HZ)
        call = await live(hall, desk, number, "recording")
        await spoken(hall, call, 0.5)
        await hall.kill_service()
        await hall.start_service()
        await spoken(hall, call, 2.0)
        await citizen.press("#")
        await wait_prompt(citizen.rtp, prompt(hall, "survey_thanks"), within_s=30.0)
        await citizen.wait_ended(within_s=30.0)
    assert (await hall.ticket(number))["outcome"] == "message_left"
    [file] = await files(hall, number)
    assert file["problem"] is None


async def test_the_agent_hangs_up_and_the_caller_gives_a_mark(hall: Hall):
    number = "13800138405"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number, "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        phone.rtp.play_tone(AGENT_HZ)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await phone.hang_up()
        await wait_prompt(citizen.rtp, prompt(hall, "survey_ask"), within_s=30.0)
        await desk.wait_state("ready", within_s=30.0)
        await citizen.press("4")
        await wait_prompt(citizen.rtp, prompt(hall, "survey_thanks"), within_s=30.0)
        await citizen.wait_ended(within_s=30.0)
    ticket = await hall.ticket(number)
    assert (ticket["outcome"], ticket["survey_score"], ticket["agent_id"]) == (
        "answered",
        4,
        "1001",
    )
    assert ticket["who_hung_up"] == "agent"
    assert recorded_s(await hall.recording(number), [AGENT_HZ])[AGENT_HZ] > RECORDED_S


async def test_a_waiting_caller_is_told_so_and_takes_a_callback(hall: Hall):
    number = "13800138406"
    async with hall.calling(number, "0") as citizen:
        await wait_prompt(citizen.rtp, prompt(hall, "connecting"), within_s=30.0)
        await wait_prompt(citizen.rtp, prompt(hall, "please_hold"), within_s=30.0, whole=True)
        since = citizen.rtp.received[-1].at
        music = hall.settings.prompts_dir / "music" / "hold.sln"
        await wait_prompt(citizen.rtp, music, within_s=30.0, since=since)
        await citizen.press("8")
        await wait_prompt(citizen.rtp, prompt(hall, "callback_offer"), within_s=30.0)
        await citizen.press("1")
        await wait_prompt(citizen.rtp, prompt(hall, "survey_thanks"), within_s=30.0)
        await citizen.wait_ended(within_s=30.0)
    ticket = await hall.ticket(number)
    assert ticket["outcome"] == "callback_promised"
    assert (ticket["callback_number"], ticket["callback_queue"]) == (number, "general")
    assert 10.0 < ticket["ended_at"] - ticket["callback_queued_at"] < 60.0
    async with hall.reading() as repo:
        [stored] = [call for call in await repo.calls() if call.caller == number]
    journal = stored.ivr_journal or []
    assert [row[1:] for row in journal if row[1] == "key"] == [["key", k] for k in "081"]
