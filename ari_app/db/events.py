"""What of a ticket goes into the outbox: one row an event, with the whole ticket of that moment.

Decides what a payload holds. Knows no query.
"""

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]

_KEPT_HERE = frozenset({"audit", "edited"})
"""A ticket's own history is no part of the ticket, and would double it."""


def event(ticket: Mapping[str, Any], kind: str, now: float) -> Row:
    return {
        "ticket_id": ticket["ticket_id"],
        "kind": kind,
        "payload": payload(ticket),
        "created_at": now,
        "state": "pending",
        "attempts": 0,
        "due_at": now,
    }


def payload(ticket: Mapping[str, Any]) -> Row:
    """The ticket without its empty fields."""
    return {
        name: value
        for name, value in ticket.items()
        if value is not None and name not in _KEPT_HERE
    }
