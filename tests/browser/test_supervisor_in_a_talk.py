"""A supervisor goes into a talk and takes it over, from the board in a real browser."""

import time

import pytest
from playwright.async_api import expect

from tests.asterisk.hall import Hall
from tests.browser.board_page import (
    BOSS,
    SHOWN_MS,
    Board,
    hears,
    supervise,
    supervised,
    wait_audited,
)
from tests.browser.conftest import MICROPHONE_HZ

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.timeout(400),
    pytest.mark.asyncio(loop_scope="module"),
]
BROWSERS = (BOSS,)

CITIZEN_HZ, AGENT_HZ = 700, 1100


async def test_a_supervisor_barges_in_and_takes_the_call_over(hall: Hall, board: Board):
    page, number = board.page, "13800138604"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number, "0") as citizen:
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await page.locator("#phone-start").click()
        await board.phone("registered")
        await supervise(board, call, "barge")
        await supervised(board, "强插")
        for ear in (citizen.rtp, phone.rtp):
            await ear.wait_heard(MICROPHONE_HZ, within_s=30.0, min_s=0.15)
        await hears(board, CITIZEN_HZ, AGENT_HZ)
        await supervise(board, call, "take_over")
        sure = page.get_by_role("dialog").get_by_role("alert")
        await expect(sure).to_contain_text("再按一次", timeout=SHOWN_MS)
        assert (await desk.state())["state"] == "talking"
        await supervise(board, call, "take_over")
        await phone.wait("released")
        await board.own_state("talking")
        taken_at = time.time()
        await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, since=taken_at, min_s=0.15)
        await hears(board, CITIZEN_HZ)
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="挂断").click()
        await citizen.wait_ended()
    ticket = await hall.ticket(number)
    assert (ticket["agent_id"], ticket["outcome"]) == (BOSS, "answered")
    await wait_audited(board, "POST /api/v1/calls/{call_id}/supervise", call)
