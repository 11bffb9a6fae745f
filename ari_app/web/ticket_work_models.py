"""The shapes of what is filled into tickets, dispatched to units and brought in by other channels.

Values of closed lists are those of ``tickets/words.py``. Knows no route and no rule.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ari_app.tickets.words import CaseType, Channel, Disposition, Urgency
from ari_app.web.models import Answered, Asked, Instant, Name, Ticket

_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _text(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=longest, pattern=_CONTROL)


Short = Annotated[str, _text(80)]
Address = Annotated[str, _text(300)]
Cause = Annotated[str, _text(2000)]
Course = Annotated[str, _text(10_000)]
Category = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
TicketId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]


class Matter(Asked):
    """The five elements (姓名, 地址, 事由, 经过; the time is the arrival) and how it ranks."""

    caller_name: Short | None = None
    caller_address: Address | None = None
    matter_cause: Cause | None = None
    matter_course: Course | None = None
    matter_address: Address | None = None
    case_type: CaseType | None = None
    category_code: Category | None = None
    urgency: Urgency | None = None
    topic_tags: Annotated[list[Short], Field(max_length=20)] | None = None
    confidential: bool | None = Field(None, description="保密: units do not learn who called")
    language: Short | None = None


class EditTicket(Matter):
    """Only what is sent is changed; null empties a field."""

    disposition: Disposition | None = None
    named_supervisor: Short | None = Field(None, description="Required for 紧急办理")
    linked_110_case: Short | None = None
    callback_number: Phone | None = None


class Dispatch(Asked):
    units: list[Name] = Field(min_length=1, max_length=20, description="Names of units.yaml")
    profile: str = Field("", max_length=64, description="Of sla.yaml; left out: each unit's own")


class Reasoned(Asked):
    reason: Said


class Extend(Asked):
    reason: Said
    until: Instant | None = Field(None, description="Left out: as far as the profile allows")


class Handled(Asked):
    result: Said = Field(description="What was done, for the citizen")


class CloseCase(Asked):
    disposition: Disposition | None = Field(None, description="Left out: the ticket's own")


class Join(Asked):
    repeat_of: TicketId = Field(description="The first ticket on this matter")


class Intake(Matter):
    """What another channel brings. The same ``intake_key`` is the same message."""

    channel: Channel
    intake_key: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    arrived_at: Instant | None = Field(None, description="Left out: now")
    caller_number: Phone | None = None


class WorkOrderQuery(Asked):
    unit: Name | None = None
    limit: int = Field(100, ge=1, le=1000)


class WorkOrder(Answered):
    work_order_id: str
    ticket_id: str
    unit: str
    unit_label: str
    profile: str
    state: Literal["dispatched", "signed", "responded", "returned", "closed"]
    card: Literal["yellow", "red"] | None = Field(description="Now")
    dispatched_at: Instant
    ends_at: Instant | None = Field(description="When it has to be closed, extension included")


class WorkOrders(Answered):
    work_orders: list[WorkOrder]


class WorkedTicket(Ticket):
    """A ticket with its work orders. Answers carry its version as ``ETag``, too."""

    version: int
    card: Literal["yellow", "red"] | None = Field(
        None, description="Now: the gravest of its work orders; without any that of the dispatch"
    )
    dispatch_by: Instant | None = Field(
        None, description="When it has to be dispatched; null once it was, or where no clock runs"
    )
    work_orders: list[WorkOrder]
    duty_calls: dict[str, str | None] | None = Field(
        None, description="When it is urgent: by unit, why its duty phones do not ring"
    )


class Likely(Answered):
    ticket_id: str
    score: float = Field(description="0 to 1: how much of what both say agrees")


class Repeats(Answered):
    count: int = Field(description="Earlier tickets of the same number within repeat_days")
    repeats: list[Likely]


class TakenIn(Answered):
    ticket_id: str
    created: bool = Field(description="false: this message was here already")


class Unit(Answered):
    unit: str
    label: str
    categories: list[str]
    has_duty_phones: bool


class Units(Answered):
    units: list[Unit]
    profiles: dict[str, str] = Field(description="SLA profiles with their names for people")
