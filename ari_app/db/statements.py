"""How records become rows. Knows SQL; no thread, no clock, no retry.

Everything here may run twice: rows are found by their own keys, a call is opened once and closed
once, and only a change of a ticket makes a further outbox row. Few statements a transaction,
whatever the batch's size. A payload is the whole ticket without its empty fields.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Update, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ari_app.core.records import CloseCall, OpenCall, Record, SaveAgent, SaveCall
from ari_app.db.batch import gather
from ari_app.db.fields import number, plain, ticket_values
from ari_app.db.models import Base

CALLS, TICKETS, OUTBOX, AGENTS = (
    Base.metadata.tables[name] for name in ("calls", "tickets", "outbox", "agents")
)
ENDED = "ENDED"

Row = dict[str, Any]


class Statements:
    """The writer's statements for one kind of database, built once."""

    def __init__(self, dialect: str) -> None:
        upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        self._insert_call = upsert(CALLS).on_conflict_do_nothing().returning(CALLS.c.call_id)
        agent = upsert(AGENTS)
        self._save_agent = agent.on_conflict_do_update(
            index_elements=[AGENTS.c.agent_id],
            set_={c.name: agent.excluded[c.name] for c in AGENTS.c if not c.primary_key},
        )
        self._insert_ticket = insert(TICKETS)
        self._insert_outbox = insert(OUTBOX)
        is_open = (CALLS.c.call_id == bindparam("key"), CALLS.c.outcome.is_(None))
        self._save_call = update(CALLS).where(*is_open).values(_bound(("phase", "snapshot"), CALLS))
        closing = ("phase", "snapshot", "outcome", "ended_at", "ivr_journal")
        self._close_call = update(CALLS).where(*is_open).values(_bound(closing, CALLS))
        # Locked where other programs can write, too.
        chosen = TICKETS.c.call_id.in_(bindparam("keys", expanding=True))
        self._find_tickets = select(TICKETS).where(chosen).with_for_update()
        self._update_tickets: dict[tuple[str, ...], Update] = {}

    def apply(self, connection: Connection, records: Iterable[Record], now: float) -> None:
        """Write a batch; the caller's transaction makes it all or nothing."""
        waves, agents = gather(records)
        for wave in waves:
            if wave.opened:
                self._open(connection, wave.opened.values(), now)
            if wave.saved:
                self._save(connection, wave.saved)
            if wave.closed:
                self._close(connection, wave.closed, now)
            if wave.amended:
                self._amend(connection, wave.amended, now)
        if agents:
            connection.execute(self._save_agent, [_agent_row(a) for a in agents.values()])

    def _open(self, connection: Connection, opened: Iterable[OpenCall], now: float) -> None:
        rows = [_call_row(record) for record in opened]
        new = set(connection.execute(self._insert_call, rows).scalars())
        tickets = [_ticket_row(record) for record in opened if record.call_id in new]
        if tickets:
            connection.execute(self._insert_ticket, tickets)
            events = [_event(ticket, "ticket.created", now) for ticket in tickets]
            connection.execute(self._insert_outbox, events)

    def _save(self, connection: Connection, saved: Mapping[str, SaveCall]) -> None:
        connection.execute(
            self._save_call,
            [
                {"key": call, "new_phase": plain(record.phase), "new_snapshot": record.snapshot}
                for call, record in saved.items()
            ],
        )
        self._change(
            connection,
            {call: ticket_values(call, r.ticket) for call, r in saved.items() if r.ticket},
        )

    def _close(self, connection: Connection, closed: Mapping[str, CloseCall], now: float) -> None:
        found = connection.execute(self._find_tickets, {"keys": list(closed)}).mappings()
        tickets = {row["call_id"]: dict(row) for row in found if row["outcome"] is None}
        if not tickets:
            return
        changes = {call: _closing(closed[call]) for call in tickets}
        rows = [
            {"key": call, "new_phase": ENDED, "new_snapshot": None}
            | {"new_outcome": change["outcome"], "new_ended_at": change["ended_at"]}
            | {"new_ivr_journal": closed[call].ivr_journal}
            for call, change in changes.items()
        ]
        connection.execute(self._close_call, rows)
        self._change(connection, changes)
        self._tell(connection, tickets, changes, "ticket.closed", now)

    def _amend(self, connection: Connection, amended: Mapping[str, Row], now: float) -> None:
        wanted = {call: ticket_values(call, fields) for call, fields in amended.items()}
        found = connection.execute(self._find_tickets, {"keys": list(amended)}).mappings()
        tickets = {row["call_id"]: dict(row) for row in found}
        changes = {
            call: change
            for call, ticket in tickets.items()
            if (change := {k: v for k, v in wanted[call].items() if ticket[k] != v})
        }
        if changes:
            self._change(connection, changes, even_closed=True)
            self._tell(connection, tickets, changes, "ticket.updated", now)

    def _change(
        self, connection: Connection, changes: Mapping[str, Row], *, even_closed: bool = False
    ) -> None:
        """Update tickets, one statement for all that change the same columns."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for call, values in changes.items():
            if values:
                row = {f"new_{name}": value for name, value in values.items()}
                groups.setdefault(tuple(sorted(values)), []).append(row | {"key": call})
        for columns, rows in groups.items():
            connection.execute(self._ticket_update(columns, even_closed), rows)

    def _ticket_update(self, columns: tuple[str, ...], even_closed: bool) -> Update:
        name = (*columns, "*") if even_closed else columns
        found = self._update_tickets.get(name)
        if found is None:
            found = update(TICKETS).where(TICKETS.c.call_id == bindparam("key"))
            if not even_closed:
                found = found.where(TICKETS.c.outcome.is_(None))
            found = found.values(_bound(columns, TICKETS))
            self._update_tickets[name] = found
        return found

    def _tell(
        self,
        connection: Connection,
        tickets: Mapping[str, Row],
        changes: Mapping[str, Row],
        kind: str,
        now: float,
    ) -> None:
        events = [_event(tickets[call] | change, kind, now) for call, change in changes.items()]
        connection.execute(self._insert_outbox, events)


def _bound(columns: Iterable[str], table: Any) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}


def _call_row(record: OpenCall) -> Row:
    return {
        "call_id": record.call_id,
        "arrived_at": record.arrived_at,
        "caller": number(record.caller),
        "dialled": number(record.dialled),
        "phase": "ARRIVED",
        "source": record.source,
    }


def _ticket_row(record: OpenCall) -> Row:
    return {
        "ticket_id": f"t-{record.call_id}",
        "call_id": record.call_id,
        "source": record.source,
        "channel": "phone",
        "dialled_number": number(record.dialled),
        "caller_number": number(record.caller),
        "caller_region": plain(record.caller_region) or None,
        "caller_name": number(record.caller_name) or None,
        "tree_version": record.tree_version or None,
        "arrived_at": record.arrived_at,
    }


def _closing(record: CloseCall) -> Row:
    fields = ticket_values(record.call_id, record.ticket)
    return fields | {"outcome": plain(record.outcome), "ended_at": record.ended_at}


def _agent_row(record: SaveAgent) -> Row:
    return {
        "agent_id": record.agent_id,
        "state": record.state,
        "reason": plain(record.reason),
        "since": record.since,
        "until": record.until,
        "call_id": record.call_id,
        "snapshot": dict(record.snapshot),
    }


def _event(ticket: Row, kind: str, now: float) -> Row:
    return {
        "ticket_id": ticket["ticket_id"],
        "kind": kind,
        "payload": {name: value for name, value in ticket.items() if value is not None},
        "created_at": now,
        "state": "pending",
        "attempts": 0,
        "due_at": now,
    }
