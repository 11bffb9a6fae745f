"""What an agent does between calls and before one: wrap-up, pauses, the microphone, declining,
answering on the screen; and what the page shows of who calls."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml
from playwright.async_api import Route, expect

from tests.asterisk.hall import Hall, eventually, open_hall
from tests.browser.conftest import MICROPHONE_HZ, NewContext, SignIn
from tests.browser.desk_page import DeskPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

CITIZEN_HZ, PULSE_S, SHOWN_MS = 700, 0.15, 30_000
AT_THE_DESK = "1002"
AT_ONCE = """
async (keys) => {
  for (const key of keys) {
    const options = { bubbles: true, cancelable: true, ...key };
    document.body.dispatchEvent(new KeyboardEvent("keydown", options));
    for (let turn = 0; turn < 100; turn += 1) await null;
  }
}
"""
"""Keys one after the other without a frame between them: the page renders, nothing is painted."""
OWN_CALL = {
    "ticket_id": "t1", "call_id": "c1", "arrived_at": 1.0, "answered_at": 2.0, "ended_at": 3.0,
    "outcome": "answered", "case_type": None, "matter_cause": None, "recording_ref": None,
}  # fmt: skip
VIP, NUISANCE = "13800143001", "13800143002"
LISTS = f"""
vip: {{"{VIP}": {{reason: 市应急指挥中心专线}}}}
nuisance: {{"{NUISANCE}": {{reason: 多次恶意骚扰}}}}
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """1001 answers in the page's phone, 1002 on the screen."""
    folder = tmp_path_factory.mktemp("hall")
    browsers = ("1001", AT_THE_DESK)
    async with open_hall(folder, browsers=browsers, files={"lists.yaml": LISTS}) as hall:
        file = hall.settings.config_dir / "agents.yaml"
        agents = yaml.safe_load(file.read_text(encoding="utf-8"))
        agents["agents"][AT_THE_DESK]["answer"] = "desk"
        file.write_text(yaml.safe_dump(agents, allow_unicode=True), encoding="utf-8")
        headers = {"Authorization": f"Bearer {hall.operator()}"}
        await hall.post("/config/reload", {}, headers)
        await hall.send("PUT", "/queues/general/wrap-up", {"wrap_up_s": 60.0}, headers)
        yield hall


async def test_a_wrap_up_is_lengthened_once_by_key(hall: Hall, desk: DeskPage):
    left = desk.page.locator(".wrap-up-left strong")
    async with hall.calling("13800143003", "0") as citizen:
        await desk.take()
        await citizen.hang_up()
        await desk.wait_state("wrap_up")
    # The clock that is shown goes by whole seconds.
    assert 30 < _seconds(await left.inner_text()) <= 61
    more = desk.page.get_by_role("button", name="延长 30 秒")
    await desk.key("Alt+W")
    await expect(more).to_be_disabled(timeout=SHOWN_MS)
    before = _seconds(await left.inner_text())
    assert 61 < before <= 91

    async def stands_still() -> object:
        now = _seconds(await left.inner_text())
        return None if now < before else f"{now} s left"

    await eventually(stands_still, within_s=30.0, what="the wrap-up is not counted down")
    await desk.key("Alt+Enter")
    await desk.wait_state("ready")


def _seconds(shown: str) -> int:
    minutes, seconds = shown.split(":")
    return 60 * int(minutes) + int(seconds)


async def test_a_pause_has_the_reason_that_is_chosen_by_its_digit(hall: Hall, desk: DeskPage):
    await desk.key("Alt+P")
    dialog = desk.page.get_by_role("dialog")
    first = dialog.locator("button[aria-keyshortcuts='1']")
    reason = (await first.locator("span").inner_text()).strip()
    await desk.key("1")
    await desk.wait_state("paused")
    await expect(dialog).to_have_count(0)
    await desk.shown(f".state-now + p:has-text('{reason}')")
    await desk.key("Alt+R")
    await desk.wait_state("ready")


