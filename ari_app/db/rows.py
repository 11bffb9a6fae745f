"""What is read from the database, as plain values. Knows no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredCall:
    call_id: str
    arrived_at: float
    caller: str
    dialled: str
    phase: str
    outcome: str | None
    ended_at: float | None
    source: str
    snapshot: Mapping[str, Any] | None
    """What the call is restored from; None before its first save and after its end."""
    ivr_journal: list[Any] | None = None
    """What its tree heard, once it has ended."""
    ticket_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """The fields everybody asks for; ``fields`` holds all of them by the product's names."""

    ticket_id: str
    call_id: str | None
    arrived_at: float
    caller_number: str
    language: str | None
    outcome: str | None
    agent_id: str | None
    disposition: str | None
    closed_at: float | None
    fields: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        """Nobody has closed the case yet (the call may be long over)."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class StoredAgent:
    agent_id: str
    state: str
    reason: str
    since: float
    until: float | None
    call_id: str | None
    snapshot: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredSession:
    token_hash: str
    agent_id: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Counts:
    call_count: int
    open_call_count: int
    ticket_count: int
    outbox_pending_count: int
    outbox_dead_count: int


@dataclass(frozen=True, slots=True)
class CelPosition:
    """A place in Asterisk's event log: which file (``identity``) and how far."""

    identity: str
    offset: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    seq: int
    ticket_id: str
    kind: str
    payload: Mapping[str, Any]
    created_at: float
    attempts: int
    last_error: str | None = None
