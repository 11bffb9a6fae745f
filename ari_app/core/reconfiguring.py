"""What a changed configuration means while calls go on.

Decides what is refused because somebody is in it right now: a queue with callers, or into which
somebody may come back, a seat with an agent, the surge mode that is on. Everything else holds from
the next decision on. Reads no files.
"""

from collections.abc import Iterator
from typing import Protocol

from ari_app.core.calls import CallEngine
from ari_app.core.commands import Command, Refuse
from ari_app.core.dispatch import Dispatcher
from ari_app.core.events import ConfigurationChanged
from ari_app.core.live_facts import FactsSource
from ari_app.core.outbound.dial_list import DialList
from ari_app.core.outbound.entry import Entry
from ari_app.core.seam import ToCalls
from ari_app.core.values import Centre
from ari_app.core.world import OutsideNumber


class Whole(Protocol):
    """The parts of the engine that look at the configuration."""

    call_engine: CallEngine
    dispatcher: Dispatcher
    facts: FactsSource
    dial_list: DialList
    numbers: dict[str, OutsideNumber]


def change(engine: Whole, said: ConfigurationChanged, now: float) -> list[Command | ToCalls]:
    """All of it or, with a refusal, nothing."""
    refusal = _refusal(engine, said.centre)
    if refusal is not None:
        return [refusal]
    engine.facts.world = said.world
    engine.numbers.clear()
    engine.numbers.update(said.numbers)
    supervisors = [one.agent_id for one in said.centre.agents.values() if one.role == "supervisor"]
    stopped = engine.dial_list.change(said.policy, said.units, supervisors)
    return [*engine.dispatcher.change(said.centre, now), *stopped]


def _refusal(engine: Whole, centre: Centre) -> Refuse | None:
    dispatcher = engine.dispatcher
    gone = {str(one) for one in dispatcher.centre.queues.keys() - centre.queues.keys()}
    for queue in sorted(gone):
        count = sum(queue in queues for queues in _queues_in_use(engine.call_engine))
        if count:
            said = f"队列 {queue} 里还有 {count} 位市民，不能删除；请等队列清空后再试。"
            return Refuse("queue_in_use", said)
        count = sum(one.queue == queue for one in _open_entries(engine.dial_list))
        if count:
            said = f"队列 {queue} 还有 {count} 个待回拨，不能删除；请先完成或取消回拨。"
            return Refuse("queue_in_use", said)
    return _seat_in_use(dispatcher, centre) or _mode_in_use(dispatcher, centre)


def _queues_in_use(calls: CallEngine) -> Iterator[tuple[str, ...]]:
    """Of each call: where the caller waits, or waits again should the agent or the number be lost,
    and where they are called back."""
    for call in calls.calls.values():
        yield (call.queue, call.promise.queue) if call.promise else (call.queue,)


def _open_entries(dial_list: DialList) -> Iterator[Entry]:
    return (one for one in dial_list.entries.values() if not one.is_final)


def _seat_in_use(dispatcher: Dispatcher, centre: Centre) -> Refuse | None:
    gone = dispatcher.centre.seats - centre.seats
    for agent in dispatcher.agents.values():
        if agent.seat in gone:
            said = f"座位 {agent.seat} 上有坐席 {agent.agent_id}，不能删除；请先让其签出。"
            return Refuse("seat_in_use", said)
    return None


def _mode_in_use(dispatcher: Dispatcher, centre: Centre) -> Refuse | None:
    surge = dispatcher.orders.surge
    if surge is None or surge.mode in centre.modes:
        return None
    return Refuse("mode_in_use", f"突发模式 {surge.mode} 正在使用，不能删除；请先关闭该模式。")
