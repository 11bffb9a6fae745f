"""What callers call themselves, by real INVITE, is text in every page: no script runs, the policy
is not touched, nothing is asked of another host."""

import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from ari_app.softphone.citizen import Citizen
from ari_app.softphone.phone import Mode
from tests.browser.hostile_names import NAMES, SCRIPT, UNSPEAKABLE, quoted
from tests.browser.town import Town, open_town
from tests.browser.visitor import Visitor, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1800),
]

TO_A_PERSON = """\
flow: main
start: person
last_resort: person
nodes:
  person: {type: queue, queue: general}
"""
AT_ONCE = 8


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(tmp_path_factory.mktemp("town"), TO_A_PERSON) as town:
        town.phones["1001"].mode = Mode.WAIT
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def pages(town: Town, chromium: Browser) -> AsyncIterator[list[Visitor]]:
    """The agent's page, ready for calls; the supervisor's board and, one after another, what
    looks back."""
    desk = await visit(town.hall, chromium, "1001")
    await desk.open("desk")
    ready = await desk.page.context.request.post(
        "/api/v1/agent/ready", headers={"Origin": town.url}
    )  # fmt: skip
    assert ready.ok
    board, back = [await visit(town.hall, chromium, "2001") for _ in range(2)]
    await board.open("board")
    await back.open("calls")
    yield [desk, board, back]
    for one in (desk, board, back):
        await one.leave()


async def shown_name(desk: Visitor, number: str) -> str:
    """The name of the call that is offered, as the service tells it, once it is on the page."""
    await desk.page.locator("#main").get_by_text(number).first.wait_for()
    answer = await desk.page.context.request.get("/api/v1/agent")
    caller = (await answer.json())["offer"]["caller"]
    assert caller["number"] == number
    return str(caller["name"])


async def is_unharmed(pages: Sequence[Visitor]) -> None:
    for one in pages:
        assert await one.page.evaluate("() => window.pwned") is None
        assert await one.watch.breaches(one.page) == []
        assert one.watch.wrong == []


@contextlib.asynccontextmanager
async def waiting(
    town: Town, names: Sequence[str | bytes], first: int
) -> AsyncIterator[list[tuple[str, Citizen]]]:
    """Citizens of these names in the queue, in this order."""
    async with contextlib.AsyncExitStack() as stack:
        callers = []
        for place, name in enumerate(names, first):
            number = f"138{place:08}"
            calling = town.calling(number, quoted(name), keys="")
            callers.append((number, await stack.enter_async_context(calling)))
        yield callers


async def test_more_than_200_hostile_names_are_text_on_every_page_that_tells_of_calls(
    town: Town, pages: list[Visitor]
) -> None:
    assert len(set(NAMES)) > 200
    desk, board, back = pages
    named = 0
    for first in range(0, len(NAMES), AT_ONCE):
        async with waiting(town, NAMES[first : first + AT_ONCE], first) as callers:
            for number, citizen in callers:
                name = await shown_name(desk, number)
                text = await desk.page.locator("#main").evaluate("(main) => main.textContent")
                assert name in text
                named += name != ""
                await citizen.hang_up()
        await is_unharmed((desk, board))
    assert named > len(NAMES) - 20, "most names arrive as something that can be read"
    for name in ("calls", "reports", "audit"):
        await back.open(name)
        await is_unharmed((back,))
    await is_unharmed(pages)


async def test_a_hostile_name_stands_in_the_ticket_as_it_was_sent_and_the_history_bears_it(
    town: Town, pages: list[Visitor]
) -> None:
    desk = pages[0]
    sent = quoted(SCRIPT).decode()  # Asterisk keeps the backslash before a quote
    async with waiting(town, [SCRIPT], 900) as [(number, citizen)]:
        assert await shown_name(desk, number) == sent
        await town.phones["1001"].answer()
        field = desk.page.locator("#ticket-caller_name")
        await field.wait_for()
        assert await field.input_value() == sent
        await citizen.hang_up()
    await desk.page.keyboard.press("Alt+H")
    await desk.page.locator(".history tbody tr", has_text=number).wait_for()
    await is_unharmed(pages)


async def test_what_sip_cannot_carry_is_not_among_them() -> None:
    for name in UNSPEAKABLE:
        assert set(name) & set("\x00\r\n")
    for name in map(quoted, NAMES):
        assert not set(name) & set(b"\x00\r\n")
