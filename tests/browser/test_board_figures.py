"""The board's figures in a real browser: tiles, times in a state and the day's charts say what has
really happened."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.asterisk.hall import Hall
from tests.browser.board_page import BOSS, SHOWN_MS, Board

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]
BROWSERS = (BOSS,)

LENGTH = re.compile(r"^\d+:\d\d$")
SHARE = re.compile(r"^\d+\.\d%$")


def tile(board: Board, name: str) -> Locator:
    return board.page.locator(f'[data-tile="{name}"] .tile-value')


async def numbers(board: Board, chart: str) -> Locator:
    """The last row of a chart as a table: the quarter of an hour that goes on."""
    figure = board.page.locator("figure.chart").filter(has_text=chart)
    await figure.get_by_text("以表格查看").click()
    return figure.locator("tbody tr").last.locator("td")


async def test_tiles_and_charts_count_one_who_waited_was_answered_and_one_who_left(
    hall: Hall, board: Board
):
    page = board.page
    await expect(tile(board, "longest")).to_have_text("–", timeout=SHOWN_MS)
    async with hall.calling("13800138801", "0") as citizen:
        await expect(tile(board, "longest")).to_have_text(LENGTH, timeout=SHOWN_MS)
        desk = await hall.desk("1001")
        async with hall.phone("1001"):
            await desk.wait("connected", within_s=30.0)
            talking = page.locator(".board-agents tbody tr").filter(has_text="通话")
            await expect(talking.locator("td.number")).to_have_text(LENGTH, timeout=SHOWN_MS)
            await expect(tile(board, "longest")).to_have_text("–", timeout=SHOWN_MS)
            await citizen.hang_up()
        await desk.wait_state("ready", within_s=30.0)
        await desk.post("/agent/not-ready", {"reason": "rest"})
    async with hall.calling("13800138802", "0") as citizen:
        await board.tile("waiting", "1")
        await citizen.hang_up()
    await board.tile("abandoned", "1")
    await board.tile("arrived", "2")
    await board.tile("connect_rate", "50.0%")
    for clock in ("level_audio", "level_arrival", "level_queue"):
        await expect(tile(board, clock)).to_have_text(SHARE, timeout=SHOWN_MS)

    shown = await numbers(board, "话量")
    for place, count in enumerate(("2", "1", "1")):
        await expect(shown.nth(place)).to_have_text(count, timeout=SHOWN_MS)
    waits = await numbers(board, "平均应答时长")
    await expect(waits.first).to_have_text(LENGTH, timeout=SHOWN_MS)
    shares = await numbers(board, "15 秒达标率")
    for place in range(3):
        await expect(shares.nth(place)).to_have_text(SHARE, timeout=SHOWN_MS)
