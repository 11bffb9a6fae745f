"""The nouns of the core: ids, refusals, and what is known of agents, queues and callers.

Plain frozen data. Knows nothing of Asterisk, of the database, or of how things are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, NewType

from ari_app.core.modes import Mode
from ari_app.core.records import Json
from ari_app.core.staffing import Staffing
from ari_app.routing.place import Boosts
from ari_app.routing.plan import QueuePlan

CallId = NewType("CallId", str)
"""Asterisk's unique id of the caller's channel: the same before and after a restart of ours."""
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
PlayId = NewType("PlayId", str)
AgentId = NewType("AgentId", str)
AgentRole = Literal["agent", "supervisor", "quality", "auditor", "admin"]
"""``quality`` (质检员) judges talks, ``auditor`` (审计员) what was done; neither takes calls."""
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
    role: AgentRole = "agent"
    may_supervise: frozenset[str] = frozenset()
    """Of ``listen``, ``whisper``, ``barge`` and ``take_over``."""
    answer: Literal["phone", "desk"] = "phone"
    """``phone``: the phone rings with the pop. ``desk``: the phone is called once accepted."""
    site: str = ""
    rank: int = 0
    """A smaller one is asked first, where a queue asks in order."""
    employer: str = ""
    has_phone: bool = True
    """Without one of their own, agents sit down at a seat when they sign in."""


@dataclass(frozen=True, slots=True)
class QueueProfile:
    """What ``config/queues.yaml`` says of one queue; durations in seconds."""

    name: QueueName
    ring_s: float = 20.0
    wrap_up_s: float = 30.0
    music: str = "default"
    plan: QueuePlan = field(default_factory=QueuePlan)
    label: str = ""
    """For people; empty: the name."""


@dataclass(slots=True)
class Centre:
    """Everybody who may take calls, and the queues they take them from.

    All parts of an engine look at one centre: ``become`` changes it for all of them at once.
    """

    agents: Mapping[AgentId, AgentProfile]
    queues: Mapping[QueueName, QueueProfile]
    boosts: Boosts = field(default_factory=Boosts)
    staffing: Staffing = field(default_factory=Staffing)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    seats: frozenset[str] = frozenset()
    browser_phones: frozenset[str] = frozenset()
    """Of agents and seats: those whose phone is the page."""

    def queue(self, name: QueueName) -> QueueProfile:
        """The queue's profile; a queue nobody configured has the defaults."""
        return self.queues.get(name) or QueueProfile(name)

    def become(self, other: "Centre") -> None:
        """Be from now on what the other one is."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))


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
    """The channel id of a call's n-th agent leg, chosen before Asterisk is asked for it.

    Of a call that we place it is there before the citizen's channel, whose id is the call's; as
    Asterisk (``does_id_conflict``) makes no channel whose id another one's begins with, the
    attempt gets a zero in front.
    """
    if not is_placed(call):
        return LegId(f"{call}.a{offer}")
    entry, _, attempt = call.rpartition(".")
    return LegId(f"{entry}.0{attempt}.a{offer}")


def outside_leg(call: CallId, number: int) -> LegId:
    """The channel id of a call's n-th leg to an outside number."""
    return LegId(f"{call}.t{number}")


PLACED = ("callback-", "missed-", "duty-", "visit-")
"""How the ids of calls begin that we place: ``<entry id>.<attempt>``."""


def is_placed(call: str) -> bool:
    return call.startswith(PLACED)


def supervisor_leg(call: CallId, number: int) -> LegId:
    """The channel id of a supervisor's leg into a call."""
    return LegId(f"{call}.s{number}")


def snoop_of(leg: LegId, number: int) -> LegId:
    """The channel through which a supervisor's leg hears an agent's."""
    return LegId(f"{leg}.snoop{number}")


def beside(leg: LegId) -> BridgeId:
    """The bridge in which a supervisor hears a talk without being in it."""
    return BridgeId(f"{leg}.b")


def is_supervisors(name: str) -> bool:
    """A leg, a snoop or a bridge of a supervisor's."""
    return name.removeprefix(call_of(name)).startswith(".s")


def is_outside(leg: LegId) -> bool:
    return leg.removeprefix(call_of(leg)).startswith(".t")


def message_of(call: CallId, number: int) -> MessageId:
    return MessageId(f"{call}.m{number}")


def call_of(leg: str) -> CallId:
    """The call a leg, bridge, playback or message of ours belongs to.

    Asterisk's own unique ids are ``system-epoch.sequence``: they hold exactly one full stop.
    """
    first, *rest = leg.split(".")
    if not rest:
        return CallId(leg)
    return CallId(f"{first}.{rest[0].lstrip('0') if is_placed(leg) else rest[0]}")


def bridge_of(call: CallId) -> BridgeId:
    return BridgeId(f"{call}.b")


def aside_of(call: CallId) -> BridgeId:
    """The bridge in which an agent consults a third, unheard by the citizen."""
    return BridgeId(f"{call}.c")
