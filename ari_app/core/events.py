"""Everything that can happen, in the past tense: the whole input of the core."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ari_app.core.desk_events import DeskEvent, LiveEvent
from ari_app.core.emergency import Emergency
from ari_app.core.outbound.asked import OutboundAsked
from ari_app.core.outbound.entry import Entry
from ari_app.core.outbound.policy import OFF, DutyList, NoDuty, Policy
from ari_app.core.pause import Gap
from ari_app.core.rollout import Rollout
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    Caller,
    CallId,
    Centre,
    CheckedFile,
    History,
    LegId,
    LegSeen,
    MessageId,
    PlayId,
    call_of,
)
from ari_app.core.versions import Version
from ari_app.core.world import OutsideNumber, World

# --- Asterisk says ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallArrived:
    call: CallId
    caller: Caller
    dialled: str
    rang_at: float = 0.0
    """When its channel was made, by Asterisk's clock; 0 when Asterisk did not say."""


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
class PlayStarted:
    play: PlayId


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
    is_phones_fault: bool = True
    """Asterisk tried and could not; else it did not answer, or could not be asked at all."""


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
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordingMuted:
    """Asterisk was told to stop or go on recording; ``ok`` is false when it did not do so."""

    call: CallId
    is_muted: bool
    ok: bool


@dataclass(frozen=True, slots=True)
class EntriesRead:
    """The open entries of the dial list, once the database holds all that earlier runs wrote."""

    entries: tuple[Entry, ...]


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


@dataclass(frozen=True, slots=True)
class ConfigurationChanged:
    """From now on this is configured. ``numbers`` are those that can be called outside."""

    centre: Centre
    world: World
    numbers: Mapping[str, OutsideNumber]
    policy: Policy = OFF
    units: DutyList = field(default_factory=NoDuty)


SwitchEvent = TreesChanged | EmergencyChanged

LegEvent = LegUp | LegDown | KeyPressed | PlayEnded | BridgeEntered | RingFailed | MessageEnded

CallEvent = CallArrived | LegEvent | CallerKnown | RecordingChecked

Asked = DeskEvent | LiveEvent | OutboundAsked
ShellEvent = PlayStarted | RecordingMuted | EntriesRead

Event = (
    CallEvent
    | ShellEvent
    | Asked
    | SwitchEvent
    | ConfigurationChanged
    | AsteriskLost
    | AsteriskSeen
)


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
