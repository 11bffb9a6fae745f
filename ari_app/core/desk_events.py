"""What people ask for, in the past tense: agents at their desks, supervisors, commands.

Each may be refused with a sentence. What Asterisk and time bring is in ``events.py``.
"""

from dataclasses import dataclass
from typing import Literal

from ari_app.core.values import AgentId, CallId, QueueName
from ari_app.core.verbs import Verb


@dataclass(frozen=True, slots=True)
class AgentSignedIn:
    """At this seat (empty: at the agent's own phone), or in place of ``takes_over``."""

    agent: AgentId
    seat: str = ""
    takes_over: AgentId | None = None


@dataclass(frozen=True, slots=True)
class AgentSignedOut:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class AgentAskedReady:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class AgentAskedPause:
    agent: AgentId
    reason: str


@dataclass(frozen=True, slots=True)
class AgentAccepted:
    agent: AgentId
    call: CallId


@dataclass(frozen=True, slots=True)
class AgentDeclined:
    agent: AgentId
    call: CallId


@dataclass(frozen=True, slots=True)
class AgentHungUp:
    agent: AgentId
    call: CallId


@dataclass(frozen=True, slots=True)
class AgentFinishedWrapUp:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class AgentAskedMoreWrapUp:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class AgentHandedOver:
    """The agent leaves after the call and its wrap-up; ``to`` is ready there at that moment."""

    agent: AgentId
    to: AgentId


@dataclass(frozen=True, slots=True)
class AgentForced:
    """``by`` wants this agent in this state: at once when free, else after the call."""

    agent: AgentId
    state: Literal["ready", "paused", "offline"]
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class AgentWrapUpChanged:
    """From now on this agent's wrap-ups last so long; None takes the order back."""

    agent: AgentId
    wrap_up_s: float | None


@dataclass(frozen=True, slots=True)
class DeskConnected:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class DeskLost:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class WrapUpChanged:
    """From now on wrap-up of this queue (None: of every queue) lasts so long; running ones stay.

    A length of None takes the order back: what queues.yaml says counts again.
    """

    queue: QueueName | None
    wrap_up_s: float | None


@dataclass(frozen=True, slots=True)
class SurgeChanged:
    """Surge mode goes on until an instant (None: until it is ended), or with no mode off."""

    mode: str | None
    until: float | None
    by: str


@dataclass(frozen=True, slots=True)
class TalkAsked:
    """An agent wants something done with the call they talk in."""

    agent: AgentId
    call: CallId
    verb: Verb


AgentsWish = (
    AgentSignedIn
    | AgentSignedOut
    | AgentAskedReady
    | AgentAskedPause
    | AgentAccepted
    | AgentDeclined
    | AgentHungUp
    | AgentFinishedWrapUp
    | AgentAskedMoreWrapUp
    | AgentHandedOver
    | AgentForced
    | AgentWrapUpChanged
    | DeskConnected
    | DeskLost
    | WrapUpChanged
    | SurgeChanged
)
DeskEvent = AgentsWish | TalkAsked


@dataclass(frozen=True, slots=True)
class RecordingAsked:
    """The recording is to pause or to go on; ``any_call``: also of a talk that is not one's own."""

    agent: AgentId
    call: CallId
    pause: bool
    any_call: bool = False


How = Literal["listen", "whisper", "barge", "take_over", "leave"]


@dataclass(frozen=True, slots=True)
class SuperviseAsked:
    """A supervisor wants into this talk, or in another way, or out of it."""

    supervisor: AgentId
    call: CallId
    how: How
    reason: str


LiveEvent = RecordingAsked | SuperviseAsked
"""What is asked about a live call, beside its agent and queue."""
