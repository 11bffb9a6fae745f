"""Everything the core can ask for, in the imperative: its whole output.

Each command names the lane that keeps it in order: commands of one call run one after another,
commands of different calls side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ari_app.core.records import Json, OpenCall, Record, SaveAgent
from ari_app.core.values import AgentId, BridgeId, CallId, LegId, MessageId, PlayId, call_of


@dataclass(frozen=True, slots=True)
class Write:
    """Write it down. What follows in the lane waits only for the opening of the ticket."""

    record: Record

    @property
    def lane(self) -> str:
        if isinstance(self.record, SaveAgent):
            return f"agent-{self.record.agent_id}"
        return self.record.call_id

    @property
    def must_be_durable(self) -> bool:
        return isinstance(self.record, OpenCall)


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


@dataclass(frozen=True, slots=True)
class RingOutside(_OnLeg):
    """Call a number outside; ``caller`` is the number shown there, the citizen's."""

    call: CallId
    number: str
    ring_s: float
    caller: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Make the call's bridge, unless it is there, and put these legs into it."""

    bridge: BridgeId
    legs: tuple[LegId, ...]

    @property
    def lane(self) -> str:
        return call_of(self.bridge)


@dataclass(frozen=True, slots=True)
class LeaveBridge(_OnLeg):
    """Take a leg out, so that it can be spoken to; what follows waits until it is out."""

    bridge: BridgeId


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
class StopMessage:
    """End the recording and keep it."""

    message: MessageId

    @property
    def lane(self) -> str:
        return call_of(self.message)


@dataclass(frozen=True, slots=True)
class DropMessage:
    """Nothing was said: its file is of no use."""

    message: MessageId

    @property
    def lane(self) -> str:
        return call_of(self.message)


@dataclass(frozen=True, slots=True)
class FindMessage:
    """After a gap: is it still being recorded? If not, say that it ended."""

    message: MessageId

    @property
    def lane(self) -> str:
        return call_of(self.message)


@dataclass(frozen=True, slots=True)
class LookUpCaller:
    call: CallId
    number: str

    @property
    def lane(self) -> str:
        return f"lookup-{self.call}"


@dataclass(frozen=True, slots=True)
class CheckRecording:
    """Look at the files of an ended call. ``talk_s`` is None when there was no talk; a message
    of 0 s may not exist at all."""

    call: CallId
    talk_s: float | None
    messages: tuple[tuple[MessageId, float], ...] = ()

    @property
    def lane(self) -> str:
        return f"recording-{self.call}"


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
    | Connect
    | LeaveBridge
    | DropBridge
    | HangUp
    | RecordMessage
    | StopMessage
    | DropMessage
    | FindMessage
    | LookUpCaller
    | CheckRecording
    | Tell
)
Command = LaneCommand | Refuse
