"""The seam: what the call engine and the dispatcher tell each other.

Neither knows the other's data. On one machine they are one process and this is a function call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ari_app.core.call_parts import Promise
from ari_app.core.records import Json
from ari_app.core.values import AgentId, Caller, CallId, QueueName


@dataclass(frozen=True, slots=True)
class CallQueued:
    """To the dispatcher: a caller waits. ``since`` keeps the place over offers and relaxations.

    ``last_agent`` served this number last, in a call of ``last_served_at``. The queue's steps count
    from ``steps_from``; None is ``since``.
    """

    call: CallId
    queue: QueueName
    needs: tuple[tuple[str, int], ...]
    priority: int
    since: float
    card: Mapping[str, object]
    returned: bool = False
    """Lost an agent: before everybody who did not."""
    wants: AgentId | None = None
    """Handed on to this agent, and waits for nobody else yet."""
    urgency: str = ""
    is_vip: bool = False
    last_agent: AgentId | None = None
    last_served_at: float = 0.0
    steps_from: float | None = None


@dataclass(frozen=True, slots=True)
class CallLeft:
    """To the dispatcher: the caller waits no more (hung up, or left the queue for a prompt)."""

    call: CallId


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """To the dispatcher: the agent answered in time; both are being connected."""

    call: CallId


@dataclass(frozen=True, slots=True)
class OfferConnected:
    call: CallId


NOT_RUNG = -1
"""No cause of Q.850: the phone was not asked to ring, or nobody knows whether it was."""


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """To the dispatcher: the agent's leg ended before both were connected."""

    call: CallId
    cause: int


@dataclass(frozen=True, slots=True)
class CallFinished:
    """To the dispatcher: this agent's talk is over; wrap-up begins, as long as the queue's is."""

    call: CallId
    queue: QueueName
    agent: AgentId


@dataclass(frozen=True, slots=True)
class CardChanged:
    call: CallId
    card: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CallAdopted:
    """To the dispatcher: after a gap, this agent is found talking to this caller."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True)
class ThirdWanted:
    """To the dispatcher: ``by``, who talks in this call, wants a colleague: this one, or any of
    the queue's who has the skills. The card is the citizen's."""

    call: CallId
    by: AgentId
    agent: AgentId | None
    queue: QueueName
    needs: tuple[tuple[str, int], ...]
    card: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ThirdAnswered:
    """To the dispatcher: the colleague's phone was answered in time."""

    call: CallId


@dataclass(frozen=True, slots=True)
class ThirdConnected:
    """To the dispatcher: the colleague talks; ``CallFinished`` tells of the end."""

    call: CallId


@dataclass(frozen=True, slots=True)
class ThirdFailed:
    """To the dispatcher: the colleague's leg ended before it was connected."""

    call: CallId
    cause: int


@dataclass(frozen=True, slots=True)
class ThirdLeft:
    """To the dispatcher: the colleague is not wanted any more."""

    call: CallId


@dataclass(frozen=True, slots=True)
class ThirdOffered:
    """To the call engine: this colleague is reserved. ``ring`` is false until a desk accepts."""

    call: CallId
    agent: AgentId
    ring: bool
    ring_s: float


@dataclass(frozen=True, slots=True)
class ThirdAccepted:
    """To the call engine: the colleague's desk accepted; the phone answers by itself."""

    call: CallId
    ring_s: float


@dataclass(frozen=True, slots=True)
class ThirdRefused:
    """To the call engine: nobody comes, and why."""

    call: CallId
    reason: str


@dataclass(frozen=True, slots=True)
class CallOffered:
    """To the call engine: this agent is reserved. ``ring`` is false until a desk accepts.

    ``interpreter`` is the outside number that joins the talk, for this agent lacks a skill.
    """

    call: CallId
    agent: AgentId
    ring: bool
    ring_s: float
    interpreter: str = ""


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """To the call engine: the desk accepted; ring the phone, which answers by itself."""

    call: CallId
    ring_s: float


@dataclass(frozen=True, slots=True)
class OfferCancelled:
    """To the call engine: the reservation is void; the caller keeps the place."""

    call: CallId


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """To the call engine: this agent asked to hang up."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True)
class CallPlaced:
    """To the call engine: call this number, for an agent (``tree`` empty) or for a tree.

    For an agent it waits in ``queue`` with the place of ``queued_at`` until one is reserved, and
    only then is anybody called. ``fields`` are what the tree finds in the ticket's fields.
    ``card`` is added to the pop.
    """

    call: CallId
    kind: str
    ticket_id: str
    caller: Caller
    dialled: str
    ring_s: float
    language: str = ""
    notice: str = ""
    tree: str = ""
    queue: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    queued_at: float = 0.0
    fields: tuple[tuple[str, str], ...] = ()
    card: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallWithdrawn:
    """To the call engine: nobody need be called any more; whoever is on the line stays there."""

    call: CallId


@dataclass(frozen=True, slots=True)
class CallOver:
    """To the dial list: a call has ended, at ``at``.

    ``result`` says why a call that we placed reached nobody, ``path`` which nodes of its tree were
    visited, ``fields`` what they wrote.
    """

    call: CallId
    number: str
    name: str
    dialled: str
    language: str
    at: float
    outcome: str
    ticket_id: str
    queue: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    promise: Promise | None = None
    is_placed: bool = False
    result: str = ""
    path: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedDials:
    """To the dial list: this call is being placed now."""

    call: CallId


@dataclass(frozen=True, slots=True)
class PlacedTalks:
    """To the dial list: whoever we called talks to an agent, or hears the tree."""

    call: CallId


ToDialList = CallOver | PlacedDials | PlacedTalks


@dataclass(frozen=True, slots=True)
class SupervisionBegan:
    """To the dispatcher: this supervisor is on the way into a talk, and free for no call."""

    agent: AgentId
    call: CallId


@dataclass(frozen=True, slots=True)
class SupervisionEnded:
    """To the dispatcher: this supervisor is out of it again, and where they were before."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class CallTakenOver:
    """To the dispatcher: the talk is this supervisor's now; the agent before is told otherwise."""

    call: CallId
    agent: AgentId


OfSupervisors = SupervisionBegan | SupervisionEnded | CallTakenOver

ToDispatcher = (
    CallQueued
    | CallLeft
    | OfferAnswered
    | OfferConnected
    | OfferFailed
    | CallFinished
    | CardChanged
    | CallAdopted
    | ThirdWanted
    | ThirdAnswered
    | ThirdConnected
    | ThirdFailed
    | ThirdLeft
    | OfSupervisors
)
ToCalls = (
    CallOffered
    | OfferAccepted
    | OfferCancelled
    | TalkEnded
    | ThirdOffered
    | ThirdAccepted
    | ThirdRefused
    | CallPlaced
    | CallWithdrawn
)