async def test_a_dialog_that_is_answered_within_a_frame_gives_the_keys_back(
    hall: Hall, desk: DeskPage
):
    await desk.page.evaluate(AT_ONCE, [{"key": "p", "altKey": True}, {"key": "1"}])
    await desk.wait_state("paused")
    await desk.key("Alt+R")
    await desk.wait_state("ready")


async def test_own_calls_that_come_late_are_not_shown_in_place_of_newer_ones(
    hall: Hall, desk: DeskPage
):
    asked, is_asked, let_go = 0, asyncio.Event(), asyncio.Event()

    async def answer(route: Route) -> None:
        nonlocal asked
        asked += 1
        row = {**OWN_CALL, "caller_number": f"1380000000{asked}"}
        if asked == 1:
            is_asked.set()
            await let_go.wait()
        await route.fulfill(json={"calls": [row]})

    await desk.page.route("**/api/v1/agent/calls", answer)
    await desk.key("Alt+H")
    await is_asked.wait()
    await desk.key("Alt+P")
    await desk.shown("dialog")
    await desk.key("1")
    await desk.wait_state("paused")
    row = desk.page.locator(".history tbody tr")
    await expect(row).to_contain_text("13800000002", timeout=SHOWN_MS)
    let_go.set()
    # Answered after the late one, which has been drawn by then if it ever is.
    await desk.page.evaluate(
        "fetch('/api/v1/agent/calls').then(() => new Promise(requestAnimationFrame))"
    )
    await expect(row).to_contain_text("13800000002")
    await desk.key("Alt+H")
    await desk.key("Alt+R")
    await desk.wait_state("ready")


async def test_the_microphone_is_checked_heard_again_and_chosen(hall: Hall, desk: DeskPage):
    await desk.key("Alt+N")
    dialog = desk.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("麦克风正常", timeout=SHOWN_MS)
    options = dialog.get_by_label("麦克风", exact=True).locator("option")
    await expect(options.nth(1)).to_be_attached(timeout=SHOWN_MS)
    await desk.key("Alt+Y")
    await expect(dialog.get_by_role("button", name="正在录音")).to_be_visible()
    await expect(dialog.get_by_role("button", name="录 3 秒试听")).to_be_enabled(timeout=SHOWN_MS)
    await desk.key("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_call_is_declined_by_key_and_the_citizen_waits_on(hall: Hall, desk: DeskPage):
    async with hall.calling("13800143004", "0") as citizen:
        await desk.shown("#answer:not([disabled])")
        await desk.key("Alt+X")
        await desk.gone(".ring")
        await desk.shown(".toast:has-text('已拒接')")
        await desk.wait_state("paused")
        await desk.shown(".state-now + p:has-text('拒接')")
        assert not citizen.has_ended
        await citizen.hang_up()


async def test_who_answers_on_the_screen_is_put_through_at_once(
    hall: Hall, new_context: NewContext, sign_in: SignIn
):
    made = await new_context()
    await sign_in(await made.new_page(), AT_THE_DESK)
    desk = await (await DeskPage.opened(hall, made)).ready()
    async with hall.calling("13800143005", "0") as citizen:
        await desk.shown("#answer:not([disabled])")
        # Nothing rings yet: the page's phone is called once it is accepted here.
        await desk.shown(".lights .badge:has-text('已注册')")
        await desk.key("F2")
        await desk.wait_talk("talking")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, min_s=PULSE_S)
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.wait_state("wrap_up")
        await desk.key("Alt+Enter")
        await desk.wait_state("ready")


@pytest.mark.parametrize(
    ("number", "mark"),
    [(VIP, "重点号码: 市应急指挥中心专线"), (NUISANCE, "骚扰号码: 多次恶意骚扰")],
)
async def test_a_listed_number_is_marked_with_the_reason(
    hall: Hall, desk: DeskPage, number: str, mark: str
):
    async with hall.calling(number, "0") as citizen:
        marks = await desk.shown(".ring .marks")
        assert mark in await marks.inner_text()
        await citizen.hang_up()
        await desk.wait_state("ready")
