"""What a supervisor switches on the board, in a real browser: agents, wrap-ups, the surge, the
emergency announcement, the wall."""

import pytest
from playwright.async_api import expect

from ari_app.settings import PROJECT_DIR
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall
from tests.browser.board_page import BOSS, SHOWN_MS, Board, wait_audited

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]
BROWSERS = (BOSS,)

ANNOUNCED = PROJECT_DIR / "config" / "prompts" / "zh_CN" / "emergency_notice.sln"


async def test_a_supervisor_orders_a_state_with_a_reason(hall: Hall, board: Board):
    page, desk = board.page, await hall.desk("1001")
    await page.locator('[data-agent="1001"]').click(timeout=SHOWN_MS)
    dialog = page.get_by_role("dialog")
    do = dialog.get_by_role("button", name="执行")
    await expect(do).to_be_disabled()
    await page.locator("#force-reason").fill("培训")
    await do.click()
    forced = await desk.wait("forced", within_s=30.0)
    assert (forced["state"], forced["by"], forced["is_after_call"]) == ("paused", BOSS, False)
    await desk.wait_state("paused", within_s=30.0, reason="training")
    row = page.locator(".board-agents tbody tr", has_text="1001")
    await expect(row).to_contain_text("培训", timeout=SHOWN_MS)
    await wait_audited(board, "PUT /api/v1/agents/{agent_id}/state", "1001")


async def test_surge_mode_goes_on_and_off_for_everybody(hall: Hall, board: Board):
    page, desk = board.page, await hall.desk("1001")
    await page.get_by_role("button", name="应急模式").click()
    await page.locator("#surge-on").click(timeout=SHOWN_MS)
    await expect(page.locator(".alert-warn")).to_contain_text("应急模式", timeout=SHOWN_MS)
    assert (await desk.wait("surge", within_s=30.0))["on"] is True
    await page.get_by_role("button", name="应急模式").click()
    await page.locator("#surge-off").click(timeout=SHOWN_MS)
    await expect(page.locator(".alert-warn")).to_have_count(0, timeout=SHOWN_MS)
    await wait_audited(board, "DELETE /api/v1/surge", "")


async def test_the_length_of_wrap_ups_is_changed_for_a_queue_and_an_agent(hall: Hall, board: Board):
    page, desk = board.page, await hall.desk("1001")
    await page.keyboard.press("w")
    dialog = page.get_by_role("dialog")
    row = dialog.get_by_role("row", name="综合")
    await expect(row).to_contain_text("队列配置", timeout=SHOWN_MS)
    await dialog.get_by_label("队列").select_option("general")
    await dialog.get_by_label("秒").fill("45")
    await dialog.get_by_role("button", name="设定").click()
    await expect(row).to_contain_text("45", timeout=SHOWN_MS)
    await expect(row).to_contain_text("班长设定")
    await dialog.get_by_role("button", name="按配置恢复").click()
    await expect(row).to_contain_text("队列配置", timeout=SHOWN_MS)
    await page.keyboard.press("Escape")

    await page.locator('[data-agent="1001"]').click(timeout=SHOWN_MS)
    own = dialog.get_by_role("group", name="此坐席的整理时长")
    await own.get_by_label("秒").fill("7")
    await own.get_by_role("button", name="设定").click()
    await expect(page.locator(".toast", has_text="7")).to_be_visible(timeout=SHOWN_MS)
    async with hall.phone("1001"), hall.calling("13800138611", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
        await desk.wait_state("wrap_up", within_s=30.0)
        row = await desk.state()
        assert round(row["until"] - row["since"]) == 7
        await desk.post("/agent/ready")
    await own.get_by_role("button", name="按队列").click()
    await expect(page.locator(".toast", has_text="队列")).to_be_visible(timeout=SHOWN_MS)


async def test_an_emergency_announcement_is_chosen_heard_and_ended(hall: Hall, board: Board):
    page = board.page
    button = page.get_by_role("button", name="应急公告")
    await page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    chosen = dialog.get_by_label("公告", exact=True)
    await expect(chosen).to_have_value("emergency_notice", timeout=SHOWN_MS)
    await expect(dialog).to_contain_text("应急期间来电较多")
    await expect(page.locator("#emergency-on")).to_be_disabled()
    await dialog.get_by_role("checkbox").check()
    await page.locator("#emergency-on").click()
    await expect(button).to_have_attribute("aria-pressed", "true", timeout=SHOWN_MS)
    async with hall.calling("13800138612") as citizen:
        assert await wait_prompt(citizen.rtp, ANNOUNCED, 60.0)
        await citizen.hang_up()
    await page.keyboard.press("e")
    await page.locator("#emergency-off").click(timeout=SHOWN_MS)
    await expect(button).to_have_attribute("aria-pressed", "false", timeout=SHOWN_MS)
    await wait_audited(board, "DELETE /api/v1/emergency", "")


async def test_the_board_on_the_wall_stays_there_after_a_reload(board: Board):
    page = board.page
    await expect(page.locator(".board-wall")).to_have_count(0)
    await page.keyboard.press("b")
    await expect(page.locator(".board-wall")).to_be_visible(timeout=SHOWN_MS)
    await page.reload()
    await expect(page.locator(".board-wall")).to_be_visible(timeout=SHOWN_MS)
