"""The studio in Chromium: an admin breaks a tree, sees the line, mends it, callers hear it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Page, Route, expect

from ari_app.reports.period import SHANGHAI
from ari_app.settings import PROJECT_DIR
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall, open_hall
from tests.browser.conftest import SignIn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
]

ADMIN, LONG_MS = "1004", 120_000
TREE = """\
# 一个小流程，注释和格式都要保留
flow:   main
start: hello
last_resort: anybody
nodes:
  hello: {type: say, prompts: [notice_greeting], next: anybody}   # 欢迎语

  anybody: {type: queue, queue: general}
"""
BROKEN = TREE.replace("next: anybody}", "next: anybdy}")
MENDED = TREE.replace("[notice_greeting]", "[wrong_key]")
PROVED_BAD = """\
flow: main
start: hello
last_resort: anybody
nodes:
  hello: {type: menu, prompts: [wrong_key], keys: {1: police}, on_no_key: {next: anybody}}
  police: {type: transfer, to: "110", on_busy: bye}
  bye: {type: hangup, prompts: [goodbye]}
  anybody: {type: queue, queue: general}
"""
TRIED = TREE.replace("[notice_greeting]", "[goodbye]")
HEARD = PROJECT_DIR / "config" / "prompts" / "zh_CN" / "wrong_key.sln"
PASTE = """(element, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const options = {clipboardData, bubbles: true, cancelable: true};
  element.dispatchEvent(new ClipboardEvent("paste", options));
}"""
AXE = PROJECT_DIR / "ari_app" / "web" / "desk_ui" / "node_modules" / "axe-core" / "axe.min.js"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    async with open_hall(folder, tree=TREE, admins=[ADMIN]) as hall:
        yield hall


@contextlib.contextmanager
def nothing_blocked(page: Page) -> Iterator[None]:
    """The policy of the page had nothing to forbid."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(message.text)

    page.on("console", note)
    yield
    assert not said


@pytest_asyncio.fixture(loop_scope="module")
async def studio(hall: Hall, page: Page, sign_in: SignIn) -> AsyncIterator[Page]:
    main_file(hall).write_text(TREE, encoding="utf-8")
    await page.set_viewport_size({"width": 1366, "height": 768})
    await sign_in(page, ADMIN)
    with nothing_blocked(page):
        await page.goto(f"{hall.settings.web_url}/studio")
        await expect(page.locator(".picture svg")).to_be_visible(timeout=LONG_MS)
        yield page


def main_file(hall: Hall) -> Path:
    return hall.settings.config_dir / "flows" / "main.yaml"


async def rewrite(page: Page, text: str) -> None:
    """As somebody who pastes it over all there is."""
    content = page.locator(".cm-content")
    await content.click()
    await page.keyboard.press("Control+A")
    await content.evaluate(PASTE, text)


async def fits(page: Page) -> None:
    fit = page.locator(".findings .badge", has_text="可以投入使用")
    await expect(fit).to_be_visible(timeout=LONG_MS)


def finding(page: Page, line: int) -> Any:
    return page.locator(".finding-list li", has_text=f"flows/main.yaml 第 {line} 行").first


async def test_a_broken_tree_is_seen_mended_applied_and_heard(hall: Hall, studio: Page):
    await rewrite(studio, BROKEN)
    wrong = finding(studio, 6)
    await expect(wrong).to_contain_text("E301", timeout=LONG_MS)
    await expect(studio.locator(".cm-lint-marker-error")).to_have_count(1)
    await expect(studio.locator(".picture .node.error")).to_contain_text("hello", timeout=LONG_MS)

    await rewrite(studio, MENDED)
    await fits(studio)
    await studio.keyboard.press("Alt+S")
    await expect(studio.locator(".studio-head .badge")).to_have_text("已全部保存", timeout=LONG_MS)
    assert main_file(hall).read_bytes() == MENDED.encode()

    await studio.keyboard.press("Alt+V")
    await expect(studio.locator(".cards")).to_be_visible(timeout=LONG_MS)
    await studio.keyboard.press("Alt+A")
    dialog = studio.get_by_role("dialog")
    await dialog.get_by_label("改了什么，为什么").fill("换一句欢迎语")
    await dialog.get_by_role("button", name="投入使用").click()
    await expect(studio.locator(".toast", has_text="已投入使用")).to_be_visible(timeout=LONG_MS)
    await expect(studio.locator(".cards")).to_contain_text("换一句欢迎语", timeout=LONG_MS)

    async with hall.calling("13800139777") as citizen:
        assert await wait_prompt(citizen.rtp, HEARD, 60.0)
        await citizen.hang_up()


