"""Keeps the figures of the day for the boards, as long as somebody watches.

Decides how often the journal is looked at: soon after something happened, seldom when nothing
does, never when nobody watches. The looking itself is a process of its own (``day_process.py``), so
that no call waits for a day's lines to be read. Knows no figure.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any, Final

import structlog

from ari_app.core.board_view import Sections
from ari_app.runtime.day_process import AWAY

_log = structlog.get_logger()

AFTER_S: Final = 1.0
"""From something that happened to the look: until then its lines are written, and more came."""
IDLE_S: Final = 60.0
"""A quarter of an hour begins without anything happening."""
ANSWER_S: Final = 60.0
"""The first look reads a whole day."""
AGAIN_S: Final = 5.0


class DayFigures:
    """``watched`` and ``touch`` come from outside; ``sections`` is always the latest answer."""

    def __init__(
        self, database_url: str, now: Callable[[], float], *, after_s: float = AFTER_S
    ) -> None:
        self._database_url, self._now, self._after_s = database_url, now, after_s
        self._is_watched, self._touched = asyncio.Event(), asyncio.Event()
        self._changed: Callable[[], None] = lambda: None
        self.sections: Sections = {"figures": {}, "quarters": {}}

    def on_change(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def watched(self, is_watched: bool) -> None:
        if is_watched:
            self._is_watched.set()
        else:
            self._is_watched.clear()
        self._touched.set()

    def touch(self) -> None:
        """Something happened."""
        self._touched.set()

    async def run(self) -> None:
        while True:
            await self._is_watched.wait()
            try:
                await self._follow()
            except (OSError, ValueError, TimeoutError) as error:
                _log.warning("day_figures.failed", problem=repr(error))
                await asyncio.sleep(AGAIN_S)

    async def _follow(self) -> None:
        """One process, until nobody watches any more."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ari_app.runtime.day_process", self._database_url,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        try:
            while self._is_watched.is_set():
                self._touched.clear()
                self._show(await self._look(process))
                await self._something_new()
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _look(self, process: asyncio.subprocess.Process) -> dict[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise OSError("the process of the day's figures has no pipes")
        process.stdin.write(f"{self._now()}\n".encode())
        async with asyncio.timeout(ANSWER_S):
            answer = await process.stdout.readline()
        found: dict[str, Any] = json.loads(answer or "null") or {}
        if not found:
            raise OSError("the process of the day's figures has ended")
        return found

    def _show(self, found: dict[str, Any]) -> None:
        if AWAY in found:
            _log.warning("day_figures.away", problem=str(found[AWAY]))
            return
        self.sections = found
        self._changed()

    async def _something_new(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._touched.wait()
        except TimeoutError:
            return
        await asyncio.sleep(self._after_s)
