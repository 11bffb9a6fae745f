"""The shapes of what is asked and answered about calls that we place."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ari_app.tickets.words import Urgency
from ari_app.web.models import Answered, Asked, Instant, Name

Digits = Annotated[str, Field(pattern=r"^\+?[0-9]{2,20}$")]
TicketId = Annotated[str, Field(min_length=1, max_length=128)]
Moment = Annotated[float, Field(ge=0, le=4102444800, allow_inf_nan=False)]
"""Epoch seconds until the year 2100."""
Level = Annotated[int, Field(ge=0, le=5, strict=True)]


class AttemptShown(Answered):
    call: str
    number: str
    at: Instant
    ended_at: Instant | None
    result: str = Field(
        description="Empty while it goes on; answered, busy, no_answer, failed, no_agent, hung_up, "
        "no_key, withdrawn, interrupted"
    )


class EntryShown(Answered):
    entry_id: str
    kind: Literal["callback", "missed", "duty", "visit"]
    state: Literal["waiting", "due", "dialling", "talking", "done", "given_up", "cancelled"]
    ticket_id: str
    number: str = Field(description="Masked for agents: the pop shows it to who calls")
    language: str
    queue: str
    needs: list[list[str | int]]
    priority: int
    created_at: Instant
    due_at: Instant | None = Field(description="When it is looked at next")
    queued_at: Instant = Field(description="Its place in the line, of a callback")
    of_call: str
    unit: str
    urgency: str
    round: int
    tries: int
    score: str
    reason: str
    is_urgent: bool
    attempts: list[AttemptShown]


class Entries(Answered):
    entries: list[EntryShown]


class VisitEntries(Entries):
    is_paused: bool


class EntryQuery(Asked):
    limit: int = Field(100, ge=1, le=1000)
    open_only: bool = Field(True, description="false: those that are over as well")


class AskCallback(Asked):
    number: Digits
    queue: str = Field("general", min_length=1, max_length=64)
    ticket_id: str = Field("", max_length=128, description="Empty: a new one")
    language: str = Field("", max_length=16)
    needs: dict[Name, Level] = Field(default_factory=dict)
    not_before: Moment = Field(0.0, description="Epoch seconds")
    urgent: bool = Field(False, description="At any hour")


class AskDuty(Asked):
    unit: str = Field(min_length=1, max_length=64)
    urgency: Urgency | Literal[""] = ""


class AskVisits(Asked):
    """Either the tickets, or all cases closed in a span of time."""

    ticket_ids: list[TicketId] = Field(default_factory=list, max_length=2000)
    closed_from: Moment | None = Field(None, description="Epoch seconds")
    closed_until: Moment | None = None
    limit: int = Field(500, ge=1, le=2000)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.ticket_ids) == (self.closed_from is not None):
            raise ValueError("expected either ticket_ids or closed_from (and closed_until).")
        return self


class VisitsAdded(Answered):
    asked: int = Field(description="Tickets with a number to call; those on the list stay as is")


class Pause(Asked):
    is_paused: bool


class Paused(Answered):
    is_paused: bool
