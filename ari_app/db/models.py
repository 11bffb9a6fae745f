"""Which tables there are. Knows no query, no rule and no clock.

Instants are epoch seconds as double: the core's clock hands them out so, they subtract without
time zones, SQLite has no type for an instant, and a double keeps microseconds for centuries.
Only who shows an instant to people turns it into local time.

A ticket's fields are those of the ticket skeleton, in the product's own words; all but the ids
may be missing, and lists are JSON. The call row belongs to this program, the ticket row to the
city: what the desk and the departments add goes there and outlives the call row.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Only INTEGER PRIMARY KEY counts up by itself in SQLite.
_SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")
_JSON = JSON(none_as_null=True)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        float: Double,
        str: Text,
        list[Any]: _JSON,
        dict[str, Any]: _JSON,
    }


class Call(Base):
    """One citizen's contact, by Asterisk's unique id of the caller's channel."""

    __tablename__ = "calls"
    __table_args__ = (Index(None, "arrived_at"), Index(None, "outcome", "arrived_at"))

    call_id: Mapped[str] = mapped_column(primary_key=True)
    arrived_at: Mapped[float]
    caller: Mapped[str]
    dialled: Mapped[str]
    phase: Mapped[str]
    outcome: Mapped[str | None]
    ended_at: Mapped[float | None]
    source: Mapped[str]
    snapshot: Mapped[dict[str, Any] | None]
    ivr_journal: Mapped[list[Any] | None]
    ticket_id: Mapped[str | None]


