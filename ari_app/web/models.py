"""The shapes of what is sent and answered: checked on the way in, published in ``openapi.json``.

Knows no route. Answers may carry more fields than named here; those named are always there.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
WrapUp = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False, strict=True)]
Instant = Annotated[float, Field(description="Epoch seconds")]


class Asked(BaseModel):
    """What comes in has exactly the fields named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class SignIn(Asked):
    agent: Name
    password: str = Field(min_length=1, max_length=256)


class NotReady(Asked):
    reason: Reason = Field(description="Why, as shown to the supervisor: 小休, 培训 …")


class WrapUpLength(Asked):
    wrap_up_s: WrapUp = Field(description="Seconds from now on; wrap-ups under way keep theirs")


class RecentCalls(Asked):
    limit: int = Field(50, ge=1, le=500)


class RecentTickets(Asked):
    limit: int = Field(50, ge=1, le=500)
    caller: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = Field(
        None, description="Only tickets of this caller's number"
    )


class SignedIn(Answered):
    token: str = Field(description="Send it as `Authorization: Bearer <token>`")
    expires_at: Instant
    agent: str


class Agent(Answered):
    agent: str
    name: str
    state: Literal["offline", "paused", "ready", "offered", "talking", "wrap_up"]
    reason: str
    since: Instant
    until: Instant | None = Field(description="When the state ends by itself")
    call: str | None
    skills: dict[str, int]


class Caller(Answered):
    number: str
    region: str
    name: str


class Pop(Answered):
    """The screen-pop: who calls, before anybody answers."""

    call: str
    queue: str
    caller: Caller
    dialled: str
    language: str
    ivr_path: list[list[str]] = Field(description="Pairs of node and key pressed")
    priority: int
    answer: Literal["phone", "desk"] | None = Field(
        None, description="Where this agent accepts the call"
    )
    waited_s: float | None = Field(None, description="Wait until the offer")
    queued_at: Instant | None = None
    earlier_calls: list[dict[str, object]] = Field(description="Of the last 30 days")
    open_tickets: list[dict[str, object]] = Field(description="Of the last 30 days")
    until: Instant | None = Field(None, description="When the offer ends by itself")


class OwnState(Agent):
    offer: Pop | None = Field(description="The screen-pop that is open")


class Agents(Answered):
    agents: list[Agent]


class LiveCall(Answered):
    call: str
    phase: str
    caller: str
    dialled: str
    language: str
    queue: str | None
    agent: str | None
    arrived_at: Instant
    waiting_s: float | None = Field(description="In the queue until now; null when not waiting")


class LiveCalls(Answered):
    calls: list[LiveCall]


class PastCall(Answered):
    call_id: str
    arrived_at: Instant
    caller: str
    dialled: str
    phase: str
    outcome: str | None
    ended_at: Instant | None


class PastCalls(Answered):
    calls: list[PastCall]


class Ticket(Answered):
    ticket_id: str
    call_id: str
    outcome: str | None
    caller_number: str | None
    dialled_number: str | None
    language: str | None
    arrived_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    agent_id: str | None
    recording_ref: list[object] | None


class Tickets(Answered):
    tickets: list[Ticket]


class WrapUpSet(Answered):
    queue: str | None = Field(description="null: every queue")
    wrap_up_s: float


class Component(Answered):
    status: Literal["ok", "fail"]
    detail: str | None = None


class Status(Answered):
    status: Literal["ok", "fail"]
    components: dict[str, Component]


class Readiness(Answered):
    ready: bool
    reasons: list[str] = Field(description="What is wrong, `component: why`")


class FieldError(Answered):
    field: str
    message: str


class TreeFinding(Answered):
    """What is wrong in a file, as ``hotline check --json`` shows it."""

    file: str
    line: int
    col: int
    code: str
    message: str
    hint: str


class ProblemDetails(Answered):
    """RFC 9457. `code` is stable, `detail` is for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] | None = None
    problems: list[TreeFinding] | None = None
