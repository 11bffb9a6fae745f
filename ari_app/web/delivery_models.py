"""The shapes of what is asked and answered about the outbox."""

from pydantic import Field

from ari_app.web.models import Answered, Asked, Instant


class Backlog(Asked):
    limit: int = Field(50, ge=1, le=500, description="How many dead events to name")


class Retry(Asked):
    number: int | None = Field(description="A dead event's number; null: all of them")


class DeadEvent(Answered):
    number: int
    ticket_id: str
    kind: str
    created_at: Instant
    attempts: int
    problem: str | None


class Outbox(Answered):
    has_receiver: bool = Field(description="Whether `webhook_url` is set")
    problem: str | None = Field(description="Why the receiver takes nothing at the moment")
    pending: int
    dead: int = Field(description="Refused, or tried in vain for three days")
    oldest_at: Instant | None
    dead_events: list[DeadEvent]


class Retried(Answered):
    retried: int
    superseded: int = Field(
        description="Not sent and no longer dead: a later event of the ticket was or will be sent"
    )
