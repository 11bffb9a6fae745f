"""The forms of settings in Chromium: each adds and takes away one entry of its file, and text that
is not saved is not lost to them."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.asterisk.hall import Hall
from tests.browser.conftest import SignIn
from tests.browser.settings_page import opened, settings_hall, written

pytestmark = [
    pytest.mark.asterisk, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"),
]  # fmt: skip

SAVE = re.compile("保存并生效")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with settings_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


async def add(page: Page, what: str, fields: dict[str, str]) -> None:
    await page.get_by_role("button", name=what, exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, text in fields.items():
        await dialog.get_by_label(label, exact=True).fill(text)
    await dialog.get_by_role("button", name=SAVE).click()
    await expect(dialog).to_be_hidden()


async def take_away(page: Page, name: str) -> None:
    await page.get_by_title(f"删除 {name}", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("立即生效")
    await dialog.get_by_role("button", name="删除", exact=True).click()
    await expect(dialog).to_be_hidden()


@pytest.mark.parametrize(
    ("part", "file", "what", "fields"),
    [
        ("numbers", "numbers", "新增可转接号码",
         {"名称": "water", "号码": "8005", "显示名称": "供水集团"}),
        ("lists", "lists", "新增重要来电", {"来电号码": "057188880009", "原因": "防汛专线"}),
        ("lists", "lists", "新增骚扰来电",
         {"来电号码": "13900000009", "原因": "经审批限制", "有效期至": "2027-06-30"}),
        ("skills", "queues", "新增技能", {"技能": "vi", "显示名称": "Tiếng Việt"}),
        ("hours", "hours", "新增服务时间",
         {"时间表": "harbour", "显示名称": "港区", "周六": "09:00-12:00"}),
        ("queues", "queues", "新增队列", {"队列": "harbour_desk", "显示名称": "港区专席"}),
    ],
)  # fmt: skip
async def test_an_entry_is_added_and_taken_away_and_the_rest_stays_as_it_was(
    hall: Hall, page: Page, sign_in: SignIn,
    part: str, file: str, what: str, fields: dict[str, str],
):  # fmt: skip
    await opened(hall, page, sign_in, f"settings?part={part}")
    name, *texts = fields.values()
    before = written(hall, file)
    await add(page, what, fields)
    row = page.get_by_role("row").filter(has_text=name)
    for text in texts:
        await expect(row).to_contain_text(text)
        assert text in written(hall, file)
    await take_away(page, name)
    await expect(row).to_have_count(0)
    assert written(hall, file).split() == before.split()


async def test_a_holiday_is_asked_about_before_it_goes(hall: Hall, page: Page, sign_in: SignIn):
    await opened(hall, page, sign_in, "settings?part=holidays")
    await page.get_by_role("button", name="2026", exact=True).click()
    await add(page, "新增节假日", {"节日": "开渔节", "从": "09-16"})
    row = page.get_by_role("table").last.get_by_role("row").filter(has_text="开渔节")
    await expect(row).to_contain_text("09-16")
    await page.get_by_title("删除 开渔节").click()
    await page.get_by_role("dialog").get_by_role("button", name="关闭").click()
    assert "开渔节" in written(hall, "holidays")
    await take_away(page, "开渔节")
    await expect(row).to_have_count(0)
    assert "开渔节" not in written(hall, "holidays")


async def changed_by_another(hall: Hall, page: Page, path: str, value: object) -> None:
    """Another admin's save, which this page hears nothing of."""
    url = hall.settings.web_url
    answer = await page.request.put(
        f"{url}/api/v1/config/{path}", data={"value": value},
        headers={"Origin": url, "If-Match": "*"},
    )  # fmt: skip
    assert answer.ok, await answer.text()


