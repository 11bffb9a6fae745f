"""The words of the desk socket, both ways: checked on the way in, published in ``openapi.json``.

Knows no connection.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ari_app.web.models import Answered, Asked, Instant, Name, Pop, Reason, RecordingNow
from ari_app.web.verb_models import (
    ConfidentialMark,
    Keys,
    PlainName,
    Target,
    ThirdParty,
    UrgencyMark,
)

Ref = Annotated[str, Field(max_length=64)] | Annotated[int, Field(strict=True)] | None
CallRef = Annotated[str, Field(min_length=1, max_length=128)]


class HelloAction(Asked):
    """A browser's first message, within 5 s."""

    type: Literal["hello"]
    token: str = Field(min_length=1, max_length=256)


class _Action(Asked):
    ref: Ref = Field(None, description="Comes back in the reply")


class PingAction(_Action):
    """Answered at once: a page learns whether its connection still lives, and what time it is."""

    type: Literal["ping"]


class ReadyAction(_Action):
    type: Literal["ready"]


class NotReadyAction(_Action):
    type: Literal["not_ready"]
    reason: Reason


class WrapUpDoneAction(_Action):
    type: Literal["wrap_up_done"]


class WrapUpMoreAction(_Action):
    type: Literal["wrap_up_more"]


class HandOverAction(_Action):
    """Leave the own seat to somebody who is signed in and not ready."""

    type: Literal["hand_over"]
    to: Name


class CallAction(_Action):
    type: Literal["accept", "decline", "hang_up"]
    call: CallRef


class VerbAction(_Action):
    """Something that is done with the own live call, with nothing more to say about it."""

    type: PlainName
    call: CallRef


class RecordingAction(_Action):
    """Of the own live call."""

    type: Literal["pause_recording", "resume_recording"]
    call: CallRef


class TargetAction(_Action, Target):
    type: Literal["consult", "transfer"]
    call: CallRef


class ThreeWayAction(_Action, ThirdParty):
    type: Literal["three_way"]
    call: CallRef


class KeysAction(_Action, Keys):
    type: Literal["send_keys"]
    call: CallRef


class UrgencyAction(_Action, UrgencyMark):
    type: Literal["mark_urgent"]
    call: CallRef


class ConfidentialAction(_Action, ConfidentialMark):
    type: Literal["mark_confidential"]
    call: CallRef


TalkAction = (
    VerbAction | TargetAction | ThreeWayAction | KeysAction | UrgencyAction | ConfidentialAction
)
DeskAction = (
    ReadyAction | NotReadyAction | WrapUpDoneAction | WrapUpMoreAction | HandOverAction | CallAction
)
Action = DeskAction | RecordingAction | TalkAction
ACTION: TypeAdapter[Action | PingAction] = TypeAdapter(
    Annotated[Action | PingAction, Field(discriminator="type")]
)


class _Told(Answered):
    seq: int = Field(description="Counts this agent's messages; a gap means: reconnect")


class Hello(_Told):
    """First of all: where the agent stands. The open screen-pop follows with the same `seq`."""

    type: Literal["hello"]
    agent: str
    state: str
    reason: str
    since: Instant
    until: Instant | None
    call: str | None
    card: dict[str, object] | None = Field(
        None, description="The pop of the call in hand, while the agent talks"
    )
    talk_since: Instant | None = None
    recording: RecordingNow | None = None


class OfferMessage(_Told, Pop):
    """A call is offered; the pop of a call that is shown already replaces it."""

    type: Literal["offer", "offer_changed"]


class OfferEnded(_Told):
    type: Literal["offer_ended"]
    call: str
    reason: Literal[
        "answered",
        "caller_left",
        "no_answer",
        "declined",
        "phone_busy",
        "phone_unreachable",
        "not_rung",
    ]


class CallMoved(_Told):
    type: Literal["connected", "call_ended"]
    call: str


class OutsideMoved(_Told):
    """Whoever is called into this agent's talk, or consulted: a number outside or a colleague."""

    type: Literal["outside"]
    call: str
    to: str = Field(description="Its name in numbers.yaml, the colleague's number, or the queue")
    state: Literal[
        "ringing", "joined", "busy", "no_answer", "failed", "declined", "phone_busy", "not_ready",
        "ended",
    ]  # fmt: skip


class TalkMoved(_Told):
    """How this agent's talk stands now."""

    type: Literal["talk"]
    call: str
    talk: Literal["talking", "held", "consulting", "joined", "passing"]
    voice: Literal["open", "muted"] = Field(description="The agent's own")


class SupervisionMoved(_Told):
    """To the supervisor: where they are in somebody's talk."""

    type: Literal["supervision"]
    call: str
    how: Literal["listen", "whisper", "barge", "take_over"]
    state: Literal["ringing", "listening", "whispering", "barged_in", "taken_over", "ended"]
    reason: str = Field(
        description="Why it ended: `left call_ended agent_left not_now busy no_answer failed`"
    )


class RecordingMoved(_Told):
    """The recording of this agent's talk paused, goes on, or could not be paused."""

    type: Literal["recording"]
    call: str
    state: Literal["paused", "recording", "failed"]
    until: Instant | None = Field(description="When a pause ends by itself")


class Dialling(_Told):
    """The citizen of a callback is being called, while this agent hears it ring."""

    type: Literal["dialling"]
    call: str
    state: Literal[
        "ringing", "answered", "busy", "no_answer", "failed", "no_agent", "withdrawn", "no_tree"
    ]


class DutyUnanswered(_Told):
    """To supervisors: a round of duty phones passed and nobody pressed the key."""

    type: Literal["duty_unanswered"]
    entry: str
    ticket_id: str
    unit: str
    round: int


class StateMessage(_Told):
    type: Literal["state"]
    state: str
    reason: str
    since: Instant
    until: Instant | None


class StaffAlert(_Told):
    """To supervisors: somebody needs looking after."""

    type: Literal["staff_alert"]
    agent: str
    name: str
    what: Literal["pause_too_long", "missed_offers", "fatigue_soon", "fatigue"]
    state: str
    reason: str
    since: Instant
    until: Instant | None


class Forced(_Told):
    """A supervisor ordered a state; it comes at once or after the call."""

    type: Literal["forced"]
    state: Literal["ready", "paused", "offline"]
    reason: str
    by: str
    by_name: str
    is_after_call: bool


class Fatigue(_Told):
    """A rest is near: after long work (then `rests_at` says when) or long talks."""

    type: Literal["fatigue"]
    limit: Literal["work", "talk"]
    rests_at: Instant | None


class SurgeMessage(_Told):
    type: Literal["surge"]
    on: bool
    mode: str | None
    label: str | None


class Reply(Answered):
    type: Literal["reply"]
    ref: Ref = None
    ok: bool
    code: str | None = None
    message: str | None = None
    now: Instant | None = Field(None, description="To a ping: the service's clock")


class Closed(Answered):
    """The last message before the server closes, with the close code."""

    type: Literal["closed"]
    code: int
    message: str


ACTIONS = (
    HelloAction, PingAction, ReadyAction, NotReadyAction, WrapUpDoneAction, WrapUpMoreAction,
    HandOverAction, CallAction, VerbAction, TargetAction, ThreeWayAction, KeysAction, UrgencyAction,
    ConfidentialAction, RecordingAction,
)  # fmt: skip
TOLD = (
    Hello, OfferMessage, OfferEnded, CallMoved, OutsideMoved, TalkMoved, StateMessage, StaffAlert,
    Dialling, DutyUnanswered, Forced, Fatigue, SurgeMessage, RecordingMoved, SupervisionMoved,
    Reply, Closed,
)  # fmt: skip
