"""Each verb on a live call on a real Asterisk: who hears whom, what is recorded, which bridge."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from ari_app.softphone.alaw import decode
from ari_app.softphone.citizen import Citizen
from ari_app.softphone.hearing import Ear
from ari_app.softphone.phone import Mode, Phone
from ari_app.softphone.prompt_match import wait_prompt
from ari_app.softphone.tones import QUIET_RMS, frame_has_tone, loudness
from tests.asterisk.hall import Desk, Hall, eventually, open_hall, recorded_s
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

TREE = """
flow: main
language: zh_CN
start: person
last_resort: person
nodes:
  person: {type: queue, queue: general}
"""
OUTSIDE_IP = "127.0.0.4"
PORT = free_udp_port(OUTSIDE_IP)
CITIZEN_HZ, AGENT_HZ, OTHER_HZ = 700, 1100, 1500
SPOKEN_S, WITHIN_S = 0.6, 30.0
CHEAP = {"native_rtp": "simple_bridge"}
"""Asterisk takes it where nobody records, and mixes no more than in the other."""
POLICE = {"to": {"number": "110"}}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    async with open_hall(folder, tree=TREE, trunk_out=f"sip:{OUTSIDE_IP}:{PORT}") as hall:
        yield hall


def police(hall: Hall, mode: Mode = Mode.ANSWER) -> Phone:
    return Phone("110", ip=OUTSIDE_IP, port=PORT, mode=mode, server=hall.settings.sip)


async def talking(desk: Desk, citizen: Citizen, phone: Phone) -> Callable[..., Awaitable[Any]]:
    """Both hear each other; returns what asks for a verb on this call."""
    call = (await desk.wait("connected", within_s=WITHIN_S))["call"]
    citizen.rtp.play_tone(CITIZEN_HZ)
    phone.rtp.play_tone(AGENT_HZ)
    await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))

    async def ask(verb: str, body: dict[str, object] | None = None) -> Any:
        return await desk.post(f"/calls/{call}/{verb}", body)

    return ask


def now(ear: Ear) -> float:
    return ear.received[-1].at if ear.received else 0.0


async def hear_each_other(one: tuple[Ear, int], other: tuple[Ear, int]) -> None:
    for (ear, _), (_, hz) in ((one, other), (other, one)):
        await ear.wait_heard(hz, within_s=WITHIN_S, since=now(ear), min_s=SPOKEN_S)


async def hears_only_music(ear: Ear, *tones: int) -> None:
    """Half a second of sound in one piece, with none of these tones in it."""

    async def missing() -> object:
        newest = [p for p in ear.received[-25:] if p.at > time.time() - 1.0]
        loud = [p for p in newest if loudness(decode(p.octets)) >= QUIET_RMS]
        wrong = [hz for hz in tones for p in newest if frame_has_tone(p.octets, hz)]
        return None if len(loud) > 15 and not wrong else f"{len(loud)} loud, tones {set(wrong)}"

    await eventually(missing, within_s=WITHIN_S, what=f"music at {ear.where}")


def heard_nothing(ear: Ear, hz: int, since: float) -> None:
    assert not ear.heard(hz, since=since + 0.3, min_s=0.2), f"{ear.where} heard {hz} Hz"


async def bridges(hall: Hall, *expected: str) -> None:
    """The technologies of all bridges, ``simple_bridge`` or cheaper where two are in one."""

    async def differ() -> object:
        shown = await hall.asterisk.rx("bridge show all")
        found = [CHEAP.get(one, one) for one in re.findall(r"stasis\s+(\w+)", shown)]
        return None if sorted(found) == sorted(expected) else shown

    await eventually(differ, within_s=WITHIN_S, what=f"bridges other than {expected}")


async def test_hold_mute_keys_and_marks(hall: Hall):
    number = "13800138501"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number) as citizen:
        ask = await talking(desk, citizen, phone)
        await bridges(hall, "simple_bridge")
        await ask("hold")
        await hears_only_music(citizen.rtp, AGENT_HZ)
        held_at = now(citizen.rtp)
        await bridges(hall, "simple_bridge")
        await hears_only_music(citizen.rtp, AGENT_HZ)
        heard_nothing(phone.rtp, CITIZEN_HZ, held_at)
        heard_nothing(citizen.rtp, AGENT_HZ, held_at)
        await ask("resume")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        await bridges(hall, "simple_bridge")

        await ask("mute")
        await eventually(lambda: _loud(citizen.rtp), within_s=WITHIN_S, what="the agent is heard")
        muted_at = now(citizen.rtp)
        await phone.rtp.wait_heard(
            CITIZEN_HZ, within_s=WITHIN_S, since=now(phone.rtp), min_s=SPOKEN_S
        )
        heard_nothing(citizen.rtp, AGENT_HZ, muted_at)
        await ask("unmute")
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=WITHIN_S, since=now(citizen.rtp))
        await ask("send-keys", {"digits": "42"})
        await citizen.rtp.wait_digits("42", within_s=WITHIN_S)
        await ask("mark-urgent", {"level": "紧急"})
        await ask("mark-confidential", {"on": True})
        await citizen.hang_up()
    ticket = await hall.ticket(number)
    assert (ticket["urgency"], ticket["confidential"]) == ("紧急", True)
    heard = recorded_s(await hall.recording(number), [CITIZEN_HZ, AGENT_HZ])
    assert min(heard.values()) > SPOKEN_S, heard


async def _loud(ear: Ear) -> object:
    """Of a muted agent Asterisk sends nothing at all."""
    newest = [p for p in ear.received[-15:] if p.at > time.time() - 0.3]
    return [p.at for p in newest if loudness(decode(p.octets)) >= QUIET_RMS] or None


async def test_a_number_is_consulted_unheard_and_takes_the_citizen_over(hall: Hall):
    number = "13800138502"
    desk = await hall.desk("1001")
    async with (
        police(hall) as outside,
        hall.phone("1001") as phone,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask("consult", POLICE)
        await outside.wait_ringing()
        outside.rtp.play_tone(OTHER_HZ)
        await hear_each_other((phone.rtp, AGENT_HZ), (outside.rtp, OTHER_HZ))
        await hears_only_music(citizen.rtp, AGENT_HZ, OTHER_HZ)
        heard_nothing(outside.rtp, CITIZEN_HZ, 0.0)
        await bridges(hall, "simple_bridge", "simple_bridge")
        await ask("complete-transfer")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (outside.rtp, OTHER_HZ))
        await phone.wait("released")
        await bridges(hall, "simple_bridge")
        await desk.wait("call_ended", within_s=WITHIN_S)
        await citizen.hang_up()
    heard = recorded_s(await hall.recording(number), [CITIZEN_HZ, AGENT_HZ, OTHER_HZ])
    assert min(heard.values()) > 0.4, heard
    assert (await hall.ticket(number))["outcome"] == "answered"


async def test_a_colleague_is_consulted_joined_and_stays_when_the_agent_leaves(hall: Hall):
    number = "13800138503"
    desk = await hall.desk("1001")
    async with (
        hall.phone("1001") as phone,
        hall.phone("1002") as other,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        second = await hall.desk("1002")
        await ask("consult", {"to": {"agent": "1002"}})
        await second.wait("connected", within_s=WITHIN_S)
        other.rtp.play_tone(OTHER_HZ)
        await hear_each_other((phone.rtp, AGENT_HZ), (other.rtp, OTHER_HZ))
        await hears_only_music(citizen.rtp, AGENT_HZ, OTHER_HZ)
        await ask("three-way")
        for ear in (phone.rtp, other.rtp):
            await ear.wait_heard(CITIZEN_HZ, within_s=WITHIN_S, since=now(ear))
        await citizen.rtp.wait_heard(OTHER_HZ, within_s=WITHIN_S, since=now(citizen.rtp))
        await bridges(hall, "softmix")
        await phone.hang_up()
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (other.rtp, OTHER_HZ))
        await bridges(hall, "simple_bridge")
        await desk.wait_state("ready", within_s=WITHIN_S)
        await second.post(f"/calls/{(await second.state())['call']}/hang-up")
        await citizen.wait_ended()
    assert (await hall.ticket(number))["agent_id"] == "1002"
    await hall.recording(number)


async def test_110_joins_in_one_action_and_goes_and_a_busy_one_leaves_the_talk_alone(hall: Hall):
    number = "13800138504"
    desk = await hall.desk("1001")
    async with (
        police(hall) as outside,
        hall.phone("1001") as phone,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask("three-way", POLICE)
        await outside.wait_ringing()
        await outside.wait("answered")
        outside.rtp.play_tone(OTHER_HZ)
        for ear in (phone.rtp, citizen.rtp):
            await ear.wait_heard(OTHER_HZ, within_s=WITHIN_S)
        await outside.rtp.wait_heard(CITIZEN_HZ, within_s=WITHIN_S)
        await outside.rtp.wait_heard(AGENT_HZ, within_s=WITHIN_S)
        await bridges(hall, "softmix")
        await ask("drop-third")
        await outside.wait("released")
        await bridges(hall, "simple_bridge")
        outside.mode = Mode.BUSY
        await ask("three-way", POLICE)
        await eventually(
            lambda: told_outside(desk, "busy"), within_s=WITHIN_S, what="the desk is not told"
        )
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        await citizen.hang_up()


async def told_outside(desk: Desk, state: str) -> object:
    """What the desk was told of the number outside, while this is not among it."""
    states = [m["state"] for m in desk.messages if m["type"] == "outside"]
    return None if state in states else states


async def test_a_call_is_handed_on_to_another_agent_and_each_wraps_up_once(hall: Hall):
    number = "13800138505"
    desk = await hall.desk("1001")
    async with (
        hall.phone("1001") as phone,
        hall.phone("1002") as other,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        second = await hall.desk("1002")
        await ask("transfer", {"to": {"agent": "1002"}})
        await phone.wait("released")
        await second.wait("connected", within_s=WITHIN_S)
        other.rtp.play_tone(OTHER_HZ)
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (other.rtp, OTHER_HZ))
        await bridges(hall, "simple_bridge")
        await citizen.hang_up()
    heard = recorded_s(await hall.recording(number), [CITIZEN_HZ, AGENT_HZ, OTHER_HZ])
    assert min(heard.values()) > 0.4, heard


async def test_a_busy_number_gives_the_citizen_back_and_one_that_answers_takes_over(hall: Hall):
    number = "13800138508"
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.BUSY) as outside,
        hall.phone("1001") as phone,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask("transfer", POLICE)
        await eventually(
            lambda: told_outside(desk, "busy"), within_s=WITHIN_S, what="nobody is told"
        )
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        outside.mode = Mode.WAIT
        await ask("transfer", POLICE)
        await outside.wait_ringing(count=2)
        await hears_only_music(citizen.rtp, AGENT_HZ)
        await outside.answer()
        outside.rtp.play_tone(OTHER_HZ)
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (outside.rtp, OTHER_HZ))
        await phone.wait("released")
        await bridges(hall, "simple_bridge")
        await outside.hang_up()
        await citizen.wait_ended()
    assert (await hall.ticket(number))["who_hung_up"] == "outside"
    await hall.recording(number)


async def test_a_citizen_whose_agents_phone_dies_is_told_so_and_served_next(
    hall: Hall,
):
    number = "13800138506"
    desk = await hall.desk("1001")
    lost = hall.settings.prompts_dir / "zh_CN" / "agent_lost.sln"
    async with (
        hall.phone("1001") as phone,
        hall.phone("1002") as other,
        hall.calling(number) as citizen,
    ):
        await talking(desk, citizen, phone)
        call = (await desk.state())["call"]
        async with hall.calling("13800138509") as waiting:
            await hears_only_music(waiting.rtp, AGENT_HZ)
            phone.rtp.stop()
            await wait_prompt(citizen.rtp, lost, within_s=WITHIN_S)
            await desk.wait("call_ended", within_s=WITHIN_S)
            await hears_only_music(citizen.rtp, AGENT_HZ)
            await desk.post("/agent/not-ready", {"reason": "rest"})
            second = await hall.desk("1002")
            taken = await second.wait("connected", within_s=WITHIN_S)
            assert taken["call"] == call, "whoever came later was served first"
            other.rtp.play_tone(OTHER_HZ)
            await hear_each_other((citizen.rtp, CITIZEN_HZ), (other.rtp, OTHER_HZ))
            await waiting.hang_up()
        await citizen.hang_up()
    ticket = await hall.ticket(number)
    assert (ticket["agent_id"], ticket["outcome"]) == ("1002", "answered")
    await hall.recording(number)


async def test_a_hold_and_a_consultation_survive_the_service(hall: Hall):
    number = "13800138507"
    desk = await hall.desk("1001")
    async with (
        police(hall) as outside,
        hall.phone("1001") as phone,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask("hold")
        await hears_only_music(citizen.rtp, AGENT_HZ)
        await hall.kill_service()
        await hall.start_service()
        await hears_only_music(citizen.rtp, AGENT_HZ)
        await ask("resume")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        await ask("consult", POLICE)
        await outside.wait_ringing()
        await outside.wait("answered")
        outside.rtp.play_tone(OTHER_HZ)
        await hear_each_other((phone.rtp, AGENT_HZ), (outside.rtp, OTHER_HZ))
        await hall.kill_service()
        await hall.start_service()
        await hears_only_music(citizen.rtp, AGENT_HZ, OTHER_HZ)
        await ask("complete-transfer")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (outside.rtp, OTHER_HZ))
        await citizen.hang_up()
    await hall.recording(number)
