"""One hall with agents whose phone is the page, and one Chromium, for each file of tests.

The microphone is a file: a tone that comes and goes, for a steady one is taken for noise and
suppressed. ``sign_in`` goes through the real sign-in, so pages have the cookie that people have.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    async_playwright,
)

from tests.asterisk.hall import Hall, open_hall
from tests.browser.board_page import BOSS, Board, open_board
from tests.browser.desk_page import DeskPage
from tests.browser.microphone_file import MICROPHONE_HZ, write_microphone
from tests.browser.phone_page import PhonePage

CHROMIUM = "/usr/bin/chromium"
CLOSE_LIMIT_S = 15.0
BROWSERS = ("1001",)
LONG_WRAP_UP_S = 60.0
SignIn = Callable[[Page, str], Awaitable[Page]]
NewContext = Callable[[], Awaitable[BrowserContext]]

__all__ = ["MICROPHONE_HZ"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hall]:
    """Agents whose phone is a page are those that a file of tests names in ``BROWSERS`` and, with
    a page that speaks Opus, in ``AT_HOME``."""
    browsers = getattr(request.module, "BROWSERS", BROWSERS)
    at_home = getattr(request.module, "AT_HOME", ())
    folder = tmp_path_factory.mktemp("hall")
    async with open_hall(folder, browsers=browsers, at_home=at_home) as hall:
        yield hall


@pytest_asyncio.fixture(loop_scope="module")
async def hall(the_hall: Hall) -> AsyncIterator[Hall]:
    yield the_hall
    await the_hall.restored()
    await the_hall.settled()


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_microphone(tmp_path_factory.mktemp("microphone") / "pulses.wav")


@dataclass
class Chromiums:
    """One at a time. Rarely one hangs when a context with a call is closed, and Playwright waits
    for it without an end: that one is killed, and the next test has another."""

    playwright: Playwright
    microphone: Path
    newest: Browser | None = None

    async def running(self) -> Browser:
        if self.newest is None:
            self.newest = await self.playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=[
                    "--use-fake-ui-for-media-stream",
                    "--use-fake-device-for-media-stream",
                    f"--use-file-for-fake-audio-capture={self.microphone}",
                    "--allow-loopback-in-peer-connection",
                    "--autoplay-policy=no-user-gesture-required",
                ],
            )
        return self.newest

    async def close(self, what: Browser | BrowserContext) -> None:
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await what.close()
        except TimeoutError:
            ours = str(self.microphone)
            killing = await asyncio.create_subprocess_exec("pkill", "-KILL", "-f", ours)
            await killing.wait()
            self.newest = None
        except Error:
            if self.newest is not None:  # else it went with the one that was killed
                raise


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromiums(microphone: Path) -> AsyncIterator[Chromiums]:
    async with async_playwright() as playwright:
        made = Chromiums(playwright, microphone)
        yield made
        if made.newest is not None:
            await made.close(made.newest)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium(chromiums: Chromiums) -> Browser:
    return await chromiums.running()


@pytest_asyncio.fixture(loop_scope="module")
async def new_context(chromiums: Chromiums, hall: Hall) -> AsyncIterator[NewContext]:
    """Browsers that know nothing of each other; an error in one of their pages fails the test."""
    errors: list[str] = []
    async with contextlib.AsyncExitStack() as stack:

        async def made() -> BrowserContext:
            browser = await chromiums.running()
            context = await browser.new_context(permissions=["microphone"], locale="zh-CN")
            stack.push_async_callback(chromiums.close, context)
            context.on("weberror", lambda error: errors.append(str(error.error)))
            return context

        yield made
    assert not errors, errors


@pytest_asyncio.fixture(loop_scope="module")
async def page(new_context: NewContext) -> Page:
    return await (await new_context()).new_page()


@pytest_asyncio.fixture(loop_scope="module")
async def sign_in(hall: Hall, new_context: NewContext) -> AsyncIterator[SignIn]:
    """Sign an agent in as the sign-in page does; the page's browser has the cookie then."""
    url = hall.settings.web_url
    inside: list[Page] = []

    async def signed_in(page: Page, agent: str) -> Page:
        body = {"agent": agent, "password": hall.password(agent), "browser": True}
        answer = await page.context.request.post(
            f"{url}/api/v1/sign-in", data=body, headers={"Origin": url}
        )
        assert answer.ok, f"{answer.status} {await answer.text()}"
        inside.append(page)
        return page

    yield signed_in
    for page in inside:
        await page.context.request.post(f"{url}/api/v1/sign-out", headers={"Origin": url})


@pytest_asyncio.fixture(loop_scope="module")
async def context(new_context: NewContext, sign_in: SignIn) -> BrowserContext:
    """1001's browser, signed in."""
    made = await new_context()
    await sign_in(await made.new_page(), "1001")
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def desk(hall: Hall, context: BrowserContext) -> DeskPage:
    """1001's page, ready for calls."""
    return await (await DeskPage.opened(hall, context)).ready()


@pytest_asyncio.fixture(loop_scope="module")
async def board(hall: Hall, page: Page, sign_in: SignIn) -> Board:
    """The supervisor's page."""
    return await open_board(await sign_in(page, BOSS), hall.settings.web_url)


@pytest_asyncio.fixture(loop_scope="module")
async def long_wrap_up(hall: Hall) -> AsyncIterator[None]:
    """A minute, as in a real hall about; the tests' own is a second."""
    await _order_wrap_up(hall, LONG_WRAP_UP_S)
    yield
    await _order_wrap_up(hall, None)


async def _order_wrap_up(hall: Hall, seconds: float | None) -> None:
    headers = {"Authorization": f"Bearer {hall.operator()}"}
    await hall.send("PUT", "/queues/general/wrap-up", {"wrap_up_s": seconds}, headers)


@pytest_asyncio.fixture(loop_scope="module")
async def phone(hall: Hall, page: Page, sign_in: SignIn) -> PhonePage:
    """1001's phone in a page, registered."""
    await sign_in(page, "1001")
    made = await PhonePage(hall, page).open()
    await made.wait(state="registered")
    return made
