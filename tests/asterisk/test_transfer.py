"""Numbers outside on a real Asterisk: reached, busy, silent; alone and with an agent."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Hall, eventually, open_hall, recorded_s
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

TREE = """
flow: main
language: zh_CN
start: welcome
last_resort: person
nodes:
  welcome:
    type: menu
    prompts: [menu_zh]
    keys: {0: person, 1: police, 2: together}
    on_no_key: {next: person}
    on_wrong_key: {next: person}
  police: {type: transfer, to: "110", ring_s: 5, on_busy: person, on_no_answer: person}
  together: {type: transfer, to: "110", three_way: {queue: general, needs: {zh: 1}}}
  person: {type: queue, queue: general}
"""
OUTSIDE_IP = "127.0.0.4"
PORT = free_udp_port(OUTSIDE_IP)
CITIZEN_HZ, OUTSIDE_HZ, AGENT_HZ = 700, 1500, 1100
# What is heard for so long is in the recording for a good part of it.
SPOKEN_S, RECORDED_S = 1.0, 0.8


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    async with open_hall(folder, tree=TREE, trunk_out=f"sip:{OUTSIDE_IP}:{PORT}") as hall:
        yield hall


def police(hall: Hall, mode: Mode = Mode.ANSWER) -> Phone:
    return Phone("110", ip=OUTSIDE_IP, port=PORT, mode=mode, server=hall.settings.sip)


async def test_a_caller_is_connected_to_a_number_outside_and_both_are_recorded(hall: Hall):
    number = "13800138301"
    async with police(hall, Mode.WAIT) as outside, hall.calling(number, "1") as citizen:
        call = await outside.wait_ringing()
        assert call.caller == number
        await citizen.rtp.wait_audio(within_s=30.0)
        await outside.answer()
        citizen.rtp.play_tone(CITIZEN_HZ)
        outside.rtp.play_tone(OUTSIDE_HZ)
        await outside.rtp.wait_heard(CITIZEN_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.rtp.wait_heard(OUTSIDE_HZ, within_s=30.0, min_s=SPOKEN_S)
        assert await _costly(hall) is None
        await citizen.hang_up()
        await outside.wait("released")
    recording = await hall.recording(number)
    heard = recorded_s(recording, [CITIZEN_HZ, OUTSIDE_HZ])
    assert heard[CITIZEN_HZ] > RECORDED_S, "the citizen's voice is not in the recording"
    assert heard[OUTSIDE_HZ] > RECORDED_S, "the other side's voice is not in the recording"
    ticket = await hall.ticket(number)
    assert ticket["outcome"] == "transferred_out"
    assert ticket["who_hung_up"] == "caller"


async def test_the_other_side_hangs_up_first_and_the_call_ends(hall: Hall):
    number = "13800138302"
    async with police(hall) as outside, hall.calling(number, "1") as citizen:
        await outside.wait_ringing()
        await outside.wait("answered")
        outside.rtp.play_tone(OUTSIDE_HZ)
        await citizen.rtp.wait_heard(OUTSIDE_HZ, within_s=30.0, min_s=SPOKEN_S)
        await outside.hang_up()
        await citizen.wait_ended()
    assert (await hall.ticket(number))["who_hung_up"] == "outside"
    await hall.recording(number)


@pytest.mark.parametrize(
    ("mode", "number"), [(Mode.BUSY, "13800138303"), (Mode.DECLINE, "13800138304")]
)
async def test_a_number_that_refuses_sends_the_caller_to_a_person(
    hall: Hall, mode: Mode, number: str
):
    desk = await hall.desk("1001")
    async with (
        police(hall, mode) as outside,
        hall.phone("1001"),
        hall.calling(number, "1") as citizen,
    ):
        await outside.wait_ringing()
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
    assert (await hall.ticket(number))["outcome"] == "answered"


async def test_a_number_that_stays_silent_is_given_up_and_a_person_answers(hall: Hall):
    number = "13800138305"
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.WAIT) as outside,
        hall.phone("1001"),
        hall.calling(number, "1") as citizen,
    ):
        await outside.wait_ringing()
        await outside.wait("cancelled", within_s=30.0)
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()


async def test_a_caller_who_leaves_while_the_number_rings_stops_it(hall: Hall):
    number = "13800138306"
    async with police(hall, Mode.WAIT) as outside, hall.calling(number, "1") as citizen:
        await outside.wait_ringing()
        await citizen.hang_up()
        await outside.wait("cancelled")
    assert (await hall.ticket(number))["outcome"] == "abandoned_ringing"


async def test_three_talk_and_whoever_leaves_the_others_go_on(hall: Hall):
    number = "13800138308"
    desk = await hall.desk("1001")
    async with (
        police(hall) as outside,
        hall.phone("1001") as phone,
        hall.calling(number, "2") as citizen,
    ):
        await desk.wait("connected", within_s=30.0)
        assert outside.calls == [] or outside.call.caller == number
        await outside.wait_ringing()
        await desk.wait("outside", within_s=30.0)
        citizen.rtp.play_tone(CITIZEN_HZ)
        outside.rtp.play_tone(OUTSIDE_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        for ear in (outside.rtp, phone.rtp):
            await ear.wait_heard(CITIZEN_HZ, within_s=30.0)
        for ear in (citizen.rtp, phone.rtp):
            await ear.wait_heard(OUTSIDE_HZ, within_s=30.0)
        for ear in (citizen.rtp, outside.rtp):
            await ear.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await phone.hang_up()
        await desk.wait_state("ready", within_s=30.0)
        await eventually(lambda: _costly(hall), within_s=30.0, what="two in a costly bridge")
        since = citizen.rtp.received[-1].at
        await citizen.rtp.wait_heard(OUTSIDE_HZ, within_s=30.0, since=since, min_s=SPOKEN_S)
        await outside.hang_up()
        await citizen.wait_ended()
    states = [m["state"] for m in desk.messages if m["type"] == "outside"]
    assert states == ["ringing", "joined"]
    recording = await hall.recording(number)
    heard = recorded_s(recording, [CITIZEN_HZ, OUTSIDE_HZ, AGENT_HZ])
    assert min(heard.values()) > 0.5, heard
    ticket = await hall.ticket(number)
    assert (ticket["outcome"], ticket["agent_id"]) == ("answered", "1001")


async def _costly(hall: Hall) -> object:
    """What is wrong with the only bridge, if it mixes more than it must."""
    shown = await hall.asterisk.rx("bridge show all")
    return None if "simple_bridge" in shown else shown


async def test_a_guest_who_is_busy_leaves_the_citizen_with_the_agent(hall: Hall):
    number = "13800138309"
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.BUSY),
        hall.phone("1001") as phone,
        hall.calling(number, "2") as citizen,
    ):
        await desk.wait("connected", within_s=30.0)

        async def not_told() -> object:
            states = [m["state"] for m in desk.messages if m["type"] == "outside"]
            return None if states == ["ringing", "busy"] else states

        await eventually(not_told, within_s=30.0, what="the desk is not told")
        phone.rtp.play_tone(AGENT_HZ)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.hang_up()
    assert (await hall.ticket(number))["outcome"] == "answered"


async def test_a_talk_with_a_number_outside_survives_the_service(hall: Hall):
    number = "13800138310"
    async with police(hall) as outside, hall.calling(number, "1") as citizen:
        await outside.wait_ringing()
        await outside.wait("answered")
        outside.rtp.play_tone(OUTSIDE_HZ)
        await citizen.rtp.wait_heard(OUTSIDE_HZ, within_s=30.0)
        await hall.kill_service()
        await hall.start_service()
        since = citizen.rtp.received[-1].at
        await citizen.rtp.wait_heard(OUTSIDE_HZ, within_s=30.0, since=since, min_s=SPOKEN_S)
        await outside.hang_up()
        await citizen.wait_ended()
    assert (await hall.ticket(number))["outcome"] == "transferred_out"


async def test_a_number_nobody_listens_at_sends_the_caller_to_a_person(hall: Hall):
    """The last one here: Asterisk goes on sending this INVITE for a while."""
    number = "13800138307"
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling(number, "1") as citizen:
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
