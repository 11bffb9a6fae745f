"""Waiting for a condition with a bound.

Decides how a waiter is woken and what it says when its time is over. Knows no SIP and no RTP.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 30.0
"""The bound of a wait for something that comes at once on a machine that is not busy."""


class NotSeen(AssertionError):
    """What was waited for did not come in time, or can no longer come."""


class Bulletin:
    """Wakes everybody who waits whenever something changed; each checks for itself."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def post(self) -> None:
        """Say that something changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(
        self,
        find: Callable[[], T | None],
        *,
        within_s: float,
        what: str,
        hopeless: Callable[[], str | None] = lambda: None,
    ) -> T:
        """Wait until ``find`` returns something; give up early when ``hopeless`` says why."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while True:
            changed = self._changed
            found = find()
            if found is not None:
                return found
            reason = hopeless()
            left = deadline - loop.time()
            if reason is not None or left <= 0:
                raise NotSeen(reason or f"{what}: not within {within_s:g} s")
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                continue
