"""The search for calls in a real browser, filled in by hand, on calls that really came; and what
follows when a list of it or of the audit goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.asterisk.hall import Hall, eventually, open_hall
from tests.browser.board_page import BOSS, SHOWN_MS
from tests.browser.conftest import SignIn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

MANDARIN, ENGLISH, CANTONESE, FIRM = "13800138701", "13800138702", "13800138703", "13800138704"
KEYS = {MANDARIN: "1", ENGLISH: "3", CANTONESE: "2", FIRM: "7"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """Four citizens have waited in vain."""
    async with open_hall(tmp_path_factory.mktemp("hall")) as hall:
        for number, keys in KEYS.items():
            async with hall.calling(number, keys) as citizen:
                await eventually(lambda: nobody_waits(hall), within_s=60.0, what="not in a queue")
                await citizen.hang_up()
            await hall.ticket(number)
        yield hall


async def nobody_waits(hall: Hall) -> object:
    queues = await hall.get("/queues", {"Authorization": f"Bearer {hall.operator()}"})
    return None if any(one["waiting"] for one in queues["queues"]) else queues


@pytest_asyncio.fixture(loop_scope="module")
async def search(hall: Hall, page: Page, sign_in: SignIn) -> Page:
    await sign_in(page, BOSS)
    await page.goto(f"{hall.settings.web_url}/calls")
    await found(page, *KEYS)
    return page


async def found(page: Page, *numbers: str) -> None:
    """These calls are listed and no others."""
    rows = page.locator("tbody tr:has(button[data-call])")
    await expect(rows).to_have_count(len(numbers), timeout=SHOWN_MS)
    for number, count in Counter(numbers).items():
        await expect(rows.filter(has_text=number)).to_have_count(count, timeout=SHOWN_MS)


async def look(page: Page) -> None:
    await page.get_by_role("button", name="查询", exact=True).click()


@pytest.mark.parametrize(
    ("field", "choice", "numbers"),
    [
        ("语言", "普通话", (MANDARIN, FIRM)),
        ("语言", "英语", (ENGLISH,)),
        ("语言", "粤语", (CANTONESE,)),
        ("语言", "泰语", ()),
        ("队列", "政企", (FIRM,)),
        ("队列", "综合", (MANDARIN, ENGLISH, CANTONESE)),
        ("结果", "排队中放弃", tuple(KEYS)),
        ("结果", "人工接通", ()),
    ],
)
async def test_calls_are_found_by_what_is_chosen_from_a_list(
    search: Page, field: str, choice: str, numbers: tuple[str, ...]
):
    await search.get_by_role("search").get_by_label(field).select_option(label=choice)
    await look(search)
    await found(search, *numbers)


async def test_calls_are_found_by_their_number_or_its_end(search: Page):
    field = search.get_by_label("来电号码")
    await field.fill(ENGLISH)
    await look(search)
    await found(search, ENGLISH)
    await field.fill("8703")
    await look(search)
    await found(search, CANTONESE)


async def test_wishes_count_together_and_stand_in_the_address(search: Page):
    form = search.get_by_role("search")
    await form.get_by_label("语言").select_option(label="普通话")
    await form.get_by_label("队列").select_option(label="政企")
    await look(search)
    await found(search, FIRM)
    await search.reload()
    await found(search, FIRM)
    await expect(form.get_by_label("语言")).to_have_value("zh_CN")


async def test_no_call_is_older_than_the_time_that_was_filled_in(search: Page):
    await search.get_by_label("起", exact=True).fill("2099-01-01T00:00")
    await look(search)
    await found(search)
    await expect(search.get_by_text("没有符合条件的通话")).to_be_visible()


class Lists:
    """Answers in the service's place, two rows a time and without an end; then fails."""

    def __init__(self, row: dict[str, Any], rows: str, count: int) -> None:
        self.row, self.rows, self.count = row, rows, count
        self.asked: list[dict[str, list[str]]] = []
        self.fails = False

    async def answer(self, route: Route) -> None:
        self.asked.append(parse_qs(urlsplit(route.request.url).query))
        if self.fails:
            await route.abort()
            return
        first = len(self.asked) * self.count
        numbered = [
            {**self.row, "call_id": f"c{n}", "seq": 100_000 - n}
            for n in range(first, first + self.count)
        ]
        await route.fulfill(json={self.rows: numbered, "next": f"1.0~c{first}"})


async def test_more_calls_are_of_the_search_that_is_shown_not_of_the_form(hall: Hall, search: Page):
    one = f"{hall.settings.web_url}/api/v1/calls/search?number={MANDARIN}"
    given = await (await search.request.get(one)).json()
    lists = Lists(given["calls"][0], "calls", 2)
    await search.route("**/api/v1/calls/search?*", lists.answer)
    await search.get_by_label("来电号码").fill("13800138701")
    await look(search)
    await expect(search.locator("button[data-call]")).to_have_count(2, timeout=SHOWN_MS)
    await search.get_by_label("来电号码").fill("13900000000")
    await search.get_by_role("button", name="更多").click()
    await expect(search.locator("button[data-call]")).to_have_count(4, timeout=SHOWN_MS)
    assert [one["number"] for one in lists.asked] == [["13800138701"], ["13800138701"]]
    lists.fails = True
    await search.get_by_role("button", name="更多").click()
    await expect(search.locator(".toast-bad")).to_be_visible(timeout=SHOWN_MS)
    await expect(search.locator("button[data-call]")).to_have_count(4)


