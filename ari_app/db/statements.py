"""How records become rows. Knows SQL; no thread, no clock, no retry.

Everything here may run twice: rows are found by their own keys, a call is opened once and closed
once, and only a change of a ticket makes a further outbox row. Few statements a transaction,
whatever the batch's size. A payload is the whole ticket with its work orders and without its empty
fields.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Update, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ari_app.core.journal_lines import arrived, ended
from ari_app.core.records import (
    CloseCall,
    Journaled,
    OpenCall,
    Record,
    SaveAgent,
    SaveCall,
    SaveDial,
    ticket_of,
)
from ari_app.core.values import is_placed
from ari_app.db.audit import Chain
from ari_app.db.batch import Gathered, gather
from ari_app.db.events import event
from ari_app.db.fields import number, plain, ticket_values
from ari_app.db.models import Base
from ari_app.db.placed_calls import PlacedCalls
from ari_app.db.repeat_counts import count_repeats
from ari_app.db.work import events_of
from ari_app.tickets.history import unrepeated

CALLS, TICKETS, OUTBOX, AGENTS = (
    Base.metadata.tables[name] for name in ("calls", "tickets", "outbox", "agents")
)
JOURNAL, DIALS, ORDERS = (Base.metadata.tables[name] for name in ("journal", "dial_list", "orders"))
ENDED = "ENDED"

Row = dict[str, Any]


class Statements:
    """The writer's statements for one kind of database, built once."""

    def __init__(self, dialect: str) -> None:
        upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        self._insert_call = upsert(CALLS).on_conflict_do_nothing().returning(CALLS.c.call_id)
        self._save_agent, self._save_dial, self._save_order = (
            _upserted(upsert(table)) for table in (AGENTS, DIALS, ORDERS)
        )
        self._journal = upsert(JOURNAL).on_conflict_do_nothing()
        self._chain = Chain()
        self._placed = PlacedCalls()
        self._insert_ticket = insert(TICKETS)
        self._insert_outbox = insert(OUTBOX)
        is_open = (CALLS.c.call_id == bindparam("key"), CALLS.c.outcome.is_(None))
        self._save_call = update(CALLS).where(*is_open).values(_bound(("phase", "snapshot"), CALLS))
        closing = ("phase", "snapshot", "outcome", "ended_at", "ivr_journal")
        self._close_call = update(CALLS).where(*is_open).values(_bound(closing, CALLS))
        # Locked where other programs can write, too.
        chosen = TICKETS.c.call_id.in_(bindparam("keys", expanding=True))
        self._find_tickets = select(TICKETS).where(chosen).with_for_update()
        columns = (TICKETS.c.call_id, TICKETS.c.edited)
        self._find_edited = select(*columns).where(chosen).with_for_update()
        self._update_tickets: dict[tuple[str, ...], Update] = {}

    def apply(self, connection: Connection, records: Iterable[Record], now: float) -> None:
        """Write a batch; the caller's transaction makes it all or nothing."""
        gathered = gather(records)
        lines: list[Journaled] = []
        for wave in gathered.waves:
            lines += [arrived(record) for record in wave.opened.values()]
            lines += [ended(record) for record in wave.closed.values()]
            if wave.opened:
                self._open(connection, wave.opened.values(), now)
            if wave.saved:
                self._save(connection, wave.saved)
            if wave.closed:
                self._close(connection, wave.closed, now)
            if wave.amended:
                self._amend(connection, wave.amended, now)
        self._beside(connection, gathered)
        if lines := [*lines, *gathered.journaled.values()]:
            connection.execute(self._journal, [_journal_row(line) for line in lines])

    def _beside(self, connection: Connection, gathered: Gathered) -> None:
        if gathered.agents:
            rows = [_agent_row(agent) for agent in gathered.agents.values()]
            connection.execute(self._save_agent, rows)
        if gathered.dials:
            rows = [_dial_row(dial) for dial in gathered.dials.values()]
            connection.execute(self._save_dial, rows)
        if gathered.orders:
            rows = [{"key": order.key, "value": order.value} for order in gathered.orders.values()]
            connection.execute(self._save_order, rows)
        if gathered.audited:
            self._chain.add(connection, gathered.audited.values())

    def _open(self, connection: Connection, opened: Iterable[OpenCall], now: float) -> None:
        rows = [_call_row(record) for record in opened]
        new = set(connection.execute(self._insert_call, rows).scalars())
        tickets = [
            _ticket_row(record)
            for record in opened
            if record.call_id in new and not record.ticket_id
        ]
        if tickets:
            connection.execute(self._insert_ticket, tickets)
            repeats = count_repeats(connection, [ticket["ticket_id"] for ticket in tickets])
            tickets = [{**one, **repeats.get(one["ticket_id"], {})} for one in tickets]
            events = [event(ticket, "ticket.created", now) for ticket in tickets]
            connection.execute(self._insert_outbox, events)

    def _save(self, connection: Connection, saved: Mapping[str, SaveCall]) -> None:
        connection.execute(
            self._save_call,
            [
                {"key": call, "new_phase": plain(record.phase), "new_snapshot": record.snapshot}
                for call, record in saved.items()
            ],
        )
        wanted = {call: ticket_values(call, r.ticket) for call, r in saved.items() if r.ticket}
        if wanted:
            found = connection.execute(self._find_edited, {"keys": list(wanted)})
            edited = {call: fields for call, fields in found if fields}
            self._change(connection, _without_repeated(wanted, edited))

    def _close(self, connection: Connection, closed: Mapping[str, CloseCall], now: float) -> None:
        found = connection.execute(self._find_tickets, {"keys": list(closed)}).mappings().all()
        others = closed.keys() - {row["call_id"] for row in found}
        if placed := {call: closed[call] for call in sorted(others) if is_placed(call)}:
            self._placed.close(connection, placed, now)
        tickets = {row["call_id"]: dict(row) for row in found if row["outcome"] is None}
        if not tickets:
            return
        edited = {call: row["edited"] for call, row in tickets.items() if row["edited"]}
        changes = _without_repeated({call: _closing(closed[call]) for call in tickets}, edited)
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
        others = amended.keys() - tickets.keys()
        if placed := {call: amended[call] for call in sorted(others) if is_placed(call)}:
            self._placed.amend(connection, placed, now)
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
        told = [tickets[call] | change for call, change in changes.items()]
        connection.execute(self._insert_outbox, events_of(connection, told, kind, now))


