"""The caller hangs up at each step: one ticket, nobody rings for nobody, nothing is left."""

import pytest

from ari_app.softphone.phone import Mode
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

STOP_RINGING_S = 0.5
"""Required of the product: an abandoned caller's agent's phone is silent within this time."""
TURNS = 5
"""The quickest of so many counts: a busy machine makes some of them slow."""


async def outcome(hall: Hall, number: str) -> str:
    return str((await hall.ticket(number, within_s=30.0))["outcome"])


async def test_before_or_just_at_the_answer(hall: Hall):
    async with hall.citizen("13800138101") as citizen:
        await citizen.dial()
        await citizen.hang_up()
    assert await outcome(hall, "13800138101") in ("abandoned_in_flow", "abandoned_before_answer")


async def test_during_the_notice(hall: Hall):
    async with hall.calling("13800138102") as citizen:
        notice = hall.settings.prompts_dir / "zh_CN" / "notice_greeting.sln"
        await wait_prompt(citizen.rtp, notice, within_s=30.0)
        await citizen.hang_up()
    assert await outcome(hall, "13800138102") == "abandoned_in_flow"


async def test_just_after_a_key(hall: Hall):
    async with hall.calling("13800138103", "3") as citizen:
        await citizen.hang_up()
    assert (await outcome(hall, "13800138103")).startswith("abandoned_")


async def test_while_waiting_with_music(hall: Hall):
    async with hall.calling("13800138104", "0") as citizen:
        music = hall.settings.prompts_dir / "music" / "hold.sln"
        await wait_prompt(citizen.rtp, music, within_s=30.0)
        await citizen.hang_up()
    assert await outcome(hall, "13800138104") == "abandoned_waiting"


async def test_while_the_agent_rings_the_phone_falls_silent_at_once(hall: Hall):
    desk = await hall.desk("1001")
    rang_on_s: list[float] = []
    async with hall.phone("1001", Mode.WAIT) as phone:
        while not rang_on_s or (min(rang_on_s) >= STOP_RINGING_S and len(rang_on_s) < TURNS):
            number = f"1380013815{len(rang_on_s)}"
            async with hall.calling(number, "0") as citizen:
                await phone.wait_ringing(count=len(rang_on_s) + 1)
                await citizen.hang_up()
                left_at = (await citizen.wait("hung_up", within_s=1.0)).at
                rang_on_s.append(await phone.wait("cancelled", within_s=30.0) - left_at)
            await desk.wait("offer_ended", within_s=30.0)
            await desk.wait_state("ready", within_s=30.0)
            assert await outcome(hall, number) == "abandoned_ringing"
    assert min(rang_on_s) < STOP_RINGING_S


async def test_in_the_talk_the_agent_is_released_and_wraps_up(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling("13800138106", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
        await phone.wait("released", within_s=30.0)
        await desk.wait("call_ended", within_s=30.0)
        await desk.wait_state("ready", within_s=30.0)
    assert await outcome(hall, "13800138106") == "answered"


async def test_in_the_very_moment_the_agent_answers(hall: Hall):
    """Whichever comes first: nobody talks to nobody, and the agent is free again."""
    desk = await hall.desk("1001")
    async with hall.phone("1001", Mode.WAIT) as phone:
        for turn in range(6):
            number = f"1380013812{turn}"
            async with hall.calling(number, "0") as citizen:
                await phone.wait_ringing(count=turn + 1)
                first, second = (phone, citizen) if turn % 2 else (citizen, phone)
                for who in (first, second):
                    verb, call_id = ("ANSWER", phone.call.call_id)
                    if who is citizen:
                        verb, call_id = ("HANGUP", citizen.call_id)
                    who.sipp.tell(verb, call_id)
                await citizen.wait_ended()
                await phone.wait("ended", within_s=30.0)
            assert await outcome(hall, number) in ("abandoned_ringing", "answered")
            await desk.wait_state("ready", within_s=30.0)