async def test_a_version_on_trial_is_heard_promoted_and_taken_back(hall: Hall, studio: Page):
    main_file(hall).write_text(TRIED, encoding="utf-8")
    await studio.keyboard.press("Alt+V")
    cards = studio.locator(".cards")
    before = await cards.get_by_role("heading", level=3).inner_text(timeout=LONG_MS)
    await studio.keyboard.press("Alt+A")
    dialog = studio.get_by_role("dialog")
    await dialog.get_by_label("改了什么，为什么").fill("先试一个号码")
    await dialog.get_by_label("范围").select_option("canary")
    await dialog.get_by_label("只对这些所拨号码").fill("12345")
    await dialog.get_by_role("button", name="投入使用").click()
    trial = cards.get_by_role("region", name="灰度版本")
    await expect(trial).to_contain_text("先试一个号码", timeout=LONG_MS)
    async with hall.calling("13800139778") as citizen:
        assert await wait_prompt(citizen.rtp, HEARD.with_name("goodbye.sln"), 60.0)
        await citizen.hang_up()
    await cards.get_by_role("button", name="转为全部").click()
    await expect(trial).to_have_count(0, timeout=LONG_MS)
    await expect(cards).to_contain_text("先试一个号码", timeout=LONG_MS)
    former = studio.get_by_role("row", name=before.split()[-1])
    await former.get_by_role("button", name="回到这一版").click(timeout=LONG_MS)
    await dialog.get_by_role("button", name="回退").click()
    await expect(cards.get_by_role("heading", level=3)).to_have_text(before, timeout=LONG_MS)


async def test_what_is_not_saved_outlives_a_reload_and_a_text_editor_is_not_overwritten(
    hall: Hall, studio: Page
):
    mine, theirs = TREE + "# mine\n", TREE + "# theirs\n"
    await rewrite(studio, mine)
    unsaved = studio.locator(".file-list .badge", has_text="未保存")
    await expect(unsaved).to_be_visible(timeout=LONG_MS)
    studio.on("dialog", lambda dialog: dialog.accept())
    await studio.reload()
    await expect(unsaved).to_be_visible(timeout=LONG_MS)
    await expect(studio.locator(".cm-content")).to_contain_text("# mine")

    main_file(hall).write_text(theirs, encoding="utf-8")
    await studio.keyboard.press("Alt+S")
    dialog = studio.get_by_role("dialog")
    await expect(dialog.locator(".cm-content").first).to_contain_text("# theirs", timeout=LONG_MS)
    assert main_file(hall).read_text(encoding="utf-8") == theirs
    await dialog.get_by_role("button", name="用我的内容保存").click()
    await expect(unsaved).to_have_count(0, timeout=LONG_MS)
    assert main_file(hall).read_text(encoding="utf-8") == mine


async def test_a_call_is_played_by_keyboard_and_a_node_leads_to_its_line(studio: Page):
    await studio.keyboard.press("Alt+P")
    log = studio.locator(".play-log")
    await expect(log).to_contain_text("notice_greeting", timeout=LONG_MS)
    await studio.keyboard.press("w")
    await expect(log).to_contain_text("进入队列 综合", timeout=LONG_MS)
    await studio.keyboard.press("a")
    await expect(log).to_contain_text("接通", timeout=LONG_MS)
    await studio.keyboard.press("Alt+T")
    await studio.locator(".picture .node", has_text="anybody").first.click(timeout=LONG_MS)
    active = studio.locator(".cm-activeLine")
    await expect(active).to_contain_text("anybody: {type: queue", timeout=LONG_MS)