class Ticket(Base):
    """The ticket skeleton. ``outcome`` comes with the call's end, ``closed_at`` with the case's.

    ``call_id`` is empty where another channel brought the matter in; ``intake_key`` is that
    channel's own id. ``version`` counts what people changed; ``edited`` keeps of each such field
    what the call had written there.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(None, "caller_number", "arrived_at"),
        Index(None, "arrived_at"),
        Index(None, "agent_id", "arrived_at"),
    )

    ticket_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str | None] = mapped_column(ForeignKey("calls.call_id"), unique=True)
    intake_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default="0")
    edited: Mapped[dict[str, Any] | None]
    source: Mapped[str | None]
    outcome: Mapped[str | None]
    channel: Mapped[str | None]
    dialled_number: Mapped[str | None]
    caller_number: Mapped[str | None]
    caller_region: Mapped[str | None]
    language: Mapped[str | None]
    ivr_path: Mapped[list[Any] | None]
    tree_version: Mapped[str | None]
    arrived_at: Mapped[float]
    answered_at: Mapped[float | None]
    wait_s: Mapped[float | None]
    agent_id: Mapped[str | None]
    seat_id: Mapped[str | None]
    ended_at: Mapped[float | None]
    who_hung_up: Mapped[str | None]
    recording_ref: Mapped[list[Any] | None]
    recording_gaps: Mapped[list[Any] | None]
    consent: Mapped[bool | None]
    confidential: Mapped[bool | None]
    caller_name: Mapped[str | None]
    caller_address: Mapped[str | None]
    matter_cause: Mapped[str | None]
    matter_course: Mapped[str | None]
    matter_address: Mapped[str | None]
    case_type: Mapped[str | None]
    category_code: Mapped[str | None]
    urgency: Mapped[str | None]
    disposition: Mapped[str | None]
    named_supervisor: Mapped[str | None]
    target_units: Mapped[list[Any] | None]
    dispatched_at: Mapped[float | None]
    signed_at: Mapped[float | None]
    first_response_at: Mapped[float | None]
    due_at: Mapped[float | None]
    extended_to: Mapped[float | None]
    returned_at: Mapped[float | None]
    returned_reason: Mapped[str | None]
    closed_at: Mapped[float | None]
    card: Mapped[str | None]
    repeat_of: Mapped[str | None]
    repeat_count_30d: Mapped[int | None]
    linked_110_case: Mapped[str | None]
    callback_of: Mapped[str | None]
    callback_number: Mapped[str | None]
    callback_queue: Mapped[str | None]
    callback_needs: Mapped[list[Any] | None]
    callback_priority: Mapped[int | None]
    callback_queued_at: Mapped[float | None]
    survey_score: Mapped[int | None]
    revisit_at: Mapped[float | None]
    revisit_score: Mapped[int | None]
    topic_tags: Mapped[list[Any] | None]
    audit: Mapped[list[Any] | None]


class Draft(Base):
    """What an agent has filled into a ticket and not saved yet."""

    __tablename__ = "drafts"
    __table_args__ = (Index(None, "saved_at"),)

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.ticket_id"), primary_key=True)
    agent_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    saved_at: Mapped[float]
    tab: Mapped[str]
    fields: Mapped[dict[str, Any]]


class Outbox(Base):
    """What must leave, in the order of ``seq``; written with what it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "ticket_id", "seq"),
        {"sqlite_autoincrement": True},  # a number is never given twice
    )

    seq: Mapped[int] = mapped_column(_SEQUENCE, Identity(), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.ticket_id"))
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[float]
    state: Mapped[str]
    attempts: Mapped[int]
    due_at: Mapped[float]
    last_error: Mapped[str | None]


class WorkOrder(Base):
    """One unit's share of a ticket, with its own clocks."""

    __tablename__ = "work_orders"
    __table_args__ = (Index(None, "ticket_id"), Index(None, "unit", "dispatched_at"))

    work_order_id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.ticket_id"))
    unit: Mapped[str]
    profile: Mapped[str]
    dispatched_at: Mapped[float]
    sign_by: Mapped[float | None]
    respond_by: Mapped[float | None]
    due_at: Mapped[float | None]
    signed_at: Mapped[float | None]
    first_response_at: Mapped[float | None]
    extended_to: Mapped[float | None]
    returned_at: Mapped[float | None]
    returned_reason: Mapped[str | None]
    closed_at: Mapped[float | None]
    result: Mapped[str | None]


class Journal(Base):
    """What happened, line by line; never changed. Every figure is computed from it."""

    __tablename__ = "journal"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "call_id"),
        Index(None, "agent_id", "at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(_SEQUENCE, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[float]
    kind: Mapped[str]
    call_id: Mapped[str]
    agent_id: Mapped[str]
    queue: Mapped[str]
    data: Mapped[dict[str, Any]]


class Audit(Base):
    """Who did what, when, with which result; each row's ``hash`` covers the one before it.

    ``seq`` is counted by who writes, without a gap, so that a missing row is seen.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[float]
    who: Mapped[str]
    role: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str]
    result: Mapped[str]
    data: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """The one row that says how long the audit is: rows missing at its end are seen."""

    __tablename__ = "audit_head"

    one: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class DialEntry(Base):
    """Somebody to be called: back, on duty, or asked how it went."""

    __tablename__ = "dial_list"
    __table_args__ = (Index(None, "state", "due_at"), Index(None, "ticket_id"))

    entry_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    ticket_id: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[float | None]
    snapshot: Mapped[dict[str, Any]]


class Order(Base):
    """What a supervisor ordered: wrap-up lengths, surge mode; found again after a restart."""

    __tablename__ = "orders"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any | None] = mapped_column(_JSON)


class Agent(Base):
    """Where an agent stood last. No key to the call: agents are saved on their own."""

    __tablename__ = "agents"

    agent_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    reason: Mapped[str]
    since: Mapped[float]
    until: Mapped[float | None]
    call_id: Mapped[str | None]
    snapshot: Mapped[dict[str, Any] | None]


class Session(Base):
    """A signed-in desk; only a hash of its token is kept."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "expires_at"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[str]
    expires_at: Mapped[float]


class CelPosition(Base):
    """How far Asterisk's event log has been read."""

    __tablename__ = "cel_position"

    path: Mapped[str] = mapped_column(primary_key=True)
    identity: Mapped[str]
    offset: Mapped[int] = mapped_column(BigInteger)
