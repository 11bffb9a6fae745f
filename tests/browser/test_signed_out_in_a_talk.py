"""Nobody is signed in any more while the page's own phone is in a talk: the page says so and stays,
both hear each other, and the sign-in opens when the talk is over."""

import time

import pytest

from ari_app.softphone.citizen import Citizen
from tests.asterisk.hall import Hall
from tests.browser.board_page import BOSS, Board, hears, supervise, supervised
from tests.browser.conftest import MICROPHONE_HZ, SignIn
from tests.browser.desk_page import DeskPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]
BROWSERS = ("1001", BOSS)

CITIZEN_HZ, AGENT_HZ = 700, 1100
STAYS = ".banner:has-text('本次通话不受影响，请勿关闭本页面')"
SIGN_IN = "input[autocomplete=username]"


async def test_who_signs_out_in_a_talk_speaks_on_and_comes_to_the_sign_in_after_it(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800145001", "0") as citizen:
        await desk.take()
        await desk.key("Alt+0")
        await _speaks_on(desk, citizen)
        await citizen.hang_up()
        await desk.shown(SIGN_IN)


async def test_who_has_signed_out_in_a_talk_hangs_up_in_the_page(hall: Hall, desk: DeskPage):
    async with hall.calling("13800145002", "0") as citizen:
        await desk.take()
        await desk.key("Alt+0")
        await desk.shown(STAYS)
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.shown(SIGN_IN)
    assert (await hall.ticket("13800145002"))["who_hung_up"] == "agent"


async def test_a_password_that_is_renewed_in_a_talk_ends_it_not(
    hall: Hall, desk: DeskPage, sign_in: SignIn
):
    async with hall.calling("13800145003", "0") as citizen:
        await desk.take()
        headers = {"Authorization": f"Bearer {hall.operator()}"}
        await hall.post("/config/passwords/1001", {"which": "api"}, headers)
        await _speaks_on(desk, citizen)
        await citizen.hang_up()
        await desk.shown(SIGN_IN)
    await sign_in(desk.page, "1001")  # Still at work, and signed out when the test ends.


async def test_a_supervisor_who_is_refused_listens_on_until_the_call_is_over(
    hall: Hall, board: Board, sign_in: SignIn
):
    page = board.page
    agent = await hall.desk("1002")
    async with hall.phone("1002") as phone, hall.calling("13800145004", "0") as citizen:
        call = (await agent.wait("connected", within_s=30.0))["call"]
        phone.rtp.play_tone(AGENT_HZ)
        await page.locator("#phone-start").click()
        await board.phone("registered")
        await supervise(board, call, "listen")
        await supervised(board, "监听")
        await page.context.clear_cookies()
        await page.evaluate("document.querySelector('#how-whisper').click()")
        await page.locator(STAYS).wait_for(state="attached")
        await hears(board, AGENT_HZ)
        await citizen.hang_up()
        await page.locator(SIGN_IN).wait_for()
    await sign_in(page, BOSS)


async def _speaks_on(desk: DeskPage, citizen: Citizen) -> None:
    await desk.shown(STAYS)
    since = time.time()
    citizen.rtp.play_tone(CITIZEN_HZ)
    await desk.hears(CITIZEN_HZ)
    await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, since=since, min_s=0.15)
