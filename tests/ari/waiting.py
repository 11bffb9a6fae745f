"""Waiting for a condition instead of sleeping, and running tasks that end with the test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any


async def eventually(condition: Callable[[], object], within_s: float = 30.0) -> None:
    """Return as soon as the condition holds; fail after the time."""
    try:
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - any condition, not only our own events
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"did not come true within {within_s:g} s: {condition}") from None


@asynccontextmanager
async def beside(*coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run them while the body runs; what they raise fails the test."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
