"""The pages of settings and prompts in Chromium, against the running service."""

import io
import re
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from ari_app.settings import PROJECT_DIR
from tests.asterisk.hall import Hall
from tests.browser.conftest import SignIn
from tests.browser.settings_page import opened, settings_hall
from tests.recordings.wavs import tone, write_wav

pytestmark = [
    pytest.mark.asterisk, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"),
]  # fmt: skip

AXE = PROJECT_DIR / "ari_app/web/desk_ui/node_modules/axe-core/axe.min.js"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with settings_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


async def violations(page: Page) -> list[str]:
    """What axe has against the page; added past the policy, which would refuse it."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
    )
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found["violations"]]


async def test_an_admin_adds_an_agent_by_the_form_and_comments_stay(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings")
    await page.get_by_role("button", name="新增话务员").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("工号").fill("1009")
    await dialog.get_by_label("姓名").fill('林"><script>晓')
    await dialog.get_by_label("general").check()
    await dialog.get_by_role("button", name=re.compile("保存并生效")).click()
    await expect(dialog).to_be_hidden()
    row = page.get_by_role("row").filter(has_text="1009")
    await expect(row).to_contain_text('林"><script>晓')
    text = hall.settings.agents_file.read_text(encoding="utf-8")
    assert "# 早班" in text
    assert "1009" in text
    assert await violations(page) == []


async def test_a_fault_in_the_text_is_shown_at_its_line_and_not_saved(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings?part=queues")
    editor = page.get_by_role("textbox", name="queues.yaml 的文本")
    await expect(editor).to_contain_text("general")
    before = (hall.settings.config_dir / "queues.yaml").read_text(encoding="utf-8")
    await editor.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("\nno_such_field: 1")
    fault = page.get_by_role("button", name=re.compile("E202"))
    await expect(fault).to_contain_text("queues.yaml:")
    await expect(page.get_by_role("button", name=re.compile("保存并生效"))).to_be_disabled()
    assert (hall.settings.config_dir / "queues.yaml").read_text(encoding="utf-8") == before
    await page.get_by_role("button", name="撤销全部修改").click()
    await expect(fault).to_be_hidden()


async def test_the_year_shows_holidays_and_make_up_days_in_both_languages(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings?part=holidays")
    await page.get_by_role("button", name="2026", exact=True).click()
    await expect(page.get_by_title("放假：春节")).to_have_count(9)
    await expect(page.get_by_title("上班：春节")).to_have_count(2)
    assert await violations(page) == []
    await page.get_by_role("button", name="English", exact=True).click()
    await expect(page.get_by_role("heading", name="Holidays", exact=True)).to_be_visible()


async def test_prompts_show_what_is_missing_and_refuse_a_bad_recording(
    hall: Hall, page: Page, sign_in: SignIn, tmp_path: Path
):
    await opened(hall, page, sign_in, "prompts")
    await page.get_by_label("显示语种").select_option("yue")
    await page.get_by_label("只看缺录音的").check()
    row = page.get_by_role("row").filter(has_text="goodbye")
    await expect(row).to_contain_text("缺录音")
    assert await violations(page) == []
    await row.get_by_role("button", name="上传").click()
    dialog = page.get_by_role("dialog")
    quiet = write_wav(tmp_path / "quiet.wav", tone(1.0, 16_000, 300.0, 0.0008), 16_000)
    await dialog.locator("input[type=file]").set_input_files(quiet)
    await expect(dialog).to_contain_text("偏小")
    await dialog.get_by_role("button", name=re.compile("上传并使用")).click()
    await expect(dialog).to_contain_text("几乎没有声音")
    assert not (hall.settings.prompts_dir / "studio/yue/goodbye.wav").exists()


async def test_a_good_recording_is_taken_and_can_be_listened_to(
    hall: Hall, page: Page, sign_in: SignIn, tmp_path: Path
):
    await opened(hall, page, sign_in, "prompts")
    await page.get_by_label("显示语种").select_option("yue")
    row = page.get_by_role("row").filter(has_text="please_hold")
    listen = row.get_by_role("button", name="试听")
    await expect(listen).to_be_disabled()
    await row.get_by_role("button", name="上传").click()
    dialog = page.get_by_role("dialog")
    good = write_wav(tmp_path / "good.wav", tone(2.0, 48_000, 300.0, 0.3), 48_000)
    await dialog.locator("input[type=file]").set_input_files(good)
    await dialog.get_by_role("button", name=re.compile("上传并使用")).click()
    await expect(dialog).to_contain_text("已启用")
    await dialog.get_by_role("button", name="关闭").click()
    await expect(row).to_contain_text("录音棚")
    async with page.expect_response(re.compile("/please_hold/sound")) as fetched:
        await listen.click()
    sound = await (await fetched.value).body()
    with wave.open(io.BytesIO(sound)) as heard:
        assert 1.5 < heard.getnframes() / heard.getframerate() < 2.5
