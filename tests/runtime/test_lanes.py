"""Commands of one call one after another, those of different calls side by side."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ari_app.core.commands import Answer, CheckRecording, HangUp, LaneCommand, Tell, Write
from ari_app.core.records import CloseCall, OpenCall, SaveAgent, SaveCall
from ari_app.core.values import AgentId, CallId, LegId
from ari_app.runtime.lanes import Lanes
from tests.runtime.fakes import eventually

pytestmark = pytest.mark.asyncio

ONE, TWO = LegId("hotline-1.1"), LegId("hotline-1.2")
OPEN = Write(OpenCall(ONE, 1.0, "", "", "", "12345"))
SAVE = Write(SaveCall(ONE, "queued", {}))


class Hands:
    """What the lanes do: each command waits until its gate is opened."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.begun: list[object] = []
        self.done: list[object] = []
        self.gates: dict[object, asyncio.Event] = {}
        self.lanes = Lanes(tasks, self.execute, self.begun.append, self.note)

    async def execute(self, command: LaneCommand) -> None:
        self.begun.append(command)
        if command in self.gates:
            await self.gates[command].wait()
        if command == Answer(LegId("hotline-9.9")):
            raise ZeroDivisionError
        self.done.append(command)

    def note(self, command: Write) -> Callable[[], Awaitable[None]]:
        self.begun.append(command)

        async def durable() -> None:
            await self.gates[command].wait()
            self.done.append(command)

        return durable

    def close_gate(self, command: object) -> None:
        self.gates[command] = asyncio.Event()


async def test_commands_of_one_call_keep_their_order():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        hands.close_gate(Answer(ONE))
        hands.lanes.send([Answer(ONE), HangUp(ONE)])
        hands.lanes.send([HangUp(LegId(f"{ONE}.a1"))])
        await eventually(lambda: hands.begun == [Answer(ONE)])
        hands.gates[Answer(ONE)].set()
    assert hands.done == [Answer(ONE), HangUp(ONE), HangUp(LegId(f"{ONE}.a1"))]


async def test_a_slow_call_holds_up_no_other_one():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        hands.close_gate(Answer(ONE))
        hands.lanes.send([Answer(ONE), Answer(TWO)])
        await eventually(lambda: hands.done == [Answer(TWO)])
        hands.gates[Answer(ONE)].set()


async def test_the_check_of_a_recording_has_a_lane_of_its_own():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        check = CheckRecording(CallId(ONE), 1.0)
        hands.close_gate(check)
        hands.lanes.send([check, HangUp(ONE)])
        await eventually(lambda: hands.done == [HangUp(ONE)])
        hands.gates[check].set()


async def test_nothing_is_done_for_a_call_before_its_ticket_is_open():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        hands.close_gate(OPEN)
        hands.lanes.send([OPEN, Answer(ONE), Answer(TWO)])
        await eventually(lambda: hands.done == [Answer(TWO)])
        hands.gates[OPEN].set()
    assert hands.done == [Answer(TWO), OPEN, Answer(ONE)]


@pytest.mark.parametrize(
    "write",
    [
        SAVE,
        Write(CloseCall(ONE, 2.0, "answered")),
        Write(SaveAgent("w", "ready", "", 1.0, None, None)),
    ],
)
async def test_no_other_record_is_waited_for(write: Write):
    """Its gate does not even exist: waiting would raise."""
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        hands.lanes.send([write, HangUp(ONE)])
    assert hands.begun == [write, HangUp(ONE)]


async def test_records_and_desk_messages_are_handed_over_in_order_and_at_once():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        tell = Tell(AgentId("wang"), "state", {})
        hands.close_gate(OPEN)
        hands.lanes.send([OPEN, SAVE, tell])
        assert hands.begun == [OPEN, SAVE, tell]
        hands.gates[OPEN].set()


async def test_a_command_that_raises_loses_nothing_of_the_rest():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        bad = LegId("hotline-9.9")
        hands.lanes.send([Answer(bad), HangUp(bad), HangUp(TWO)])
    assert sorted(command.leg for command in hands.done) == [TWO, bad]


async def test_a_desk_that_raises_loses_nothing_of_the_rest():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        lanes = Lanes(tasks, hands.execute, [].remove, hands.note)
        lanes.send([Tell(AgentId("wang"), "state", {}), HangUp(ONE)])
    assert hands.done == [HangUp(ONE)]


async def test_a_lane_without_work_is_gone_and_comes_back():
    async with asyncio.TaskGroup() as tasks:
        hands = Hands(tasks)
        for _ in range(2):
            hands.lanes.send([HangUp(ONE)])
            assert hands.lanes.busy_count == 1
            await eventually(lambda: hands.lanes.busy_count == 0)
    assert hands.done == [HangUp(ONE), HangUp(ONE)]


async def test_the_end_of_the_group_ends_the_lanes():
    begun: list[Hands] = []

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            begun.append(hands := Hands(tasks))
            hands.close_gate(Answer(ONE))
            hands.lanes.send([Answer(ONE), HangUp(ONE)])
            await eventually(lambda: hands.begun == [Answer(ONE)])
            raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        await work()
    assert begun[0].done == []
    assert begun[0].lanes.busy_count == 0
