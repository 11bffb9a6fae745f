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
    seat: Name | None = Field(None, description="Where the agent sits; null: the own phone")
    takes_over: Name | None = Field(
        None, description="Take this agent's seat as soon as the last call there is done with"
    )
    browser: bool = Field(
        False, description="Keep the session in a cookie that no script can read; no `token` then"
    )


class NotReady(Asked):
    reason: Reason = Field(description="Why, as shown to the supervisor: 小休, 培训 …")


class WrapUpLength(Asked):
    wrap_up_s: WrapUp | None = Field(
        description="Seconds from now on; wrap-ups under way keep theirs. null: as in queues.yaml"
    )


class RecentCalls(Asked):
    limit: int = Field(50, ge=1, le=500)


class RecentTickets(Asked):
    limit: int = Field(50, ge=1, le=500)
    caller: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = Field(
        None, description="Only tickets of this caller's number"
    )


class SignedIn(Answered):
    token: str | None = Field(
        None, description="Send it as `Authorization: Bearer <token>`; browsers have a cookie"
    )
    expires_at: Instant
    agent: str


class Me(Answered):
    """Who is signed in, and what the pages offer them."""

    agent: str
    name: str
    role: Literal["agent", "supervisor", "quality", "auditor", "admin"]
    rights: list[str] = Field(description="As the API's table names them")
    pages: list[str] = Field(description="That may be opened, in the order of the links")
    home: str = Field(description="The page after signing in")
    phone: Literal["browser", "sip", "seat", "none"] = Field(description="How calls reach them")
    may_supervise: list[Literal["listen", "whisper", "barge", "take_over"]]
    queue_labels: dict[str, str] = Field(description="Every queue with its name for people")


class Agent(Answered):
    agent: str
    name: str
    state: Literal["offline", "paused", "ready", "offered", "talking", "wrap_up"]
    reason: str
    since: Instant
    until: Instant | None = Field(description="When the state ends by itself, or a pause should")
    call: str | None
    skills: dict[str, int]
    by: str | None = Field(None, description="The supervisor who ordered this, or what follows it")
    is_over_limit: bool | None = Field(None, description="A pause that lasts too long")
    seat: str | None = Field(None, description="The account of the phone where the agent sits")
    wrap_up_s: float | None = Field(
        None, description="Of the wrap-up that goes on, else the longest that the next may have"
    )
    wrap_up_because: str | None = Field(
        None, description="Whose word that is: `agent mode queue_order queue`, or `begun`"
    )


class Caller(Answered):
    number: str
    region: str
    name: str


class CallbackCard(Answered):
    """Why somebody is to be called back, and since when they wait for it."""

    entry: str
    kind: Literal["callback", "missed"]
    since: Instant = Field(description="The place in the line")
    asked_at: Instant
    attempt: int
    ticket_id: str
    of_call: str


class Mark(Answered):
    """What somebody ought to know before the answer; `repeat` has the count as its reason."""

    mark: Literal["urgent", "returned", "vip", "nuisance", "repeat"]
    reason: str


class PathWords(Answered):
    """What the caller pressed and where it led, step by step, for people."""

    zh: list[str]
    en: list[str]


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
    waited_s: float | None = Field(None, description="Wait until the offer, later until the talk")
    queued_at: Instant | None = None
    earlier_calls: list[dict[str, object]] = Field(description="Of the last 30 days")
    open_tickets: list[dict[str, object]] = Field(description="Of the last 30 days")
    until: Instant | None = Field(None, description="When the offer ends by itself")
    callback: CallbackCard | None = Field(
        None, description="Of a call that we place: once accepted, the citizen is called"
    )
    marks: list[Mark] = Field(default_factory=list, description="The gravest first")
    path_words: PathWords | None = None


class RecordingNow(Answered):
    state: Literal["recording", "paused"]
    until: Instant | None = Field(description="When a pause ends by itself")


class Third(Answered):
    to: str
    state: Literal["ringing", "joining", "in"]


class OwnState(Agent):
    talk: Literal["talking", "held", "consulting", "joined", "passing"] | None = Field(
        None, description="How the own talk stands"
    )
    voice: Literal["open", "muted"] | None = None
    third: Third | None = Field(None, description="Who is called into it, or consulted")
    offer: Pop | None = Field(description="The screen-pop that is open")
    card: dict[str, object] | None = Field(
        None, description="The pop of the call in hand, while the agent talks"
    )
    talk_since: Instant | None = None
    recording: RecordingNow | None = None
    urgency: str | None = Field(None, description="As marked during this call")
    is_third: bool | None = Field(None, description="A colleague's talk, to which one came")


class NumberOutside(Answered):
    number: str = Field(description="Its name in numbers.yaml")
    label: str
    kind: Literal["emergency", "department"]
    can_be_called: bool


class Directory(Answered):
    """Whom a talk can be handed to, and the closed lists of a ticket's fields."""

    numbers: list[NumberOutside]
    queues: list[str]
    case_types: list[str]
    urgencies: list[str]
    dispositions: list[str]
    needs_supervisor: str = Field(description="The disposition that names who answers for it")


class Agents(Answered):
    agents: list[Agent]


class LiveCall(Answered):
    call: str
    phase: str
    caller: str = Field(description="For agents masked, except in the own call")
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
    caller: str = Field(description="Masked if confidential, for whom it does not concern")
    dialled: str
    phase: str
    outcome: str | None
    ended_at: Instant | None


class PastCalls(Answered):
    calls: list[PastCall]


class Ticket(Answered):
    ticket_id: str
    call_id: str | None = Field(description="null: another channel brought it")
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
    wrap_up_s: float | None


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