async def test_names_of_this_configuration_are_offered(studio: Page):
    await studio.locator(".cm-content").click()
    await studio.keyboard.press("Control+End")
    await studio.keyboard.type("  more: {type: queue, queue: enter")
    offered = studio.locator(".cm-tooltip-autocomplete li[aria-selected]")
    await expect(offered).to_contain_text("enterprise", timeout=LONG_MS)


async def test_what_is_proved_wrong_stands_at_its_line_and_on_its_node(studio: Page):
    await rewrite(studio, PROVED_BAD)
    await expect(finding(studio, 6)).to_contain_text("E607", timeout=LONG_MS)
    node = studio.locator(".picture .node.error")
    await expect(node).to_contain_text("police", timeout=LONG_MS)
    await expect(node).to_contain_text("E607")


async def test_a_change_is_compared_by_its_text_and_by_a_days_calls(hall: Hall, studio: Page):
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling("13800139779") as citizen:
        await desk.wait("connected", within_s=60.0)
        await citizen.hang_up()
    await hall.ticket("13800139779")
    await rewrite(studio, TREE.replace("queue: general", "queue: enterprise"))
    await fits(studio)
    await studio.keyboard.press("Alt+B")
    text = studio.get_by_role("region", name="与在用版本比较文字")
    await expect(text).to_contain_text("queue: general", timeout=LONG_MS)
    await expect(text).to_contain_text("queue: enterprise")
    calls = studio.get_by_role("region", name="用一天的来电比较")
    await calls.get_by_label("日期").fill(datetime.now(SHANGHAI).date().isoformat())
    await calls.get_by_role("button", name="开始比较").click()
    moved = re.compile(r"[1-9]\d* 通来电中有 [1-9]\d* 通会到别处")
    await expect(calls).to_contain_text(moved, timeout=LONG_MS)
    await expect(calls.get_by_role("table").first).to_contain_text("enterprise")


async def test_the_text_of_an_older_version_that_comes_late_is_not_compared_as_the_newer_one(
    hall: Hall, studio: Page
):
    url = f"{hall.settings.web_url}/api/v1/flows"
    given = await (await studio.request.get(f"{url}/status")).json()
    older = given["version"]["number"]
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def versions(route: Route) -> None:
        is_older = route.request.url.endswith(f"/{older}")
        if is_older:
            asked.set()
            await let_go.wait()
        await route.fulfill(json={"files": {"main.yaml": "# older" if is_older else "# newer"}})

    async def status(route: Route) -> None:
        number = older + 1 if asked.is_set() else older
        await route.fulfill(json={**given, "version": {**given["version"], "number": number}})

    await studio.route("**/api/v1/flows/versions/*", versions)
    await studio.route("**/api/v1/flows/status", status)
    await studio.keyboard.press("Alt+B")
    await asked.wait()
    text = studio.get_by_role("region", name="与在用版本比较文字")
    await expect(text).to_contain_text("# newer", timeout=LONG_MS)
    let_go.set()
    # Answered after the late one, which has been drawn by then if it ever is.
    await studio.evaluate(
        "url => fetch(url).then(() => new Promise(requestAnimationFrame))",
        f"{url}/versions/{older + 1}",
    )
    await expect(text).to_contain_text("# newer")


@pytest.mark.parametrize("tool", ["Alt+T", "Alt+P", "Alt+B", "Alt+V"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_everybody_can_use_it(studio: Page, tool: str, theme: str):
    await studio.get_by_label("外观").select_option(theme)
    await studio.keyboard.press(tool)
    await expect(studio.locator(".tool")).not_to_be_empty(timeout=LONG_MS)
    await studio.evaluate(AXE.read_text(encoding="utf-8"))
    found = await studio.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [seen(one) for one in found["violations"]] == []


def seen(violation: dict[str, Any]) -> str:
    nodes = [f"{one['html'][:120]} {one['failureSummary'][:200]}" for one in violation["nodes"][:4]]
    return f"{violation['id']}: {nodes}"
