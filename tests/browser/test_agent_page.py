"""An agent works at the page: real Chromium, real Asterisk, real sound."""

import time

import pytest
from playwright.async_api import BrowserContext

from ari_app.softphone.hearing import Ear
from ari_app.softphone.phone import Mode
from tests.asterisk.hall import Desk, Hall, eventually, recorded_s
from tests.browser.conftest import MICROPHONE_HZ, NewContext, SignIn
from tests.browser.desk_page import DeskPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

CITIZEN_HZ, COLLEAGUE_HZ = 700, 1100
PULSE_S = 0.15
"""Of the microphone's tone, which comes and goes."""


async def test_an_agent_signs_in_sees_who_calls_before_the_answer_and_both_hear_each_other(
    hall: Hall, new_context: NewContext
):
    desk = await (await DeskPage.signed_in(hall, await new_context(), "1001")).ready()
    async with hall.calling("13800140001", "0") as citizen:
        ring = await desk.shown(".ring")
        assert await desk.page.locator(".call").count() == 0
        said = await ring.inner_text()
        for words in (
            "13800140001",
            "北京",
            "12345",
            "按键 0",
            "综合队列",
            "普通话",
            "已等待",
            "近 30 天来电",
        ):
            assert words in said, f"{words} is not in {said}"
        await desk.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, min_s=PULSE_S)
        await desk.shown(".quality[data-one-way=none]")
        await desk.fill(
            caller_name="王小明",
            matter_address="解放路 12 号",
            matter_cause="路灯不亮",
            matter_course="自上周起，三盏路灯不亮。",
        )
        await desk.page.select_option("#ticket-case_type", "投诉")
        await desk.page.select_option("#ticket-urgency", "急")
        await desk.wait_kept("kept")
        await desk.key("Alt+S")
        await desk.wait_kept("saved")
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.wait_state("ready")
        await desk.key("Alt+0")
        await desk.shown("input[autocomplete=username]")
    ticket = await hall.ticket("13800140001")
    wanted = {
        "caller_name": "王小明", "matter_address": "解放路 12 号", "matter_cause": "路灯不亮",
        "matter_course": "自上周起，三盏路灯不亮。", "case_type": "投诉", "urgency": "急",
        "agent_id": "1001", "who_hung_up": "agent",
    }  # fmt: skip
    assert {name: ticket[name] for name in wanted} == wanted
    heard = recorded_s(await hall.recording("13800140001"), [CITIZEN_HZ, MICROPHONE_HZ])
    assert heard[CITIZEN_HZ] > 0.3
    assert heard[MICROPHONE_HZ] > 0.3


async def test_hold_mute_and_pause_do_what_their_keys_say(hall: Hall, desk: DeskPage):
    async with hall.calling("13800140002", "0") as citizen:
        await desk.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        await desk.key("F9")
        await desk.wait_talk("held")
        await desk.hears_no_more(CITIZEN_HZ)
        await desk.key("F9")
        await desk.wait_talk("talking")
        await desk.hears(CITIZEN_HZ)
        await desk.key("F8")
        await desk.shown("text=已静音")
        await _silent(citizen.rtp)
        await desk.key("F8")
        await desk.gone("text=已静音")
        since = time.time()
        await citizen.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, since=since, min_s=PULSE_S)
        await desk.key("Alt+L")
        await desk.shown("text=录音暂停")
        await desk.key("Alt+L")
        await desk.shown("text=录音中")
        await citizen.hang_up()
    assert (await hall.ticket("13800140002"))["recording_gaps"]


