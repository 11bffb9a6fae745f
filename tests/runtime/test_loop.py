"""The single writer: events in order, deadlines in time, and no error that ends it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from ari_app.core.commands import HangUp, LaneCommand, Refuse
from ari_app.core.desk_events import AgentSignedIn
from ari_app.core.engine import Engine
from ari_app.core.events import KeyPressed
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, LegId
from ari_app.runtime.loop import BROKEN, STANDBY, Loop
from tests.core.playbook import centre, flow
from tests.runtime.fakes import HandClock, eventually

pytestmark = pytest.mark.asyncio

WANG = AgentId("wang")


class Recording(Engine):
    """An engine that answers each event with a command of its own and has one deadline."""

    def __init__(self) -> None:
        super().__init__(flow(), centre({"wang": {}}), lambda prompts: 1.0)
        self.seen: list[Any] = []
        self.deadline: float | None = None

    def handle(self, event: Any, now: float) -> list[Any]:
        self.seen.append(event)
        if event == "boom":
            raise ZeroDivisionError
        return [Refuse("no", "no")] if event == "refuse" else [HangUp(LegId(str(event)))]

    def handle_timer(self, now: float) -> list[Any]:
        self.seen.append(("timer", now))
        self.deadline = None
        return []

    def next_deadline(self) -> float | None:
        return self.deadline


class Setting:
    def __init__(self) -> None:
        self.engine, self.clock = Recording(), HandClock()
        self.sent: list[LaneCommand] = []
        self.errors = 0
        self.loop = Loop(self.engine, self.clock, self.send, self.count)

    def send(self, commands: Sequence[LaneCommand]) -> None:
        self.sent += commands

    def count(self) -> None:
        self.errors += 1

    def post(self, event: Any) -> None:
        self.loop.post(event)


@contextlib.asynccontextmanager
async def running(setting: Setting) -> AsyncIterator[Setting]:
    task = asyncio.create_task(setting.loop.run())
    try:
        yield setting
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_events_are_handled_in_the_order_in_which_they_came():
    async with running(Setting()) as at:
        for number in range(1000):
            at.post(number)
        await eventually(lambda: len(at.engine.seen) == 1000)
    assert at.engine.seen == list(range(1000))
    assert [command.leg for command in at.sent] == [str(number) for number in range(1000)]
    assert at.loop.depth == 0


async def test_others_get_their_turn_while_many_events_wait():
    async with running(Setting()) as at:
        for number in range(1000):
            at.post(number)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert 0 < len(at.engine.seen) < 1000


async def test_a_wish_is_answered_with_the_refusal_or_with_none():
    async with running(Setting()) as at:
        assert await at.loop.ask("refuse") == Refuse("no", "no")  # type: ignore[arg-type]
        assert await at.loop.ask("granted") is None  # type: ignore[arg-type]
    assert [command.leg for command in at.sent] == ["granted"], "a refusal is no command"


async def test_the_real_engine_refuses_through_the_same_door():
    at = Setting()
    at.engine = Engine(Shelf.of(flow()), centre({"wang": {}}), lambda prompts: 1.0)  # type: ignore[assignment]
    at.loop = Loop(at.engine, at.clock, at.send, at.count)
    async with running(at):
        assert await at.loop.ask(AgentSignedIn(WANG)) is None
        refused = await at.loop.ask(AgentSignedIn(AgentId("ghost")))
    assert refused is not None
    assert refused.code == "no_such_agent"


async def test_an_engine_that_raises_is_counted_and_the_next_event_is_handled():
    async with running(Setting()) as at:
        at.post("boom")
        assert await at.loop.ask("boom") == BROKEN  # type: ignore[arg-type]
        assert await at.loop.ask("well") is None  # type: ignore[arg-type]
    assert at.errors == 2


async def test_what_went_wrong_on_the_way_is_counted_and_the_rest_is_done():
    async with running(Setting()) as at:
        at.engine.bugs += [ZeroDivisionError(), ZeroDivisionError()]
        assert await at.loop.ask("well") is None  # type: ignore[arg-type]
    assert (at.errors, at.engine.bugs) == (2, [])
    assert [command.leg for command in at.sent] == ["well"]


async def test_a_timer_that_raises_is_counted_and_keeps_the_loop_alive():
    at = Setting()

    def broken(now: float) -> list[Any]:
        at.engine.deadline = None
        raise ZeroDivisionError

    at.engine.handle_timer = broken  # type: ignore[method-assign]
    at.engine.deadline = 1000.0
    async with running(at):
        assert await at.loop.ask("well") is None  # type: ignore[arg-type]
    assert at.errors == 1


async def test_what_happened_in_time_is_handled_before_a_deadline_that_has_come():
    at = Setting()
    at.engine.deadline = 999.0
    at.post("event")
    async with running(at):
        await eventually(lambda: len(at.engine.seen) == 2)
    assert at.engine.seen == ["event", ("timer", 1000.0)]


async def test_a_deadline_wakes_a_loop_without_events():
    at = Setting()
    at.engine.deadline = 1000.02
    async with running(at):
        await asyncio.sleep(0)
        at.clock.time = 1000.02
        await eventually(lambda: at.engine.seen == [("timer", 1000.02)])


async def test_who_gave_up_waiting_for_an_answer_disturbs_nobody():
    async with running(Setting()) as at:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await at.loop.ask("impatient")  # type: ignore[arg-type]
        assert await at.loop.ask("patient") is None  # type: ignore[arg-type]


async def test_a_stopped_loop_decides_nothing_and_leaves_nobody_waiting():
    at = Setting()
    before = asyncio.create_task(at.loop.ask(KeyPressed(LegId("c1"), "1")))
    await asyncio.sleep(0)
    at.loop.stop()
    await at.loop.run()
    assert await before == STANDBY
    assert await at.loop.ask(AgentSignedIn(WANG)) == STANDBY
    assert at.engine.seen == []
