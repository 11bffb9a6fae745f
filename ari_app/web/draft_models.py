"""The shapes of drafts, of the call in hand and of an agent's own calls.

A draft is what somebody is typing: its words need not fit the ticket's lists yet, only be few
enough. Knows no route.
"""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from ari_app.web.models import Answered, Asked, Instant
from ari_app.web.ticket_work_models import WorkedTicket

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Typed = (
    Annotated[str, StringConstraints(max_length=10_000)]
    | bool
    | None
    | Annotated[list[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=20)]
)
LONGEST_DRAFT = 16_000
"""Letters of all fields together."""


class KeepDraft(Asked):
    """What has been typed so far, whole."""

    fields: dict[FieldName, Typed] = Field(max_length=40)
    seen: int = Field(ge=0, description="The draft's version that is shown; 0: there was none")
    tab: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")] = Field(
        description="Which page types; it need not have seen its own last version"
    )

    @model_validator(mode="after")
    def _is_short(self) -> "KeepDraft":
        length = sum(len(one) for one in self.fields.values() if isinstance(one, str))
        if length > LONGEST_DRAFT:
            raise ValueError(f"a draft has at most {LONGEST_DRAFT} letters, this one {length}.")
        return self


class Draft(Answered):
    ticket_id: str
    fields: dict[str, object]
    version: int = Field(description="0: there is none")
    saved_at: Instant | None
    tab: str


class InHand(Answered):
    """The ticket of the call that the agent is on or has just ended."""

    ticket: WorkedTicket | None
    draft: Draft | None


class OwnCallsQuery(Asked):
    limit: int = Field(50, ge=1, le=200)


class OwnCall(Answered):
    ticket_id: str
    call_id: str
    arrived_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    caller_number: str | None
    case_type: str | None
    matter_cause: str | None
    recording_ref: list[object] | None


class OwnCalls(Answered):
    calls: list[OwnCall]
