"""The nouns of the core: ids, refusals, and what is known of agents, queues and callers.

Plain frozen data. Knows nothing of Asterisk, of the database, or of how things are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType

from ari_app.core.records import Json

CallId = NewType("CallId", str)
"""Asterisk's unique id of the caller's channel: the same before and after a restart of ours."""
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
PlayId = NewType("PlayId", str)
AgentId = NewType("AgentId", str)
QueueName = NewType("QueueName", str)
MessageId = NewType("MessageId", str)
"""The name of a caller's recorded message; its file has the same name."""


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """What ``config/agents.yaml`` says of one agent."""

    agent_id: AgentId
    name: str
    skills: Mapping[str, int]
    queues: frozenset[QueueName]
    role: Literal["agent", "supervisor", "admin"] = "agent"
    answer: Literal["phone", "desk"] = "phone"
    """``phone``: the phone rings with the pop. ``desk``: the phone is called once accepted."""


@dataclass(frozen=True, slots=True)
class QueueProfile:
    """What ``config/queues.yaml`` says of one queue; durations in seconds."""

    name: QueueName
    ring_s: float = 20.0
    wrap_up_s: float = 30.0
    music: str = "default"


@dataclass(frozen=True, slots=True)
class Centre:
    """Everybody who may take calls, and the queues they take them from."""

    agents: Mapping[AgentId, AgentProfile]
    queues: Mapping[QueueName, QueueProfile]

    def queue(self, name: QueueName) -> QueueProfile:
        """The queue's profile; a queue nobody configured has the defaults."""
        return self.queues.get(name) or QueueProfile(name)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the trunk says it; ``region`` is empty when the number has none."""

    number: str
    name: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the database knows of this number over the last 30 days."""

    calls: tuple[Mapping[str, Json], ...] = ()
    tickets: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A recording's file and what is wrong with it; ``problem`` is None when nothing is."""

    file: str
    duration_s: float
    problem: str | None


@dataclass(frozen=True, slots=True)
class LegSeen:
    """A channel as Asterisk reports it. Only an agent's leg has an ``agent_id``."""

    leg: LegId
    is_up: bool
    agent_id: AgentId = AgentId("")
    caller: Caller = field(default_factory=lambda: Caller(""))
    dialled: str = ""


@dataclass(frozen=True, slots=True)
class BridgeSeen:
    """A bridge of ours as Asterisk reports it."""

    bridge: BridgeId
    legs: frozenset[LegId]


def agent_leg(call: CallId, offer: int) -> LegId:
    """The channel id of a call's n-th agent leg, chosen before Asterisk is asked for it."""
    return LegId(f"{call}.a{offer}")


def outside_leg(call: CallId, number: int) -> LegId:
    """The channel id of a call's n-th leg to an outside number."""
    return LegId(f"{call}.t{number}")


def is_outside(leg: LegId) -> bool:
    return leg.removeprefix(call_of(leg)).startswith(".t")


def message_of(call: CallId, number: int) -> MessageId:
    return MessageId(f"{call}.m{number}")


def call_of(leg: str) -> CallId:
    """The call a leg, bridge, playback or message of ours belongs to.

    Asterisk's own unique ids are ``system-epoch.sequence``: they hold exactly one full stop.
    """
    return CallId(".".join(leg.split(".")[:2]))


def bridge_of(call: CallId) -> BridgeId:
    return BridgeId(f"{call}.b")
