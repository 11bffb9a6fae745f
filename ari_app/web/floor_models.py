"""The shapes of what supervisors' pages ask and read: see ``models``."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from ari_app.web.models import Answered, Asked, Instant

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]


Number = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9*#]{0,32}$")]


class CallSearched(Asked):
    number: Number = Field("", description="The caller's number, or at least its last 4 digits")
    ticket: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128)] = ""
    call: Annotated[str, StringConstraints(strip_whitespace=True, max_length=128)] = ""
    agent: Text = Field("", description="Who talked to the caller")
    queue: Text = ""
    outcome: Text = ""
    dialled: Text = ""
    language: Text = ""
    since: float | None = Field(
        None, alias="from", ge=0, le=4102444800, description="Arrived then or later, epoch seconds"
    )
    until: float | None = Field(None, alias="to", ge=0, le=4102444800, description="Not included")
    after: Annotated[str, StringConstraints(max_length=160)] = Field(
        "", description="`next` of the page before"
    )
    limit: int = Field(50, ge=1, le=200)


class Gap(Answered):
    from_s: float
    to_s: float
    check: str | None = Field(description="`silent`, `erased`, `missing`, `unreadable`")


class RecordingFile(Answered):
    file: str
    kind: str = Field(description="`talk` or `message`")
    duration_s: float
    problem: str | None


class FoundCall(Answered):
    call_id: str
    arrived_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    wait_s: float | None
    caller: str = Field(description="Masked for whom it does not concern")
    region: str
    dialled: str
    language: str | None
    queue: str = Field(description="The last one entered")
    outcome: str | None = Field(description="null while the call lives")
    agents: list[str] = Field(description="Who talked to the caller, in order")
    ticket_id: str | None
    case_type: str | None
    urgency: str | None
    is_confidential: bool
    recordings: list[RecordingFile] = Field(description="None for whom they do not concern")
    gaps: list[Gap]


class FoundCalls(Answered):
    calls: list[FoundCall]
    next: str | None = Field(description="Send it as `after` for the next page; null: no more")


class RecordingAsked(Asked):
    file: Annotated[str, StringConstraints(max_length=120)] = Field(
        "", description="One of the call's files; the talk if empty"
    )


class WaveformAsked(RecordingAsked):
    bars: int = Field(600, ge=50, le=4000)


class Waveform(Answered):
    call: str
    file: str
    duration_s: float
    channels: list[list[float]] = Field(description="The loudest sample of each bar, 0 to 1")
    gaps: list[dict[str, Any]] = Field(description="Where the recording was paused")
