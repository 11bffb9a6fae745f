"""Pictures of every page in both languages: ``make screenshots``.

Decides their names, ``docs/images/desk/<page>-<zh|en>.png``, and their size. What is on them is a
real service on a busy morning (``town``), not a mock-up.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, Playwright, async_playwright

from ari_app.settings import PROJECT_DIR
from ari_app.web.pages import PAGES
from tests.browser.conftest import CHROMIUM
from tests.browser.town import Town, busy_town
from tests.browser.visitor import WHO, Language, visit

FOLDER = PROJECT_DIR / "docs" / "images" / "desk"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
TICKET = {
    "matter_address": "滨江区长河街道江南大道 2188 号 3 幢东侧",
    "matter_cause": "夜间施工噪音扰民，已连续三晚至凌晨两点",
    "matter_course": "来电人称工地夜间浇筑混凝土，曾向社区反映未果，"
    "希望核查夜间施工许可并限定施工时间。",
}


async def _answered(town: Town, page: Page) -> None:
    """The ringing call is answered, and its ticket half written."""
    await town.answer_at_1001()
    await page.wait_for_selector("form[data-ticket]")
    for name, text in TICKET.items():
        await page.fill(f"#ticket-{name}", text)
    await page.select_option("#ticket-urgency", index=2)
    await page.wait_for_selector("[data-keeping=kept], [data-keeping=saved]")
    await page.evaluate("() => document.activeElement?.blur()")


@dataclass(frozen=True, slots=True)
class Shot:
    """One page in one state."""

    name: str
    page: str
    prepare: Callable[[Town, Page], Awaitable[None]] | None = None
    is_wide: bool = False
    """As on the larger screens that its people have."""


WIDE = frozenset({"board", "reports", "studio"})
SHOTS = (
    Shot("desk_ringing", "desk"),
    Shot("desk", "desk", _answered),
    Shot("sign_in", "sign_in"),
    *(Shot(name, name, is_wide=name in WIDE) for name in PAGES if name != "desk"),
)
"""In this order: the ringing call is answered for the second one."""


async def take(town: Town, only: frozenset[str]) -> None:
    async with async_playwright() as playwright:
        browsers = {one: await _browser(playwright, one) for one in LANGUAGES}
        for shot in SHOTS:
            if not only or shot.name in only:
                for language, browser in browsers.items():
                    await _take(town, browser, shot, language)
        for browser in browsers.values():
            await browser.close()


async def _browser(playwright: Playwright, language: Language) -> Browser:
    """Its own words, as in a field for a date, are in that language where Debian's package
    chromium-l10n is; without it they are American."""
    return await playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--lang={'zh-CN' if language == 'zh' else 'en-GB'}",
        ],
        env={**os.environ, "LANG": "zh_CN.UTF-8" if language == "zh" else "en_GB.UTF-8"},
    )


async def _take(town: Town, browser: Browser, shot: Shot, language: Language) -> None:
    visitor = await visit(town.hall, browser, WHO[shot.page], language)
    if shot.is_wide:
        await visitor.page.set_viewport_size({"width": 1920, "height": 1080})
    await visitor.open(shot.page)
    if shot.prepare is not None:
        await shot.prepare(town, visitor.page)
    path = FOLDER / f"{shot.name}-{language}.png"
    await visitor.page.screenshot(path=path, animations="disabled")
    for one in visitor.watch.wrong:
        print(f"{path.name}: {one}")
    await visitor.leave()


async def main(only: frozenset[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with busy_town(Path(folder)) as town:
            await take(town, only)
    print(f"pictures: {FOLDER.relative_to(PROJECT_DIR)}")


if __name__ == "__main__":
    asyncio.run(main(frozenset(sys.argv[1:])))