def _upserted(statement: Any) -> Any:
    """The row as it is now, whether it was there or not."""
    table = statement.table
    return statement.on_conflict_do_update(
        index_elements=[column for column in table.c if column.primary_key],
        set_={c.name: statement.excluded[c.name] for c in table.c if not c.primary_key},
    )


def _without_repeated(
    wanted: Mapping[str, Row], edited: Mapping[str, Mapping[str, Any]]
) -> dict[str, Row]:
    """What people filled in is not overwritten by a call that says once more what it had said."""
    changes = dict(wanted)
    for call, remembered in edited.items():
        kept, now_remembered = unrepeated(wanted[call], remembered)
        is_news = now_remembered != remembered
        changes[call] = kept | ({"edited": now_remembered} if is_news else {})
    return changes


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
        "ticket_id": record.ticket_id or ticket_of(record.call_id),
    }


def _ticket_row(record: OpenCall) -> Row:
    return {
        "ticket_id": ticket_of(record.call_id),
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


def _dial_row(record: SaveDial) -> Row:
    return {
        "entry_id": record.entry_id,
        "kind": record.kind,
        "ticket_id": record.ticket_id,
        "state": record.state,
        "due_at": record.due_at,
        "snapshot": dict(record.snapshot),
    }


def _journal_row(record: Journaled) -> Row:
    return {
        "key": plain(record.key),
        "at": record.at,
        "kind": record.kind,
        "call_id": record.call_id,
        "agent_id": record.agent_id,
        "queue": record.queue,
        "data": dict(record.data),
    }
