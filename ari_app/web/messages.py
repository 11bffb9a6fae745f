"""The words of the desk socket, both ways: checked on the way in, published in ``openapi.json``.

Knows no connection.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ari_app.web.models import Answered, Asked, Instant, Pop, Reason

Ref = Annotated[str, Field(max_length=64)] | Annotated[int, Field(strict=True)] | None
CallRef = Annotated[str, Field(min_length=1, max_length=128)]


class HelloAction(Asked):
    """A browser's first message, within 5 s."""

    type: Literal["hello"]
    token: str = Field(min_length=1, max_length=256)


class _Action(Asked):
    ref: Ref = Field(None, description="Comes back in the reply")


class ReadyAction(_Action):
    type: Literal["ready"]


class NotReadyAction(_Action):
    type: Literal["not_ready"]
    reason: Reason


class WrapUpDoneAction(_Action):
    type: Literal["wrap_up_done"]


class CallAction(_Action):
    type: Literal["accept", "decline", "hang_up"]
    call: CallRef


Action = ReadyAction | NotReadyAction | WrapUpDoneAction | CallAction
ACTION: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="type")])


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


class OfferMessage(_Told, Pop):
    """A call is offered; the pop of a call that is shown already replaces it."""

    type: Literal["offer", "offer_changed"]


class OfferEnded(_Told):
    type: Literal["offer_ended"]
    call: str
    reason: Literal[
        "answered", "caller_left", "no_answer", "declined", "phone_busy", "phone_unreachable"
    ]


class CallMoved(_Told):
    type: Literal["connected", "call_ended"]
    call: str


class OutsideMoved(_Told):
    """The number outside that is called into this agent's talk."""

    type: Literal["outside"]
    call: str
    to: str = Field(description="Its name in numbers.yaml")
    state: Literal["ringing", "joined", "busy", "no_answer", "failed", "ended"]


class StateMessage(_Told):
    type: Literal["state"]
    state: str
    reason: str
    since: Instant
    until: Instant | None


class Reply(Answered):
    type: Literal["reply"]
    ref: Ref = None
    ok: bool
    code: str | None = None
    message: str | None = None


class Closed(Answered):
    """The last message before the server closes, with the close code."""

    type: Literal["closed"]
    code: int
    message: str


ACTIONS = (HelloAction, ReadyAction, NotReadyAction, WrapUpDoneAction, CallAction)
TOLD = (Hello, OfferMessage, OfferEnded, CallMoved, OutsideMoved, StateMessage, Reply, Closed)