async def test_words_that_nobody_saved_go_into_the_ticket_when_the_wrap_up_ends(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800140003", "0") as citizen:
        await desk.take()
        await desk.fill(matter_cause="噪音扰民")
        await citizen.hang_up()
        await desk.wait_state("ready")
    await _ticket_has(hall, "13800140003", matter_cause="噪音扰民")


async def test_a_reload_during_a_call_brings_back_the_draft_and_the_citizen(
    hall: Hall, desk: DeskPage, long_wrap_up: None
):
    async with hall.calling("13800140004", "0") as citizen:
        await desk.take()
        await desk.fill(matter_cause="井盖松动")
        await desk.page.reload()
        await desk.wait_state("wrap_up")
        await desk.wait_value("matter_cause", "井盖松动")
        await desk.wait_phone()
        await desk.key("Alt+Enter")
        # The citizen was not hung up on: they are the first in the line and ring again.
        await desk.take()
        await desk.wait_value("matter_cause", "井盖松动")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        await citizen.hang_up()
        await desk.wait_state("wrap_up")
        await desk.key("Alt+Enter")
        await desk.wait_state("ready")
    await _ticket_has(hall, "13800140004", matter_cause="井盖松动")


async def test_a_cut_network_ends_no_talk_and_the_page_says_what_is_true(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800140005", "0") as citizen:
        await desk.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.page.context.set_offline(True)
        await desk.cut_sockets()
        await desk.shown(".banner-bad")
        assert "通话不受影响" in await desk.text(".banner")
        await desk.fill(matter_cause="断网时输入")
        await desk.hears(CITIZEN_HZ)
        await desk.page.context.set_offline(False)
        await desk.wait_phone()
        await desk.wait_talk("talking")
        await desk.wait_kept("kept")
        await desk.hears(CITIZEN_HZ)
        await citizen.hang_up()
        await desk.wait_state("ready")
    await _ticket_has(hall, "13800140005", matter_cause="断网时输入")


async def test_a_service_that_starts_again_ends_no_talk_and_the_page_comes_back(
    hall: Hall, desk: DeskPage
):
    async with hall.calling("13800140010", "0") as citizen:
        await desk.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.fill(matter_cause="服务重启前")
        await desk.wait_kept("kept")
        await eventually(lambda: hall.stored("1001", "talking"), within_s=30.0, what="not stored")
        await hall.kill_service()
        await desk.shown(".banner-bad")
        await desk.fill(matter_cause="服务停止时")
        await desk.wait_kept("local")
        await desk.hears(CITIZEN_HZ)
        await hall.start_service()
        await desk.wait_phone(within_s=90.0)
        await desk.wait_talk("talking")
        await desk.wait_kept("kept")
        await desk.hears(CITIZEN_HZ)
        await citizen.hang_up()
        await desk.wait_state("ready")
    await _ticket_has(hall, "13800140010", matter_cause="服务停止时")


async def test_with_a_desk_phone_a_reload_shows_the_whole_call_again(
    hall: Hall, new_context: NewContext, sign_in: SignIn
):
    made = await new_context()
    await sign_in(await made.new_page(), "1003")
    desk = await DeskPage.opened(hall, made)
    await desk.key("Alt+R")
    await desk.wait_state("ready")
    async with hall.phone("1003", Mode.WAIT) as phone, hall.calling("13800140011", "3") as citizen:
        await desk.shown("text=请在话机上接听")
        await phone.wait_ringing()
        await phone.answer()
        await desk.wait_talk("talking")
        await desk.fill(matter_cause="英文来电")
        await desk.key("F9")
        await desk.wait_talk("held")
        await desk.page.reload()
        await desk.wait_talk("held")
        said = await desk.text(".call")
        for words in ("13800140011", "英语", "按键 3 → 英语", "已等待"):
            assert words in said, f"{words} is not in {said}"
        await desk.wait_value("matter_cause", "英文来电")
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.wait_state("ready")
    await _ticket_has(hall, "13800140011", matter_cause="英文来电")


async def test_a_closed_tab_loses_nothing_that_was_typed(
    hall: Hall, desk: DeskPage, context: BrowserContext, long_wrap_up: None
):
    async with hall.calling("13800140006", "0") as citizen:
        await desk.take()
        await desk.page.focus("#ticket-matter_course")
        await desk.page.keyboard.type("市民说：楼道灯坏了", delay=5)
        await desk.page.close()
        again = await DeskPage.opened(hall, context)
        await again.wait_value("matter_course", "市民说：楼道灯坏了")
        await again.wait_phone()
        await again.key("Alt+Enter")
        await again.wait_kept("saved")
        # The citizen was not hung up on: they ring again, at the same ticket.
        await again.take()
        await again.wait_value("matter_course", "市民说：楼道灯坏了")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await again.hears(CITIZEN_HZ)
        await citizen.hang_up()
        await again.wait_state("wrap_up")
        await again.key("Alt+Enter")
        await again.wait_state("ready")
        await again.page.close()


async def test_another_browser_finds_what_was_typed_a_moment_ago(
    hall: Hall, desk: DeskPage, new_context: NewContext, sign_in: SignIn
):
    async with hall.calling("13800140007", "0") as citizen:
        await desk.take()
        await desk.fill(matter_cause="两处输入")
        await desk.wait_kept("kept")
        other = await new_context()
        await sign_in(await other.new_page(), "1001")
        second = await DeskPage.opened(hall, other)
        await second.wait_value("matter_cause", "两处输入")
        await citizen.hang_up()


async def test_own_calls_are_listed_with_their_recordings(hall: Hall, desk: DeskPage):
    async with hall.calling("13800140012", "0") as citizen:
        await desk.take()
        citizen.rtp.play_tone(CITIZEN_HZ)
        await desk.hears(CITIZEN_HZ)
        await desk.key("F4")
        await citizen.wait_ended()
        await desk.wait_state("ready")
    await hall.recording("13800140012")
    await desk.key("Alt+H")
    row = await desk.shown("tr:has-text('13800140012')")
    await row.locator("button:has-text('收听')").click()
    await desk.shown(".history canvas")
    await row.locator("button:has-text('打开')").click()
    await desk.shown("form[data-ticket]")


async def test_a_second_tab_takes_over_and_the_first_says_so(
    hall: Hall, desk: DeskPage, context: BrowserContext
):
    second = await DeskPage.opened(hall, context)
    await desk.shown(".banner-bad")
    assert "另一处打开" in await desk.text(".banner")
    await second.ready()
    async with hall.calling("13800140008", "0") as citizen:
        await second.take()
        assert await desk.page.locator(".ring, .call").count() == 0
        await citizen.hang_up()
        await second.wait_state("ready")
    await desk.page.click(".banner button")
    await second.shown(".banner-bad")
    await desk.wait_phone()
    await second.page.close()


async def test_a_colleague_is_consulted_joined_and_left_with_the_citizen(
    hall: Hall, desk: DeskPage
):
    colleague = await hall.desk("1003")
    await _paused(colleague)
    async with hall.phone("1003") as phone, hall.calling("13800140009", "0") as citizen:
        await desk.take()
        await colleague.ready()
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(COLLEAGUE_HZ)
        await _choose(desk, "Alt+C", "1003")
        await desk.wait_talk("consulting")
        await desk.hears(COLLEAGUE_HZ)
        await desk.hears_no_more(CITIZEN_HZ)
        await desk.key("Alt+1")
        await desk.wait_talk("joined")
        await desk.hears(CITIZEN_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
        await desk.key("Alt+G")
        await desk.gone(".call")
        await citizen.rtp.wait_heard(COLLEAGUE_HZ, within_s=30.0)
        await citizen.hang_up()
        await colleague.wait("call_ended", within_s=30.0)
    assert (await hall.ticket("13800140009"))["outcome"] == "answered"


async def _choose(desk: DeskPage, key: str, name: str) -> None:
    """Whom the dialog of this key is to call."""
    await desk.key(key)
    await desk.page.fill("dialog input", name)
    await desk.shown(f"dialog li:has-text('{name}') button:not([disabled])")
    await desk.key("Enter")


async def _paused(colleague: Desk) -> None:
    """So that the call is not the colleague's own."""
    await colleague.post("/agent/not-ready", {"reason": "rest"})


async def _silent(ear: Ear) -> None:
    """For so long that two pulses of the microphone's tone would have been heard."""
    since = time.time() + 0.5

    async def is_early() -> object:
        return "too early" if time.time() < since + 1.5 else None

    await eventually(is_early, within_s=120.0, what="time stands still")
    assert not ear.heard(MICROPHONE_HZ, since=since, min_s=PULSE_S)


async def _ticket_has(hall: Hall, number: str, **wanted: str) -> None:
    async def differs() -> object:
        ticket = await hall.ticket(number)
        return {name: ticket[name] for name in wanted if ticket[name] != wanted[name]} or None

    await eventually(differs, within_s=30.0, what=f"ticket of {number}")
