"""The players prove themselves on each other, before Asterisk comes between them."""

import pytest

from ari_app.softphone.citizen import Citizen
from ari_app.softphone.phone import PHONES_IP, Mode, Phone
from ari_app.softphone.sipp import SippFailed
from ari_app.softphone.waiting import NotSeen
from tests.ports import free_udp_port

pytestmark = pytest.mark.asyncio


async def test_a_call_is_answered_on_command_and_ended_by_the_citizen() -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP)) as phone,
        Citizen("13800138000", server=phone.address) as citizen,
    ):
        await citizen.dial()
        call = await phone.wait_ringing()
        assert call.caller == "13800138000"
        await citizen.wait("ringing", within_s=30.0)
        await phone.answer()
        await citizen.wait_answered()
        await citizen.hang_up()
        await phone.wait("released")
        phone.check()


async def test_the_phone_hangs_up_on_command_and_serves_the_next_call() -> None:
    async with Phone("1001", port=free_udp_port(PHONES_IP), mode=Mode.ANSWER) as phone:
        for number in ("13800138001", "13800138002"):
            async with Citizen(number, server=phone.address) as citizen:
                await citizen.dial()
                await citizen.wait_answered()
                await phone.wait("answered")
                await phone.hang_up()
                await citizen.wait_ended()
        assert [call.caller for call in phone.calls] == ["13800138001", "13800138002"]
        assert phone.most_at_once == 1
        phone.check()


async def test_a_citizen_who_gives_up_cancels_the_ringing() -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP)) as phone,
        Citizen("13800138000", server=phone.address) as citizen,
    ):
        await citizen.dial()
        call = await phone.wait_ringing()
        await citizen.wait("ringing", within_s=30.0)
        await citizen.hang_up()
        await phone.wait("cancelled")
        await phone.wait("ended")
        assert call.times["cancelled"] - call.times["ringing"] < 5
        phone.check()


@pytest.mark.parametrize(("mode", "code"), [(Mode.BUSY, 486), (Mode.DECLINE, 603)])
async def test_a_refusing_phone_says_so_to_the_citizen(mode: Mode, code: int) -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP), mode=mode) as phone,
        Citizen("13800138000", server=phone.address) as citizen,
    ):
        await citizen.dial()
        assert await citizen.wait_refused() == code
        await citizen.wait_ended()
        await phone.wait("ended")
        phone.check()


async def test_tones_go_both_ways_and_a_key_arrives() -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP), mode=Mode.ANSWER) as phone,
        Citizen("13800138000", server=phone.address) as citizen,
    ):
        await citizen.dial()
        await citizen.wait_answered()
        await phone.wait("answered")
        citizen.rtp.play_tone(700)
        phone.rtp.play_tone(1100)
        await citizen.rtp.wait_heard(1100, within_s=30.0)
        await phone.rtp.wait_heard(700, within_s=30.0)
        assert not citizen.rtp.heard(700)
        assert not phone.rtp.heard(1100)
        await citizen.press("3*")
        assert await phone.rtp.wait_digits("3*", within_s=30.0) == "3*"
        await phone.rtp.bulletin.until(
            lambda: phone.rtp.spans(700) or None, within_s=30.0, what="0.3 s of the tone"
        )
        await citizen.hang_up()


async def test_two_calls_at_one_phone_are_told() -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP)) as phone,
        Citizen("13800138001", server=phone.address) as first,
        Citizen("13800138002", server=phone.address) as second,
    ):
        await first.dial()
        await phone.wait_ringing()
        await second.dial()
        await phone.wait_ringing(count=2)
        with pytest.raises(AssertionError, match="2 calls at once"):
            phone.check()


async def test_raw_octets_of_a_hostile_caller_arrive_unchanged() -> None:
    header = b'"\xff;<b>\xe5\xbc\xa0" <sip:1%00@127.0.0.2>'
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP)) as phone,
        Citizen("1", server=phone.address, from_header=header, call_id=b"a\xff%b") as citizen,
    ):
        await citizen.dial()
        call = await phone.wait_ringing()
        assert call.call_id.encode("latin-1") == b"a\xff%b"
        assert header.decode("latin-1") in call.from_header
        await phone.answer()
        await citizen.wait_answered()
        await citizen.hang_up()


async def test_an_event_that_does_not_come_says_what_was_seen_instead() -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP)) as phone,
        Citizen("13800138000", server=phone.address) as citizen,
    ):
        await citizen.dial()
        with pytest.raises(
            NotSeen, match=r"13800138000: answered: not within 0.2 s; seen: dialled"
        ):
            await citizen.wait_answered(within_s=0.2)


async def test_a_message_that_the_scenario_does_not_expect_is_surfaced() -> None:
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP)) as phone,
        Citizen("13800138000", server=phone.address) as citizen,
    ):
        await citizen.dial()
        await phone.wait_ringing()
        citizen.sipp.tell("PRAISE", citizen.call_id)
        with pytest.raises(NotSeen, match="PRAISE"):
            await citizen.wait_answered()
        with pytest.raises(SippFailed, match="PRAISE"):
            citizen.sipp.check()


async def test_a_port_in_use_is_named() -> None:
    async with Phone("1001", port=free_udp_port(PHONES_IP)) as phone:
        with pytest.raises(SippFailed, match=f"port {phone.address[1]} of 127.0.0.3 is in use"):
            async with Phone("1002", port=phone.address[1]):
                pass