async def test_earlier_rows_of_the_audit_that_cannot_be_had_take_none_away(
    hall: Hall, search: Page
):
    row = {"at": 1.0, "who": "1005", "role": "supervisor", "what": "POST /x", "subject": "",
           "result": "200", "data": {}}  # fmt: skip
    lists = Lists(row, "rows", 100)
    await search.route("**/api/v1/audit?*", lists.answer)
    await search.goto(f"{hall.settings.web_url}/audit")
    rows = search.locator("tbody tr")
    await expect(rows).to_have_count(100, timeout=SHOWN_MS)
    await search.get_by_label("操作人").fill("1001")
    await search.get_by_role("button", name="更早的").click()
    await expect(rows).to_have_count(200, timeout=SHOWN_MS)
    lists.fails = True
    await search.get_by_role("button", name="更早的").click()
    await expect(search.get_by_role("alert").filter(has_text="无法连接")).to_be_visible()
    await expect(rows).to_have_count(200)
    assert ["who" in one for one in lists.asked] == [False, False, False]


Query = dict[str, list[str]]


class Slow:
    """Answers in the service's place; what ``waits`` is true of is answered when it is let go."""

    def __init__(self, answer: Callable[[Query], Any], waits: Callable[[Query], bool]) -> None:
        self.said, self.waits = answer, waits
        self.waiting, self.let_go = asyncio.Event(), asyncio.Event()

    async def answer(self, route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        if self.waits(query):
            self.waiting.set()
            await self.let_go.wait()
        await route.fulfill(json=self.said(query))


@pytest.fixture
def two_calls() -> Callable[[Query], Any]:
    """Two calls of whatever number is asked for, and two more, and two more."""
    row = {
        "call_id": "", "arrived_at": 1.0, "answered_at": None, "ended_at": 2.0, "wait_s": None,
        "caller": "", "region": "", "dialled": "", "language": None, "queue": "", "outcome": None,
        "agents": [], "ticket_id": None, "case_type": None, "urgency": None,
        "is_confidential": False, "recordings": [],
    }  # fmt: skip

    def answer(query: Query) -> Any:
        [number], after = query["number"], query.get("after", [""])[0]
        calls = [{**row, "caller": number, "call_id": f"{number}{after}~{n}"} for n in (1, 2)]
        return {"calls": calls, "next": f"{after}~more"}

    return answer


async def look_for(page: Page, number: str) -> None:
    await page.get_by_label("来电号码").fill(number)
    await look(page)


async def test_a_search_that_is_slower_than_the_next_one_is_not_shown_in_its_place(
    search: Page, two_calls: Callable[[Query], Any]
):
    slow = Slow(two_calls, lambda query: query["number"] == [MANDARIN])
    await search.route("**/api/v1/calls/search?*", slow.answer)
    await look_for(search, MANDARIN)
    await slow.waiting.wait()
    await look_for(search, ENGLISH)
    await found(search, ENGLISH, ENGLISH)
    slow.let_go.set()
    await search.get_by_role("button", name="更多").click()
    await found(search, *[ENGLISH] * 4)


async def test_more_calls_that_come_after_the_next_search_are_not_added_to_it(
    search: Page, two_calls: Callable[[Query], Any]
):
    slow = Slow(two_calls, lambda query: query["number"] == [MANDARIN] and "after" in query)
    await search.route("**/api/v1/calls/search?*", slow.answer)
    await look_for(search, MANDARIN)
    await found(search, MANDARIN, MANDARIN)
    await search.get_by_role("button", name="更多").click()
    await slow.waiting.wait()
    await look_for(search, ENGLISH)
    await found(search, ENGLISH, ENGLISH)
    slow.let_go.set()
    await search.get_by_role("button", name="更多").click()
    await found(search, *[ENGLISH] * 4)


async def test_rows_of_the_audit_that_come_late_are_not_shown_for_another_person(
    hall: Hall, search: Page
):
    row = {"at": 1.0, "role": "agent", "what": "POST /x", "subject": "", "result": "200",
           "data": {}}  # fmt: skip

    def answer(query: Query) -> Any:
        [who], before = query.get("who", ["1005"]), int(query.get("before", ["1000"])[0])
        return {"rows": [{**row, "who": who, "seq": before - n} for n in range(1, 101)]}

    slow = Slow(answer, lambda query: query.get("who") == ["1001"])
    await search.route("**/api/v1/audit?*", slow.answer)
    await search.goto(f"{hall.settings.web_url}/audit")
    rows, field = search.locator("tbody tr"), search.get_by_label("操作人")
    await expect(rows.filter(has_text="1005")).to_have_count(100, timeout=SHOWN_MS)
    await field.fill("1001")
    await look(search)
    await slow.waiting.wait()
    await search.get_by_role("button", name="更早的").click()
    await expect(rows.filter(has_text="1005")).to_have_count(200)
    await field.fill("1002")
    await look(search)
    await expect(rows.filter(has_text="1002")).to_have_count(100, timeout=SHOWN_MS)
    slow.let_go.set()
    await search.get_by_role("button", name="更早的").click()
    await expect(rows.filter(has_text="1002")).to_have_count(200, timeout=SHOWN_MS)
    await expect(rows).to_have_count(200)
