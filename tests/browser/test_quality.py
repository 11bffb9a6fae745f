"""Every page, in both languages, light and dark, on a small and a large screen: readable for all,
nothing cut off, no error, nothing asked of another host."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from ari_app.web.pages import PAGES
from tests.browser.town import Town, busy_town
from tests.browser.visitor import WHO, Language, Scheme, Visitor, visit
from tests.browser.watching import axe, cut_off

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
]

SIZES = ((1366, 768), (1920, 1080))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with busy_town(tmp_path_factory.mktemp("town")) as town:
        yield town


async def faults(visitor: Visitor) -> list[str]:
    """Whatever is wrong with the page as it stands, on both screens."""
    wrong: list[str] = []
    for width, height in SIZES:
        await visitor.page.set_viewport_size({"width": width, "height": height})
        found = [*await axe(visitor.page), *await cut_off(visitor.page)]
        wrong += [f"{width}x{height}: {one}" for one in found]
    return [*wrong, *await visitor.watch.breaches(visitor.page), *visitor.watch.wrong]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_agents_page_is_so_in_a_talk_too(
    town: Town, chromium: Browser, language: Language
) -> None:
    visitor = await visit(town.hall, chromium, "1001", language)
    await visitor.open("desk")
    await town.answer_at_1001()
    await visitor.page.wait_for_selector("form[data-ticket]")
    wrong = await faults(visitor)
    await visitor.leave()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["sign_in", *PAGES])
async def test_a_page_is_readable_for_everybody_and_clean(
    town: Town, chromium: Browser, name: str, language: Language, scheme: Scheme
) -> None:
    visitor = await visit(town.hall, chromium, WHO[name], language, scheme)
    await visitor.open(name)
    wrong = await faults(visitor)
    await visitor.leave()
    assert not wrong, "\n".join(wrong)


async def test_the_keyboard_alone_signs_somebody_in(town: Town, chromium: Browser) -> None:
    visitor = await visit(town.hall, chromium, "")
    page = visitor.page
    await visitor.open("sign_in")
    await page.keyboard.type("4001")
    await page.keyboard.press("Tab")
    await page.keyboard.type(town.hall.password("4001"))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reports")
    cookies = await page.context.cookies()
    assert [(one["name"], one["httpOnly"], one["sameSite"]) for one in cookies] == [
        ("hotline_session", True, "Strict")
    ]
    assert await page.evaluate("() => document.cookie") == ""
    await visitor.leave()


async def test_a_wrong_password_is_said_in_the_language_of_the_page(
    town: Town, chromium: Browser
) -> None:
    visitor = await visit(town.hall, chromium, "", "en")
    page = visitor.page
    await visitor.open("sign_in")
    await page.get_by_label("Agent number").fill("1006")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    alert = page.locator("form [role=alert]")
    await alert.get_by_text("Agent number or password is wrong.").wait_for()
    await visitor.leave()
