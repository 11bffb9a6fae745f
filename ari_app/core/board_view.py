"""What a supervisor's board shows of this moment: agents, queues, live calls, who supervises.

Looks at the engine's parts and changes nothing. Rows hold instants, never lengths, so that a row
changes only when something happened; one whose agent or call is as before is the same object, so
that whoever compares need not look into it. Numbers are masked: a board hangs on a wall.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from ari_app.core.agent import Agent, AgentState, standing
from ari_app.core.call import Call, Phase
from ari_app.core.dispatch import Dispatcher
from ari_app.core.emergency import Emergency
from ari_app.core.monitor import Monitor
from ari_app.core.orders import shown_mode
from ari_app.core.records import Json
from ari_app.core.values import AgentId, CallId, QueueName
from ari_app.tickets.masking import mask_number

Sections = dict[str, dict[str, Json]]
"""Rows by section and key."""

K = TypeVar("K", bound=str)
T = TypeVar("T")
NOT_SHOWN: Final = frozenset({AgentState.OFFLINE})


class _Kept(Generic[K, T]):
    """Rows made once and kept while what they were made of is the same."""

    def __init__(self) -> None:
        self._rows: dict[K, tuple[T, object, Json]] = {}

    def rows(
        self, found: Mapping[K, T], make: Callable[[T], Json], also: object = None
    ) -> dict[str, Json]:
        """``also`` is what a row depends on beside its own value."""
        rows: dict[K, tuple[T, object, Json]] = {}
        for key, value in found.items():
            kept = self._rows.get(key)
            if kept is None or kept[0] is not value or kept[1] != also:
                kept = (value, also, make(value))
            rows[key] = kept
        self._rows = rows
        return {key: row for key, (_, _, row) in rows.items()}


@dataclass(frozen=True, slots=True)
class Floor:
    """What the board looks at."""

    dispatcher: Dispatcher
    calls: Mapping[CallId, Call]
    monitor: Monitor
    emergency: Emergency | None


class BoardView:
    """One for the whole service: all boards show the same."""

    def __init__(self) -> None:
        self._agents: _Kept[AgentId, Agent] = _Kept()
        self._calls: _Kept[CallId, Call] = _Kept()

    def sections(self, floor: Floor) -> Sections:
        dispatcher = floor.dispatcher
        there = {a: one for a, one in dispatcher.agents.items() if one.state not in NOT_SHOWN}
        live = {c: one for c, one in floor.calls.items() if one.phase is not Phase.ENDING}
        agents = self._agents.rows(
            there, lambda one: _agent(dispatcher, one), (dispatcher.orders.surge, dispatcher.centre)
        )
        return {
            "agents": agents,
            "calls": self._calls.rows(live, _call),
            "queues": {queue: _queue(dispatcher, queue) for queue in dispatcher.centre.queues},
            "supervisions": {
                one.supervisor: {"call": one.call, "how": one.how, "at": one.at.value}
                for one in floor.monitor.watches.values()
            },
            "moment": {
                "surge": shown_mode(dispatcher.orders),
                "emergency": _emergency(floor.emergency),
                "agents": {"known": len(dispatcher.agents), "there": len(there)},
            },
        }


def _agent(dispatcher: Dispatcher, agent: Agent) -> Json:
    profile = dispatcher.centre.agents[agent.agent_id]
    return {
        "name": profile.name,
        "role": profile.role,
        "queues": [*sorted(dispatcher.queues_of(agent.agent_id))],
        **standing(agent),
        "has_desk": agent.has_desk,
    }


def _call(call: Call) -> Json:
    return {
        "phase": call.phase.value,
        "caller": mask_number(call.caller.number) if call.caller.number else "",
        "region": call.caller.region,
        "dialled": call.dialled,
        "language": call.flow.language,
        "queue": call.queue,
        "agent": call.agent,
        "talk": call.talk.value if call.phase is Phase.TALKING else None,
        "third": call.third.to if call.third is not None else None,
        "urgency": call.urgency,
        "is_vip": call.is_vip,
        "arrived_at": call.arrived_at,
        "queued_at": call.queued_at,
        "talk_since": call.talk_since,
        "is_recording_paused": call.pause is not None,
    }


def _queue(dispatcher: Dispatcher, queue: QueueName) -> Json:
    figures = dispatcher.figures
    callers = [one for _, _, one in dispatcher.waiting.in_queue(queue)]
    since = [dispatcher.waiting[one].since for one in callers]
    offered = Counter(offer.waiting.queue for offer in dispatcher.offers.values())
    return {
        "waiting": len(callers),
        "offered": offered[queue],
        "oldest_at": min(since, default=None),
        "expected_wait_s": figures.expected_wait_s(queue),
        "handling_s": round(figures.handling_s(queue), 1),
        "boost_s": dispatcher.queue_boost_s.get(queue, 0.0),
    }


def _emergency(emergency: Emergency | None) -> Json:
    """It may be over by now: whoever shows it knows ``until``."""
    if emergency is None:
        return None
    return {"prompt": emergency.prompt, "until": emergency.until, "since": emergency.since,
            "by": emergency.by}  # fmt: skip
