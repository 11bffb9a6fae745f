"""What an agent does with the ticket while talking, in a real browser: units, repeats, marks, two
people's words, keys that are sent, the survey."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import expect

from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall
from tests.browser.desk_page import DeskPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

COLLEAGUE_HZ = 1100
SHOWN_MS = 30_000


async def test_units_are_looked_for_and_given_the_ticket(hall: Hall, desk: DeskPage):
    page, number = desk.page, "13800142001"
    async with hall.calling(number, "0") as citizen:
        await desk.take()
        await desk.fill(matter_cause="小区路灯不亮", matter_address="解放路1号")
        await page.select_option("#ticket-case_type", "求助")
        await desk.key("Alt+M")
        dialog = page.get_by_role("dialog")
        looked = dialog.get_by_role("searchbox")
        await looked.fill("住房")
        await dialog.get_by_role("checkbox").check(timeout=SHOWN_MS)
        await looked.fill("03")
        await dialog.get_by_role("checkbox", name="市卫生健康").check(timeout=SHOWN_MS)
        await desk.key("Alt+Enter")
        orders = page.locator(".ticket p", has_text="已派单")
        await expect(orders).to_have_count(2, timeout=SHOWN_MS)
        await expect(orders.first).to_contain_text("市住房")
        await citizen.hang_up()
        await desk.wait_state("ready")
    row = await hall.ticket(number)
    assert (row["matter_cause"], row["case_type"]) == ("小区路灯不亮", "求助")
    assert row["dispatched_at"] is not None


async def test_a_second_call_about_the_same_is_joined_to_the_first(hall: Hall, desk: DeskPage):
    page, number = desk.page, "13800142002"
    async with hall.calling(number, "0") as citizen:
        await desk.take()
        await desk.fill(matter_cause="解放路路灯不亮")
        await desk.shown(".ticket button[type=submit]:not([disabled])")
        await desk.key("Alt+S")
        await desk.wait_kept("saved")
        first = await page.get_attribute("[data-ticket]", "data-ticket")
        await citizen.hang_up()
        await desk.wait_state("ready")
    async with hall.calling(number, "0") as citizen:
        await expect(page.locator(".ring")).to_contain_text("解放路路灯不亮", timeout=SHOWN_MS)
        await desk.take()
        likely = page.locator(".repeats li", has_text="解放路路灯不亮")
        join = likely.get_by_role("button", name="并入")
        await expect(join).to_be_enabled(timeout=SHOWN_MS)
        await desk.key("Alt+A")
        await desk.shown(f".ticket-head:has-text('已并入 {first}')")
        second = await page.get_attribute("[data-ticket]", "data-ticket")
        await citizen.hang_up()
        await desk.wait_state("ready")
    tickets = await _tickets(hall, number)
    assert tickets[second]["repeat_of"] == first
    assert tickets[first]["repeat_of"] is None


async def test_urgent_and_confidential_are_marked_and_unmarked_by_key(hall: Hall, desk: DeskPage):
    number = "13800142003"
    async with hall.calling(number, "0") as citizen:
        await desk.take()
        for key, name in (("Alt+U", "标记紧急"), ("Alt+I", "标记保密")):
            button = desk.page.get_by_role("button", name=name)
            await desk.key(key)
            await expect(button).to_have_attribute("aria-pressed", "true", timeout=SHOWN_MS)
        await desk.wait_value("urgency", "紧急")
        await desk.key("Alt+I")
        await expect(button).to_have_attribute("aria-pressed", "false", timeout=SHOWN_MS)
        await citizen.hang_up()
        await desk.wait_state("ready")
    row = await hall.ticket(number)
    assert (row["urgency"], row["confidential"]) == ("紧急", False)


async def test_two_people_who_write_the_same_field_are_shown_both(hall: Hall, desk: DeskPage):
    page, number = desk.page, "13800142004"
    async with hall.calling(number, "0") as citizen:
        await desk.take()
        ticket = await page.get_attribute("[data-ticket]", "data-ticket")
        await desk.fill(matter_cause="我写的")
        boss = await hall.desk("1005", ready=False)
        version = (await hall.get(f"/tickets/{ticket}", boss.headers))["version"]
        await hall.send(
            "PATCH", f"/tickets/{ticket}", {"matter_cause": "班长写的"},
            {**boss.headers, "If-Match": f'"{version}"'},
        )  # fmt: skip
        await desk.key("Alt+S")
        met = page.locator(".conflict [data-field=matter_cause]")
        await expect(met).to_contain_text("我写的", timeout=SHOWN_MS)
        await expect(met).to_contain_text("班长写的")
        await desk.key("Alt+S")
        await desk.shown(".toast:has-text('请先对每一项选择')")
        assert (await hall.get(f"/tickets/{ticket}", boss.headers))["matter_cause"] == "班长写的"
        await desk.key("Alt+2")
        await desk.gone(".conflict")
        await desk.key("Alt+S")
        await desk.wait_kept("saved")
        await citizen.hang_up()
        await desk.wait_state("ready")
    assert (await hall.ticket(number))["matter_cause"] == "我写的"


async def test_keys_are_sent_to_the_other_side(hall: Hall, desk: DeskPage):
    async with hall.calling("13800142005", "0") as citizen:
        await desk.take()
        await desk.key("Alt+K")
        await desk.page.get_by_role("dialog").get_by_role("button", name="4").click()
        for key in "2", "Shift+Digit8", "Shift+Digit3":
            await desk.key(key)
        await citizen.rtp.wait_digits("42*#", within_s=30.0)
        await desk.key("Escape")
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_the_citizen_is_sent_to_the_survey_by_one_key(hall: Hall, desk: DeskPage):
    number = "13800142006"
    async with hall.calling(number, "0") as citizen:
        await desk.take()
        await desk.key("Alt+V")
        await desk.gone(".call")
        asked = hall.settings.prompts_dir / "zh_CN" / "survey_ask.sln"
        assert await wait_prompt(citizen.rtp, asked, 60.0)
        await citizen.press("5")
        await citizen.wait_ended(within_s=60.0)
        await desk.wait_state("ready")
    row = await hall.ticket(number)
    assert (row["outcome"], row["survey_score"]) == ("answered", 5)


async def test_a_queue_is_consulted_and_whoever_is_free_there_answers(hall: Hall, desk: DeskPage):
    colleague = await hall.desk("1003")
    async with hall.phone("1003") as phone, hall.calling("13800142007", "0") as citizen:
        await colleague.post("/agent/not-ready", {"reason": "rest"})
        await desk.take()
        await colleague.ready()
        phone.rtp.play_tone(COLLEAGUE_HZ)
        await desk.key("Alt+C")
        await desk.page.fill("dialog input", "政企")
        await desk.shown("dialog li:has-text('政企') button:not([disabled])")
        await desk.key("Enter")
        await desk.wait_talk("consulting")
        await desk.hears(COLLEAGUE_HZ)
        await desk.key("Alt+B")
        await desk.wait_talk("talking")
        await colleague.wait("call_ended", within_s=30.0)
        await citizen.hang_up()
        await desk.wait_state("ready")


async def _tickets(hall: Hall, number: str) -> dict[str, Mapping[str, Any]]:
    async with hall.reading() as repo:
        return {row.ticket_id: row.fields for row in await repo.recent_tickets(number, 0.0)}
