"""The shapes of what supervisors ask and read: see ``models``."""

from typing import Any, Literal

from pydantic import Field

from ari_app.web.models import Answered, Asked, Instant, Name, Reason


class AuditQuery(Asked):
    limit: int = Field(50, ge=1, le=1000)
    before: int | None = Field(None, ge=1, description="Only rows with a smaller `seq`")
    who: Name | None = Field(None, description="Only what this account did")


class AuditRow(Answered):
    seq: int
    at: Instant
    who: str
    role: str
    what: str = Field(description="Method and path of the endpoint")
    subject: str = Field(description="The call, agent, queue … it was done to")
    result: str = Field(description="HTTP status, and the code of a refusal")
    data: dict[str, Any] = Field(description="Whence, and what was sent, without secrets")
    hash: str = Field(description="SHA-256 over the row before and this one")


class AuditRows(Answered):
    rows: list[AuditRow]


class RecordingSet(Answered):
    """Asked for; the desk is told by `recording` when it is so."""

    call: str
    pause: bool


class Supervise(Asked):
    how: Literal["listen", "whisper", "barge", "take_over", "leave"] = Field(
        description="Rings your phone first; while you are there, changes what you do"
    )
    reason: Reason = Field(description="Why; kept in the audit and the journal")


class Supervised(Answered):
    """Asked for; the desk is told by `supervision` when it is so."""

    call: str
    how: str
