"""Everything the core can ask for, in the imperative: its whole output.

Each command names the lane that keeps it in order: commands of one call run one after another,
commands of different calls side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ari_app.core.file_commands import CheckRecording as CheckRecording
from ari_app.core.file_commands import DropMessage as DropMessage
from ari_app.core.file_commands import FindMessage as FindMessage
from ari_app.core.file_commands import MuteRecording as MuteRecording
from ari_app.core.file_commands import RenewRecording as RenewRecording
from ari_app.core.file_commands import StopMessage as StopMessage
from ari_app.core.records import (
    Audited,
    Journaled,
    Json,
    OpenCall,
    Record,
    SaveAgent,
    SaveDial,
    SaveOrder,
)
from ari_app.core.values import AgentId, BridgeId, CallId, LegId, MessageId, PlayId, call_of


@dataclass(frozen=True, slots=True)
class Write:
    """Write it down. What follows in the lane waits only for the opening of the ticket.

    ``holds`` names another lane, in which what follows waits for this record.
    """

    record: Record
    holds: str = ""

    @property
    def lane(self) -> str:
        return self.holds or self._own_lane()

    def _own_lane(self) -> str:
        match self.record:
            case SaveAgent(agent_id=agent):
                return f"agent-{agent}"
            case SaveDial(entry_id=entry):
                return f"dial-{entry}"
            case SaveOrder():
                return "orders"
            case Journaled():
                return "journal"
            case Audited():
                return "audit"
            case record:
                return record.call_id

    @property
    def must_be_durable(self) -> bool:
        return isinstance(self.record, OpenCall) or bool(self.holds)


@dataclass(frozen=True, slots=True)
class _OnLeg:
    leg: LegId

    @property
    def lane(self) -> str:
        return call_of(self.leg)


@dataclass(frozen=True, slots=True)
class Answer(_OnLeg):
    pass


@dataclass(frozen=True, slots=True)
class Play(_OnLeg):
    play: PlayId
    prompts: tuple[tuple[str, str], ...]
    """Prompt ids, each with the language it is spoken in."""


@dataclass(frozen=True, slots=True)
class StopPlay:
    play: PlayId

    @property
    def lane(self) -> str:
        return call_of(self.play)


@dataclass(frozen=True, slots=True)
class StartMusic(_OnLeg):
    music: str = "default"


@dataclass(frozen=True, slots=True)
class StopMusic(_OnLeg):
    pass


@dataclass(frozen=True, slots=True)
class RingAgent(_OnLeg):
    call: CallId
    agent: AgentId
    ring_s: float
    caller: str
    auto_answer: bool = False
    is_first: bool = False
    """There is no caller's channel yet: the phone rings for a call that we place."""
    endpoint: str = ""
    """The seat's account where the agent sits at one; empty: the agent's own."""


@dataclass(frozen=True, slots=True)
class RingOutside(_OnLeg):
    """Call a number outside; ``caller`` is the number shown there, the citizen's."""

    call: CallId
    number: str
    ring_s: float
    caller: str


@dataclass(frozen=True, slots=True)
class DialOut(_OnLeg):
    """Call the other side of a call that we place; the leg's id is the call's.

    ``is_recorded``: what is said in a bridge is recorded, as of calls that come in.
    """

    number: str
    ring_s: float
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class StartRinging(_OnLeg):
    """Let this leg hear that the other side rings."""


@dataclass(frozen=True, slots=True)
class StopRinging(_OnLeg):
    pass


@dataclass(frozen=True, slots=True)
class Connect:
    """Make the call's bridge, unless it is there, and put these legs into it."""

    bridge: BridgeId
    legs: tuple[LegId, ...]

    @property
    def lane(self) -> str:
        return call_of(self.bridge)


@dataclass(frozen=True, slots=True)
class StartSnoop:
    """Make a channel that hears what this leg hears and says, and speaks to it alone."""

    snoop: LegId
    leg: LegId
    whisper: bool

    @property
    def lane(self) -> str:
        return call_of(self.leg)


@dataclass(frozen=True, slots=True)
class LeaveBridge(_OnLeg):
    """Take a leg out, so that it can be spoken to; what follows waits until it is out."""

    bridge: BridgeId


@dataclass(frozen=True, slots=True)
class _OnBridge:
    bridge: BridgeId

    @property
    def lane(self) -> str:
        return call_of(self.bridge)


@dataclass(frozen=True, slots=True)
class StartHoldMusic(_OnBridge):
    """Music for whoever is in the bridge."""

    music: str = "default"


@dataclass(frozen=True, slots=True)
class StopHoldMusic(_OnBridge):
    pass


@dataclass(frozen=True, slots=True)
class MuteLeg(_OnLeg):
    """Nobody hears this leg any more, in whichever bridge it is."""


@dataclass(frozen=True, slots=True)
class UnmuteLeg(_OnLeg):
    pass


@dataclass(frozen=True, slots=True)
class PressKeys(_OnLeg):
    """Press keys towards the one at the end of this leg."""

    digits: str


@dataclass(frozen=True, slots=True)
class DropBridge:
    bridge: BridgeId

    @property
    def lane(self) -> str:
        return call_of(self.bridge)


@dataclass(frozen=True, slots=True)
class HangUp(_OnLeg):
    """``answered_elsewhere`` keeps the phone from showing a missed call."""

    reason: str = "normal"


@dataclass(frozen=True, slots=True)
class RecordMessage(_OnLeg):
    """Beep, and record what this leg says."""

    message: MessageId
    max_s: float
    silence_s: float
    end_key: str


@dataclass(frozen=True, slots=True)
class LookUpCaller:
    call: CallId
    number: str

    @property
    def lane(self) -> str:
        return f"lookup-{self.call}"


@dataclass(frozen=True, slots=True)
class Tell:
    """Push a message to an agent's desk: ``offer``, ``offer_ended``, ``connected``, ``state``."""

    agent: AgentId
    kind: str
    data: Mapping[str, Json]

    @property
    def lane(self) -> str:
        return f"desk-{self.agent}"


@dataclass(frozen=True, slots=True)
class Refuse:
    """The one who asked gets a no: a stable code and a sentence for people."""

    code: str
    message: str


LaneCommand = (
    Write
    | Answer
    | Play
    | StopPlay
    | StartMusic
    | StopMusic
    | RingAgent
    | RingOutside
    | DialOut
    | StartRinging
    | StopRinging
    | Connect
    | LeaveBridge
    | StartHoldMusic
    | StopHoldMusic
    | MuteLeg
    | UnmuteLeg
    | PressKeys
    | DropBridge
    | HangUp
    | RecordMessage
    | StopMessage
    | DropMessage
    | FindMessage
    | LookUpCaller
    | CheckRecording
    | MuteRecording
    | RenewRecording
    | StartSnoop
    | Tell
)
Command = LaneCommand | Refuse
