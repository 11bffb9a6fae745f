"""The phone in the page, on the real Asterisk with real sound."""

import time

import pytest

from ari_app.softphone.citizen import Citizen
from tests.asterisk.hall import Hall, eventually, recorded_s
from tests.browser.conftest import MICROPHONE_HZ
from tests.browser.phone_page import PhonePage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

CITIZEN_HZ = 700
PULSE_S = 0.15
"""Of the microphone's tone, which comes and goes."""
LONG_S = 12.0
"""Two reports of the other side and more."""


async def hears_page(citizen: Citizen) -> None:
    await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, min_s=PULSE_S)


async def hears_silence(citizen: Citizen) -> None:
    """For a second of packets, whenever they come."""
    since = time.time() + 0.5

    async def too_early() -> object:
        return None if citizen.rtp.received[-1].at > since + 1.0 else "too few packets"

    await eventually(too_early, within_s=30.0, what="no sound arrives")
    assert not citizen.rtp.heard(MICROPHONE_HZ, since=since, min_s=PULSE_S)


async def test_a_page_is_rung_and_both_hear_each_other(hall: Hall, phone: PhonePage):
    desk = await hall.desk("1001")
    async with hall.calling("13800139001", "0") as citizen:
        pop = await desk.wait("offer", within_s=30.0)
        assert (await phone.ring())["callId"] == pop["call"]
        await phone.take()
        await desk.wait("connected", within_s=30.0)
        began_at = time.time()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.hears(CITIZEN_HZ)
        await hears_page(citizen)

        async def too_short() -> object:
            return None if citizen.rtp.received[-1].at > began_at + LONG_S else "too short"

        await eventually(too_short, within_s=60.0, what="the talk ends")
        seen = await phone.look()
        assert seen["quality"]["packetsReceived"] > 100
        assert seen["warnings"] == []
        await citizen.hang_up()
        await phone.wait(state="registered", callId=None)
    heard = recorded_s(await hall.recording("13800139001"), [CITIZEN_HZ, MICROPHONE_HZ])
    assert heard[CITIZEN_HZ] > 0.3
    assert heard[MICROPHONE_HZ] > 0.3


async def test_muted_the_citizen_hears_nothing_and_unmuted_again(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139002", "0") as citizen:
        await phone.take()
        await hears_page(citizen)
        await phone.do("setMuted", True)
        await hears_silence(citizen)
        assert (await phone.look())["isMuted"]
        await phone.do("setMuted", False)
        await hears_page(citizen)
        await citizen.hang_up()
        await phone.wait(state="registered")


async def test_the_agent_hangs_up_in_the_page(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139003", "0") as citizen:
        await phone.take()
        await phone.do("hangUp")
        await citizen.wait_ended()
        await phone.wait(state="registered")
    assert (await hall.ticket("13800139003"))["who_hung_up"] == "agent"


async def test_a_ring_that_is_declined_goes_to_the_next(hall: Hall, phone: PhonePage):
    desk = await hall.desk("1001")
    async with hall.calling("13800139004", "0") as citizen:
        await phone.ring()
        await phone.do("hangUp")
        ended = await desk.wait("offer_ended", within_s=30.0)
        assert ended["reason"] == "declined"
        await phone.wait(state="registered")
        await citizen.hang_up()


async def test_a_caller_who_leaves_stops_the_ring(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139005", "0") as citizen:
        await phone.ring()
        await citizen.hang_up()
        await phone.wait(state="registered", callId=None)


async def test_the_page_warns_when_nothing_of_the_citizen_arrives(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139006", "0") as citizen:
        await phone.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.hears(CITIZEN_HZ)
        citizen.rtp.stop()
        await eventually(lambda: warned(phone, "no_audio_in"), within_s=30.0, what="not warned")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await citizen.hang_up()


async def test_the_page_warns_when_nothing_of_it_arrives_there(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139007", "0") as citizen:
        await phone.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await hears_page(citizen)
        await phone.do("stopSending")
        await eventually(lambda: warned(phone, "no_audio_out"), within_s=30.0, what="not warned")
        await citizen.hang_up()
        await phone.wait(state="registered")


async def warned(phone: PhonePage, of: str) -> object:
    quality = (await phone.look())["quality"]
    is_told = quality is not None and quality["oneWay"] == of
    return None if is_told else quality or "nothing measured"
