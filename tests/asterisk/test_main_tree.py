"""The default tree by telephone: the survey after the talk, and the way to an emergency number."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_app.softphone.phone import Mode, Phone
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall, open_hall
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

OUTSIDE_IP = "127.0.0.4"
OUTSIDE_HZ = 900
PORT = free_udp_port(OUTSIDE_IP)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    async with open_hall(folder, trunk_out=f"sip:{OUTSIDE_IP}:{PORT}") as hall:
        yield hall


def police(hall: Hall, mode: Mode) -> Phone:
    return Phone("110", ip=OUTSIDE_IP, port=PORT, mode=mode, server=hall.settings.sip)


async def test_after_the_talk_the_caller_gives_a_mark_and_is_thanked(hall: Hall) -> None:
    desk = await hall.desk("1001")
    mandarin = hall.settings.prompts_dir / "zh_CN"
    async with hall.phone("1001") as phone, hall.calling("13800138601", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        await phone.hang_up()
        await wait_prompt(citizen.rtp, mandarin / "survey_ask.sln", within_s=30.0)
        await citizen.press("4")
        await wait_prompt(citizen.rtp, mandarin / "goodbye.sln", within_s=30.0)
        await citizen.wait_ended()
    ticket = await hall.ticket("13800138601")
    assert (ticket["outcome"], ticket["survey_score"]) == ("answered", 4)
    assert ticket["ivr_path"][-2:] == [["survey", "4"], ["thanks", ""]]


async def test_an_urgent_caller_reaches_110_by_two_keys(hall: Hall) -> None:
    async with police(hall, Mode.WAIT) as outside, hall.calling("13800138602", "91") as citizen:
        await outside.wait_ringing()
        await outside.answer()
        await outside.wait("answered")
        outside.rtp.play_tone(OUTSIDE_HZ)
        await citizen.rtp.wait_heard(OUTSIDE_HZ, within_s=30.0)
        await citizen.hang_up()
        await outside.wait("released")
    ticket = await hall.ticket("13800138602")
    assert (ticket["outcome"], ticket["dialled_number"]) == ("transferred_out", "12345")


async def test_when_110_is_busy_an_agent_is_there_before_all_others(hall: Hall) -> None:
    async with police(hall, Mode.BUSY), hall.calling("13800138603", "91") as citizen:
        spoken = hall.settings.prompts_dir / "zh_CN" / "number_busy.sln"
        await wait_prompt(citizen.rtp, spoken, within_s=30.0)
        desk = await hall.desk("1002")
        async with hall.phone("1002"):
            await desk.wait("connected", within_s=30.0)
            await citizen.hang_up()
    ticket = await hall.ticket("13800138603")
    assert (ticket["outcome"], ticket["agent_id"]) == ("answered", "1002")
    assert ticket["ivr_path"][-1] == ["urgent_anywhere", ""]
