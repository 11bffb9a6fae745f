"""Around a call at the agent's page: what stays of the last one, whose ticket and whose talk it is,
what is true without the service, and that every button has a key."""

import time

import pytest
from playwright.async_api import BrowserContext, Route, expect

from ari_app.softphone.hearing import Ear
from tests.asterisk.hall import Hall, eventually
from tests.browser.conftest import MICROPHONE_HZ, NewContext, SignIn
from tests.browser.desk_page import DeskPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

CITIZEN_HZ, COLLEAGUE_HZ = 700, 1100
PULSE_S, SHOWN_MS = 0.15, 30_000
REFUSE_ONCE = """
() => {
  const devices = navigator.mediaDevices;
  const real = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async () => {
    devices.getUserMedia = real;
    throw new DOMException("raw words", "NotAllowedError");
  };
}
"""
WITHOUT_KEY = """
(inside) => [...document.querySelectorAll(inside)]
  .filter((button) => !button.hasAttribute("aria-keyshortcuts"))
  .map((button) => button.textContent)
"""


@pytest.mark.parametrize("key", ["Alt+P", "Alt+N"])
async def test_a_call_that_rings_closes_the_dialog_is_spoken_and_answered(
    hall: Hall, desk: DeskPage, key: str
):
    await desk.key(key)
    await desk.shown("dialog")
    async with hall.calling("13800144001", "0") as citizen:
        await desk.shown("#answer:not([disabled])")
        await desk.gone("dialog")
        said = desk.page.get_by_role("alert").filter(has_text="13800144001")
        await expect(said).to_be_attached(timeout=SHOWN_MS)
        await desk.key("F2")
        await desk.wait_talk("talking")
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_a_call_that_rings_closes_the_units_of_the_last_ones_ticket(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800144016", "0") as citizen:
        await desk.take()
        await desk.shown("[data-ticket]")
        await citizen.hang_up()
        await desk.wait_state("ready")
    await desk.key("Alt+M")
    await desk.shown("dialog")
    async with hall.calling("13800144017", "0") as citizen:
        await desk.take()
        assert await desk.page.locator("dialog").count() == 0
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_a_dialog_of_one_call_is_not_open_in_the_next(hall: Hall, desk: DeskPage):
    async with hall.calling("13800144002", "0") as citizen:
        await desk.take()
        await desk.key("Alt+T")
        await desk.shown("dialog")
        await citizen.hang_up()
        await desk.wait_state("ready")
    async with hall.calling("13800144003", "0") as citizen:
        await desk.take()
        assert await desk.page.locator("dialog").count() == 0
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.wait_state("ready")


async def test_what_was_typed_as_the_citizen_hung_up_is_a_draft_at_the_service(
    hall: Hall, desk: DeskPage, long_wrap_up: None
):
    async with hall.calling("13800144004", "0") as citizen:
        await desk.take()
        await desk.shown("#ticket-matter_cause")
        await desk.fill(matter_cause="说完就挂")
        await citizen.hang_up()
        await desk.wait_state("wrap_up")
        await desk.wait_kept("kept")
        await desk.key("Alt+Enter")
        await desk.wait_state("ready")


async def test_the_next_callers_form_is_not_the_last_ones_though_its_ticket_is_late(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800144005", "0") as citizen:
        await desk.take()
        last = await (await desk.shown("[data-ticket]")).get_attribute("data-ticket")
        await citizen.hang_up()
        await desk.wait_state("ready")
    refused = 0

    async def refuse_twice(route: Route) -> None:
        nonlocal refused
        refused += 1
        await (route.abort() if refused <= 2 else route.continue_())

    await desk.page.route("**/api/v1/agent/ticket", refuse_twice)
    async with hall.calling("13800144006", "0") as citizen:
        await desk.take()
        await desk.gone(f"[data-ticket='{last}']")
        own = await (await desk.shown("[data-ticket]")).get_attribute("data-ticket")
        assert own != last
        assert refused > 2
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_marks_are_the_calls_own_while_an_older_ticket_is_looked_at(
    hall: Hall, desk: DeskPage
):
    page, old, new = desk.page, "13800144007", "13800144008"
    async with hall.calling(old, "0") as citizen:
        await desk.take()
        await desk.shown("[data-ticket]")
        await citizen.hang_up()
        await desk.wait_state("ready")
    async with hall.calling(new, "0") as citizen:
        await desk.take()
        own = await (await desk.shown("[data-ticket]")).get_attribute("data-ticket")
        await desk.key("Alt+H")
        row = await desk.shown(f"tr:has-text('{old}')")
        await row.get_by_role("button", name="打开").click()
        await desk.gone(f"[data-ticket='{own}']")
        await desk.shown("[data-ticket]")
        await desk.key("Alt+U")
        urgent = page.get_by_role("button", name="标记紧急")
        await expect(urgent).to_have_attribute("aria-pressed", "true", timeout=SHOWN_MS)
        assert await desk.value("urgency") == ""
        await desk.key("Alt+O")
        await desk.shown(f"[data-ticket='{own}']")
        await desk.wait_value("urgency", "紧急")
        await citizen.hang_up()
        await desk.wait_state("ready")
    assert (await hall.ticket(old))["urgency"] is None
    assert (await hall.ticket(new))["urgency"] == "紧急"


async def test_muted_without_the_service_is_muted_and_stays_so_when_it_is_back(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800144009", "0") as citizen:
        await desk.take()
        await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, min_s=PULSE_S)
        await desk.page.context.set_offline(True)
        await desk.cut_sockets()
        await desk.shown(".banner-bad")
        await desk.key("F8")
        await desk.shown("text=已静音")
        await _silent(citizen.rtp)
        await desk.page.context.set_offline(False)
        await desk.wait_phone()
        await desk.shown("text=已静音")
        await _silent(citizen.rtp)
        since = time.time()
        await desk.key("F8")
        await desk.gone("text=已静音")
        await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, since=since, min_s=PULSE_S)
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_a_call_that_is_hung_up_without_the_service_ends_when_it_is_back(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800144018", "0") as citizen:
        await desk.take()
        await desk.page.context.set_offline(True)
        await desk.cut_sockets()
        await desk.shown(".banner-bad")
        await desk.key("F4")
        await desk.shown(".lights .badge:has-text('未注册')")
        await desk.page.context.set_offline(False)
        await citizen.wait_ended()
        await desk.wait_state("ready")
    assert (await hall.ticket("13800144018"))["who_hung_up"] == "agent"


async def test_a_dialog_of_one_call_is_not_open_in_the_next_after_a_lost_connection(
    hall: Hall, new_context: NewContext, sign_in: SignIn
):
    made = await new_context()
    await sign_in(await made.new_page(), "1003")
    desk = await DeskPage.opened(hall, made)
    await desk.key("Alt+R")
    await desk.wait_state("ready")
    async with hall.phone("1003") as phone:
        async with hall.calling("13800144019", "3") as citizen:
            await desk.wait_talk("talking")
            await desk.key("Alt+T")
            await desk.shown("dialog")
            await made.set_offline(True)
            await desk.cut_sockets()
            await desk.shown(".banner-bad")
            await citizen.hang_up()
        async with hall.calling("13800144020", "3") as citizen:
            await phone.wait_ringing(count=2)
            await phone.wait("answered")
            assert await desk.page.locator("dialog").count() == 1
            await made.set_offline(False)
            await desk.shown(".call:has-text('13800144020')")
            assert await desk.page.locator("dialog").count() == 0
            await citizen.hang_up()
            await desk.wait_state("ready")


async def test_a_colleague_at_the_page_sees_another_ones_talk_until_it_is_theirs(
    hall: Hall, context: BrowserContext
):
    agent = await hall.desk("1003")
    async with hall.phone("1003") as phone, hall.calling("13800144010", "0") as citizen:
        await agent.wait("connected", within_s=60.0)
        phone.rtp.play_tone(COLLEAGUE_HZ)
        desk = await (await DeskPage.opened(hall, context)).ready()
        call = (await agent.state())["call"]
        await agent.post(f"/calls/{call}/consult", {"to": {"agent": "1001"}})
        await desk.shown(".ring:has-text('咨询人')")
        await desk.shown("#answer:not([disabled])")
        await desk.key("F2")
        await desk.shown(".call:has-text('您是被邀请的第三方')")
        assert await desk.page.get_by_role("button", name="转接").count() == 0
        await desk.hears(COLLEAGUE_HZ)
        await agent.post(f"/calls/{call}/complete-transfer")
        await desk.wait_talk("talking")
        await expect(desk.page.get_by_role("button", name="转接", exact=True)).to_be_enabled()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.wait_state("ready")
    await agent.post("/agent/not-ready", {"reason": "rest"})
    async with hall.calling("13800144011", "0") as citizen:
        await desk.take()
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_a_second_page_in_a_talk_says_where_the_voice_is(hall: Hall, desk: DeskPage):
    async with hall.calling("13800144012", "0") as citizen:
        await desk.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        second = await DeskPage.opened(hall, desk.page.context)
        await second.shown(".banner:has-text('声音不在本页面')")
        await desk.shown(".banner:has-text('只保留这次通话的声音')")
        await expect(desk.page.get_by_role("button", name="挂断")).to_be_disabled()
        await desk.hears(CITIZEN_HZ)
        await desk.key("Alt+Z")
        await second.shown(".banner:has-text('已停用')")
        await desk.wait_phone()
        await citizen.hang_up()
        await desk.wait_state("ready")
        await second.page.close()


async def test_a_microphone_that_was_refused_is_told_in_words_and_forgotten_once_it_works(
    hall: Hall, desk: DeskPage
):
    await desk.page.evaluate(REFUSE_ONCE)
    async with hall.calling("13800144014", "0") as citizen:
        await desk.shown("#answer:not([disabled])")
        await desk.key("F2")
        await desk.shown(".toast:has-text('浏览器未允许使用麦克风')")
        await desk.shown(".banner:has-text('接听不了来电')")
        assert "raw words" not in await desk.text("body")
        await desk.wait_state("paused")
        await citizen.hang_up()
    await desk.key("Alt+R")
    await desk.wait_state("ready")
    async with hall.calling("13800144015", "0") as citizen:
        await desk.take()
        await desk.wait_phone()
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_every_button_of_the_page_has_a_key(hall: Hall, desk: DeskPage):
    inside = ".desk button, .banner button, .who button"
    assert await desk.page.evaluate(WITHOUT_KEY, inside) == []
    async with hall.calling("13800144013", "0") as citizen:
        await desk.shown(".ring")
        assert await desk.page.evaluate(WITHOUT_KEY, inside) == []
        await desk.take()
        await desk.shown("[data-ticket]")
        await desk.key("Alt+H")
        await desk.shown(".history tr button")
        # Of the recordings one has the key to listen; the rows have digits, for the first nine.
        inside = ".desk button:not(.history button), .who button"
        assert await desk.page.evaluate(WITHOUT_KEY, inside) == []
        first = desk.page.locator(".history tbody tr").first.get_by_role("button", name="打开")
        await expect(first).to_have_attribute("aria-keyshortcuts", "1")
        await expect(desk.page.locator(".history [aria-keyshortcuts='Alt+Y']")).to_have_count(1)
        await citizen.hang_up()
        await desk.wait_state("ready")


async def _silent(ear: Ear) -> None:
    """For so long that two pulses of the microphone's tone would have been heard."""
    since = time.time() + 0.5

    async def is_early() -> object:
        return "too early" if time.time() < since + 1.5 else None

    await eventually(is_early, within_s=120.0, what="time stands still")
    assert not ear.heard(MICROPHONE_HZ, since=since, min_s=PULSE_S)
