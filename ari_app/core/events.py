"""Everything that can happen, in the past tense: the whole input of the core."""

from collections.abc import Mapping
from dataclasses import dataclass

from ari_app.core.emergency import Emergency
from ari_app.core.rollout import Rollout
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    Caller,
    CallId,
    CheckedFile,
    History,
    LegId,
    LegSeen,
    MessageId,
    PlayId,
    QueueName,
    call_of,
)
from ari_app.core.versions import Version

# --- Asterisk says ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallArrived:
    call: CallId
    caller: Caller
    dialled: str


@dataclass(frozen=True, slots=True)
class LegUp:
    leg: LegId


@dataclass(frozen=True, slots=True)
class LegDown:
    """A channel is gone. ``cause`` is Q.850; 0 when Asterisk did not say."""

    leg: LegId
    cause: int = 0


@dataclass(frozen=True, slots=True)
class KeyPressed:
    leg: LegId
    digit: str


@dataclass(frozen=True, slots=True)
class PlayEnded:
    play: PlayId
    ok: bool = True


@dataclass(frozen=True, slots=True)
class BridgeEntered:
    bridge: BridgeId
    leg: LegId


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """The recording of a caller's message is over; 0 s when nobody knows how long it is."""

    message: MessageId
    seconds: float = 0.0
    ok: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AsteriskLost:
    """From now on nothing is heard of Asterisk, until it is seen again."""


@dataclass(frozen=True, slots=True)
class AsteriskSeen:
    """What Asterisk holds right now, read after a (re)connect or by the sweeper.

    ``ended`` tells when calls ended that are gone meanwhile, as far as its event log knows.
    ``is_resync`` is true after a gap in the event stream: prompts are then played again.
    """

    legs: tuple[LegSeen, ...]
    bridges: tuple[BridgeSeen, ...]
    ended: Mapping[CallId, float]
    is_resync: bool = True
    elsewhere: frozenset[AgentId] = frozenset()
    """Agents whose phone is in a call that is none of ours, a duty phone's for instance."""


# --- the shell reports back ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RingFailed:
    """The leg of an agent or an outside number could not even be created."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class CallerKnown:
    call: CallId
    history: History


@dataclass(frozen=True, slots=True)
class RecordingChecked:
    """The files of a call: of what was said in bridges (None without any), and its messages."""

    call: CallId
    talk: CheckedFile | None
    messages: tuple[CheckedFile, ...] = ()


# --- an agent or a supervisor asks -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentSignedIn:
    agent: AgentId


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
class DeskConnected:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class DeskLost:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class WrapUpChanged:
    """From now on wrap-up of this queue (None: of every queue) lasts so long; running ones stay."""

    queue: QueueName | None
    wrap_up_s: float


# --- an admin or a supervisor switches -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TreesChanged:
    """From now on new calls are served so. ``versions`` are those that were not loaded yet."""

    rollout: Rollout
    versions: Mapping[int, Version]


@dataclass(frozen=True, slots=True)
class EmergencyChanged:
    """The announcement said before everything else; None switches it off."""

    emergency: Emergency | None


SwitchEvent = TreesChanged | EmergencyChanged

DeskEvent = (
    AgentSignedIn
    | AgentSignedOut
    | AgentAskedReady
    | AgentAskedPause
    | AgentAccepted
    | AgentDeclined
    | AgentHungUp
    | AgentFinishedWrapUp
    | DeskConnected
    | DeskLost
    | WrapUpChanged
)

LegEvent = LegUp | LegDown | KeyPressed | PlayEnded | BridgeEntered | RingFailed | MessageEnded

CallEvent = CallArrived | LegEvent | CallerKnown | RecordingChecked

Event = CallEvent | DeskEvent | SwitchEvent | AsteriskLost | AsteriskSeen


def call_named_in(event: LegEvent) -> CallId:
    match event:
        case PlayEnded():
            return call_of(event.play)
        case BridgeEntered():
            return call_of(event.bridge)
        case MessageEnded():
            return call_of(event.message)
        case _:
            return call_of(event.leg)


# --- the seam: what the call engine and the dispatcher tell each other ------------------------


@dataclass(frozen=True, slots=True)
class CallQueued:
    """To the dispatcher: a caller waits. ``since`` keeps the place over offers and relaxations."""

    call: CallId
    queue: QueueName
    needs: tuple[tuple[str, int], ...]
    priority: int
    since: float
    card: Mapping[str, object]


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


@dataclass(frozen=True, slots=True)
class OfferFailed:
    """To the dispatcher: the agent's leg ended before both were connected."""

    call: CallId
    cause: int


@dataclass(frozen=True, slots=True)
class CallFinished:
    """To the dispatcher: the talk is over; wrap-up begins, as long as the queue's is."""

    call: CallId
    queue: QueueName


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
class CallOffered:
    """To the call engine: this agent is reserved. ``ring`` is false until a desk accepts."""

    call: CallId
    agent: AgentId
    ring: bool
    ring_s: float


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
    """To the call engine: the agent asked to hang up."""

    call: CallId


ToDispatcher = (
    CallQueued
    | CallLeft
    | OfferAnswered
    | OfferConnected
    | OfferFailed
    | CallFinished
    | CardChanged
    | CallAdopted
)
ToCalls = CallOffered | OfferAccepted | OfferCancelled | TalkEnded
