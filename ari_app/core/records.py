"""What must be written down, as values: the shell makes one database transaction of a batch.

Decides the vocabulary between the decision core and the database. Knows no SQL and no clock.
A record is written at least once and in order per call, so each one may be repeated safely.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def ticket_of(call_id: str) -> str:
    """The id of the ticket that a call makes."""
    return f"t-{call_id}"


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call begins: call row, ticket skeleton and outbox row (``ticket.created``) in one go.

    Repeating it changes nothing (the call id is the key). ``source`` is ``service`` for a call
    that reached the program and ``cel`` for one found afterwards in Asterisk's event log.
    Instants are epoch seconds.
    """

    call_id: str
    arrived_at: float
    caller: str
    caller_name: str
    caller_region: str
    dialled: str
    source: Literal["service", "cel"] = "service"
    tree_version: str = ""
    ticket_id: str = ""
    """The ticket it belongs to: of a call that we place, an earlier one's. Empty: a new one."""


@dataclass(frozen=True, slots=True)
class SaveCall:
    """A call moved on: its phase, the snapshot to restore it from, and changed ticket fields.

    ``ticket`` maps ticket columns (product field names) to values.
    """

    call_id: str
    phase: str
    snapshot: Mapping[str, Json]
    ticket: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CloseCall:
    """A call ended: outcome set once, last ticket fields, outbox row (``ticket.closed``).

    Repeating it, or closing a call that is closed already, changes nothing. ``ivr_journal`` is
    what ``core/heard.py`` kept of the call; None where no tree served it.
    """

    call_id: str
    ended_at: float
    outcome: str
    ticket: Mapping[str, Json] = field(default_factory=dict)
    ivr_journal: list[Json] | None = None
    phase: str = ""
    """Where the call was when its caller's channel went; empty where nobody knows."""


@dataclass(frozen=True, slots=True)
class SaveTicket:
    """Ticket fields that become known after the call ended (recording length, wrap-up notes)."""

    call_id: str
    ticket: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class SaveAgent:
    """Where an agent stands now, so that a restart finds everybody as they were."""

    agent_id: str
    state: str
    reason: str
    since: float
    until: float | None
    call_id: str | None
    snapshot: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journaled:
    """One line of the append-only journal, from which every figure is computed.

    ``kind`` is ``noun.verb`` in the past tense (``call.queued``); docs/journal.md names all.
    Written at least once: ``key`` makes a repetition harmless.
    """

    key: str
    at: float
    kind: str
    call_id: str = ""
    agent_id: str = ""
    queue: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SaveDial:
    """Where an entry of the dial list stands: a callback, a duty phone or a return visit."""

    entry_id: str
    kind: str
    ticket_id: str
    state: str
    due_at: float | None
    snapshot: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SaveOrder:
    """What a supervisor ordered and a restart must not forget; ``value`` None takes it back."""

    key: str
    value: Json


@dataclass(frozen=True, slots=True)
class Audited:
    """Who did what, when, with which result: one row of the chain of the audit.

    ``what`` names the endpoint or action, ``subject`` whom or what it was done to. Written at least
    once: ``key`` makes a repetition harmless.
    """

    key: str
    at: float
    who: str
    role: str
    what: str
    subject: str
    result: str
    data: Mapping[str, Json] = field(default_factory=dict)


Record = (
    OpenCall
    | SaveCall
    | CloseCall
    | SaveTicket
    | SaveAgent
    | Journaled
    | SaveDial
    | SaveOrder
    | Audited
)