async def refused_until_opened_again(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    save = dialog.get_by_role("button", name=SAVE)
    await save.click()
    await expect(dialog.get_by_role("alert")).to_contain_text("请关闭后重新打开")
    await expect(save).to_be_disabled()
    await page.keyboard.press("Alt+S")
    await dialog.get_by_role("button", name="关闭").click()
    await expect(dialog).to_be_hidden()


async def test_another_admins_change_of_an_entry_is_not_overwritten_by_pressing_save_again(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings?part=numbers")
    await add(page, "新增可转接号码", {"名称": "water", "号码": "8005", "显示名称": "供水集团"})
    await page.get_by_title("修改 water").click()
    other = {"number": "8006", "label": "供水热线", "kind": "department"}
    await changed_by_another(hall, page, "numbers/numbers/water", other)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("显示名称").fill("自来水公司")
    await refused_until_opened_again(page)
    assert "供水热线" in written(hall, "numbers")

    await page.get_by_title("修改 water").click()
    await expect(dialog.get_by_label("号码", exact=True)).to_have_value("8006")
    await dialog.get_by_label("显示名称").fill("自来水公司")
    await dialog.get_by_role("button", name=SAVE).click()
    await expect(dialog).to_be_hidden()
    assert "自来水公司" in written(hall, "numbers")
    assert "8006" in written(hall, "numbers")
    await take_away(page, "water")


async def test_another_admins_change_of_a_holiday_is_not_overwritten_by_pressing_save_again(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings?part=holidays")
    await page.get_by_role("button", name="2026", exact=True).click()
    await add(page, "新增节假日", {"节日": "开渔节", "从": "09-16"})
    await page.get_by_title("修改 开渔节").click()
    url = f"{hall.settings.web_url}/api/v1/config/holidays"
    year = (await (await page.request.get(url)).json())["data"]["years"]["2026"]
    year["holidays"]["开渔节"] = {"from": "09-16", "to": "09-17"}
    await changed_by_another(hall, page, "holidays/years/2026", year)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("从", exact=True).fill("09-15")
    await refused_until_opened_again(page)

    await page.get_by_title("修改 开渔节").click()
    await expect(dialog.get_by_label("至", exact=True)).to_have_value("09-17")
    await dialog.get_by_role("button", name="关闭").click()
    await take_away(page, "开渔节")


async def test_unsaved_text_outlives_another_part_and_a_form_that_is_saved_beside_it(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings?part=queues")
    editor = page.get_by_role("textbox", name="queues.yaml 的文本")
    save = page.locator(".settings-yaml").get_by_role("button", name=SAVE)
    overtaken = page.get_by_role("alert").filter(has_text="文件在您修改期间已更新")
    await editor.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("\n# 我的修改")
    await expect(save).to_be_enabled()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+5")
    await expect(page.get_by_role("heading", name="服务时间")).to_be_visible()
    await expect(page.get_by_label("生效状态")).to_contain_text("有未保存的文字：queues.yaml")
    await page.keyboard.press("Alt+2")
    await editor.click()
    await page.keyboard.press("Control+End")  # only what is in sight is in the page
    await expect(editor).to_contain_text("# 我的修改")

    await page.keyboard.press("Escape")
    await add(page, "新增队列", {"队列": "harbour_desk"})
    await expect(overtaken).to_be_visible()
    await expect(editor).to_contain_text("# 我的修改")
    await expect(save).to_be_disabled()
    await page.get_by_role("button", name="改用新的文件").click()
    await expect(overtaken).to_have_count(0)
    await expect(editor).not_to_contain_text("# 我的修改")
    await take_away(page, "harbour_desk")


async def test_kept_text_is_saved_over_a_file_that_changed_meanwhile(
    hall: Hall, page: Page, sign_in: SignIn
):
    await opened(hall, page, sign_in, "settings?part=skills")
    editor = page.get_by_role("textbox", name="queues.yaml 的文本")
    save = page.locator(".settings-yaml").get_by_role("button", name=SAVE)
    await editor.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("\n# 我的修改")
    await add(page, "新增技能", {"技能": "vi", "显示名称": "Tiếng Việt"})
    await page.get_by_role("button", name="保留我的文字").click()
    await save.click()
    await expect(page.get_by_text("未保存", exact=True)).to_have_count(0)
    assert "# 我的修改" in written(hall, "queues")
    assert "Tiếng Việt" not in written(hall, "queues")


async def test_a_check_that_fails_keeps_nobody_from_saving(hall: Hall, page: Page, sign_in: SignIn):
    await opened(hall, page, sign_in, "settings?part=numbers")
    editor = page.get_by_role("textbox", name="numbers.yaml 的文本")
    panel = page.locator(".settings-yaml")
    await page.route("**/config/numbers/check", lambda route: route.abort())
    await editor.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("\n# 号码已核对")
    await expect(panel.get_by_role("alert")).to_contain_text("无法连接服务")
    await panel.get_by_role("button", name=SAVE).click()
    await expect(panel.get_by_text("未保存", exact=True)).to_have_count(0)
    assert "# 号码已核对" in written(hall, "numbers")
