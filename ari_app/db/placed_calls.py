"""What a call that we placed adds to a ticket that another call made.

Knows SQL; no thread, no clock. Like all records these may be written twice.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ari_app.core.records import CloseCall
from ari_app.db.fields import plain, ticket_values
from ari_app.db.models import Base
from ari_app.db.work import events_of

_CALLS, _TICKETS, _OUTBOX = (Base.metadata.tables[name] for name in ("calls", "tickets", "outbox"))
ENDED = "ENDED"

Row = dict[str, Any]


class PlacedCalls:
    """The statements, built once."""

    def __init__(self) -> None:
        chosen = _CALLS.c.call_id.in_(bindparam("keys", expanding=True))
        self._find = select(_CALLS.c.call_id, _CALLS.c.ticket_id, _CALLS.c.outcome).where(chosen)
        of_ticket = _TICKETS.c.ticket_id.in_(bindparam("keys", expanding=True))
        self._find_tickets = select(_TICKETS).where(of_ticket).with_for_update()

    def close(self, connection: Connection, closed: Mapping[str, CloseCall], now: float) -> None:
        """Each once; the ticket is told of it as changed, for its own call ended long ago."""
        rows = connection.execute(self._find, {"keys": list(closed)}).mappings()
        still_open = [row["call_id"] for row in rows if row["outcome"] is None]
        for call in still_open:
            record = closed[call]
            values = {
                "phase": ENDED,
                "snapshot": None,
                "outcome": plain(record.outcome),
                "ended_at": record.ended_at,
                "ivr_journal": record.ivr_journal,
            }
            connection.execute(update(_CALLS).where(_CALLS.c.call_id == call).values(values))
        self.amend(connection, {call: dict(closed[call].ticket) for call in still_open}, now)

    def amend(self, connection: Connection, wanted: Mapping[str, Row], now: float) -> None:
        if not wanted:
            return
        calls = connection.execute(self._find, {"keys": list(wanted)}).mappings()
        ticket_of = {row["call_id"]: row["ticket_id"] for row in calls}
        keys = [ticket for ticket in ticket_of.values() if ticket]
        found = connection.execute(self._find_tickets, {"keys": keys}).mappings()
        tickets = {row["ticket_id"]: dict(row) for row in found}
        for call, fields in wanted.items():
            ticket = tickets.get(ticket_of.get(call, ""))
            if ticket is not None:
                self._change(connection, ticket, ticket_values(call, fields), now)

    def _change(self, connection: Connection, ticket: Row, values: Row, now: float) -> None:
        if "recording_ref" in values:
            values["recording_ref"] = _joined(ticket["recording_ref"], values["recording_ref"])
        change = {name: value for name, value in values.items() if ticket[name] != value}
        if not change:
            return
        ticket |= change
        here = _TICKETS.c.ticket_id == ticket["ticket_id"]
        connection.execute(update(_TICKETS).where(here).values(change))
        told = events_of(connection, [ticket], "ticket.updated", now)
        connection.execute(insert(_OUTBOX), told)


def _joined(earlier: list[Any] | None, later: list[Any]) -> list[Any]:
    """The recordings of all calls of a ticket; what is said of a file last counts."""
    files = {one["file"]: one for one in [*(earlier or []), *later]}
    return list(files.values())
