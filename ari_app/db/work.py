"""Tickets as people and departments change them: one transaction for each change and all it causes.

Knows SQL; what changes is decided in ``tickets/case.py``. With the ticket go its work orders, its
own history, the outbox row and the journal line, or nothing of it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.engine import open_writing_sqlite
from ari_app.db.events import event, payload
from ari_app.db.fields import plain, ticket_values
from ari_app.db.models import Base
from ari_app.db.repeat_counts import count_repeats
from ari_app.db.transactor import SqliteThread
from ari_app.tickets.case import EDITABLE, Case, Change, What
from ari_app.tickets.history import noted
from ari_app.tickets.work_order import WorkOrder

T = TypeVar("T")
Row = dict[str, Any]
Decide = Callable[[Case], T]

_TABLES = Base.metadata.tables
_TICKETS, _ORDERS, _CALLS = _TABLES["tickets"], _TABLES["work_orders"], _TABLES["calls"]
_OUTBOX, _JOURNAL = _TABLES["outbox"], _TABLES["journal"]
_ORDER_COLUMNS = tuple(_ORDERS.c[one.name] for one in fields(WorkOrder))

UPDATED = "ticket.updated"
SITTING_S = 10.0
"""How long an event of edits waits for further ones: a desk saves every few seconds."""
_SURELY_WAITING_S = 1.0


class TicketStore:
    """``run`` does work in one transaction; on SQLite in a thread of its own, as the recorder."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        is_local = engine.dialect.name == "sqlite"
        self._thread = (
            SqliteThread(open_writing_sqlite(engine), "sqlite-tickets") if is_local else None
        )

    async def run(self, work: Callable[[Connection], T], limit_s: float) -> T:
        """Raises SQLAlchemyError or OSError when the database is away."""
        if self._thread is not None:
            return await self._thread.run(work, limit_s)
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self._thread is not None:
            await self._thread.close()


Run = Callable[[Callable[[Connection], T], float], Awaitable[T]]


def load(
    connection: Connection, ticket_ids: Sequence[str], *, lock: bool = True
) -> dict[str, Case]:
    """These tickets, locked in one order so that two who join tickets never wait for each other."""
    ids = sorted(set(ticket_ids))
    chosen = select(_TICKETS).where(_TICKETS.c.ticket_id.in_(ids)).order_by(_TICKETS.c.ticket_id)
    rows = connection.execute(chosen.with_for_update() if lock else chosen).mappings()
    tickets = {row["ticket_id"]: dict(row) for row in rows}
    orders = orders_of(connection, ids)
    return {one: Case(ticket, tuple(orders.get(one, ()))) for one, ticket in tickets.items()}


def orders_of(connection: Connection, ticket_ids: Sequence[str]) -> dict[str, list[WorkOrder]]:
    """The work orders of each ticket, oldest first."""
    chosen = select(*_ORDER_COLUMNS).where(_ORDERS.c.ticket_id.in_(ticket_ids))
    found: dict[str, list[WorkOrder]] = {}
    for row in connection.execute(chosen).mappings():
        found.setdefault(row["ticket_id"], []).append(WorkOrder(**row))
    for orders in found.values():
        orders.sort(key=lambda one: int(one.work_order_id.rpartition(".w")[2]))
    return found


def find_order(connection: Connection, work_order_id: str) -> str | None:
    """The ticket that a work order belongs to."""
    chosen = select(_ORDERS.c.ticket_id).where(_ORDERS.c.work_order_id == work_order_id)
    return connection.execute(chosen).scalar()


def ticket_of_call(connection: Connection, call_id: str | None) -> str | None:
    """The ticket that a live call is about: of a call that we placed, an earlier one's."""
    if call_id is None:
        return None
    return connection.execute(
        select(_CALLS.c.ticket_id).where(_CALLS.c.call_id == call_id)
    ).scalar()


def joined_count(connection: Connection, ticket_id: str) -> int:
    """The tickets that it took in, those that these had taken in before included."""
    own = select(_TICKETS.c.ticket_id).where(_TICKETS.c.repeat_of == ticket_id)
    taken = own.cte("taken", recursive=True)
    theirs = select(_TICKETS.c.ticket_id).join(taken, _TICKETS.c.repeat_of == taken.c.ticket_id)
    chosen = select(func.count()).select_from(taken.union(theirs))
    return int(connection.execute(chosen).scalar_one())


def apply(connection: Connection, case: Case, change: Change, who: str, now: float) -> Case:
    """Write the change with all it causes; the case as it is afterwards."""
    ticket = dict(case.ticket)
    values = ticket_values(case.ticket_id, change.fields)
    differ = {name: (ticket.get(name), one) for name, one in values.items()}
    differ = {name: pair for name, pair in differ.items() if pair[0] != pair[1]}
    version = ticket["version"] + 1
    entry = {"version": version, "at": now, "by": who, "what": change.what.value}
    entry |= {"note": plain(change.note)} if change.note else {}
    audit, is_new = noted(ticket["audit"] or (), entry, differ)
    ticket |= values | {"version": version, "audit": audit, "edited": _remembered(ticket, differ)}
    changed = {name: ticket[name] for name in (*values, "version", "audit", "edited")}
    connection.execute(
        update(_TICKETS).where(_TICKETS.c.ticket_id == case.ticket_id).values(changed)
    )
    after = Case(ticket, _saved(connection, case, change.orders))
    _tell(connection, after, now, may_wait=change.what is What.EDITED)
    if is_new:
        _write_journal(connection, after, change, who, now)
    return after


def _remembered(ticket: Row, differ: Mapping[str, tuple[Any, Any]]) -> Row | None:
    """Of each field that people changed, what the call had written there."""
    before = {name: pair[0] for name, pair in differ.items() if name in EDITABLE}
    return {**before, **(ticket["edited"] or {})} or None


def _saved(
    connection: Connection, case: Case, orders: Sequence[WorkOrder]
) -> tuple[WorkOrder, ...]:
    known = {order.work_order_id: order for order in case.orders}
    for order in orders:
        row = asdict(order)
        if order.work_order_id in known:
            same = _ORDERS.c.work_order_id == order.work_order_id
            connection.execute(update(_ORDERS).where(same).values(row))
        else:
            connection.execute(insert(_ORDERS).values(row))
        known[order.work_order_id] = order
    return tuple(known.values())


def shown(case: Case) -> Row:
    """The ticket with its work orders, as it leaves and as the API shows it."""
    orders = [payload(asdict(order)) | {"state": order.state.value} for order in case.orders]
    return {**case.ticket, **({"work_orders": orders} if orders else {})}


def events_of(connection: Connection, tickets: Sequence[Row], kind: str, now: float) -> list[Row]:
    """An outbox row of each ticket as it is given here, with its work orders."""
    orders = orders_of(connection, [one["ticket_id"] for one in tickets])
    cases = [Case(one, tuple(orders.get(one["ticket_id"], ()))) for one in tickets]
    return [event(shown(case), kind, now) for case in cases]


def _tell(connection: Connection, case: Case, now: float, *, may_wait: bool) -> None:
    """An event that surely nobody has begun to send is brought up to date instead of a new one.

    Only the ticket's last one: what is sent after it would undo the newer state.
    """
    row = event(shown(case), UPDATED, now)
    due_at = now + SITTING_S if may_wait else now
    later = _OUTBOX.alias()
    is_followed = exists().where(
        later.c.ticket_id == _OUTBOX.c.ticket_id, later.c.seq > _OUTBOX.c.seq
    )
    waiting = (
        select(_OUTBOX.c.seq)
        .where(_OUTBOX.c.ticket_id == case.ticket_id, _OUTBOX.c.kind == UPDATED)
        .where(_OUTBOX.c.state == "pending", _OUTBOX.c.last_error.is_(None))
        .where(_OUTBOX.c.due_at > now + _SURELY_WAITING_S, ~is_followed)
    )
    seq = connection.execute(waiting.with_for_update()).scalar()
    if seq is None:
        connection.execute(insert(_OUTBOX).values({**row, "due_at": due_at}))
        return
    values = {"payload": row["payload"]} | ({} if may_wait else {"due_at": now})
    connection.execute(update(_OUTBOX).where(_OUTBOX.c.seq == seq).values(values))


def _write_journal(
    connection: Connection, case: Case, change: Change, who: str, now: float
) -> None:
    version, kind = case.ticket["version"], change.what.value
    rows = [
        {
            "key": f"{case.ticket_id}/{kind}/{version}/{number}",
            "at": now,
            "kind": kind,
            "call_id": case.ticket["call_id"] or "",
            "agent_id": who,
            "queue": "",
            "data": {"ticket_id": case.ticket_id, **data},
        }
        for number, data in enumerate(change.data)
    ]
    if rows:
        connection.execute(insert(_JOURNAL), rows)


def take_in(
    connection: Connection, row: Row, content: str, who: str, now: float
) -> tuple[Case, bool]:
    """The skeleton of another channel's message; false with what is there already.

    ``content`` is the hash of what was brought, kept in the first entry of the ticket's history.
    """
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    given = {name: plain(one) if isinstance(one, str) else one for name, one in row.items()}
    first = {"version": 0, "at": now, "by": who, "what": What.TAKEN_IN.value, "fields": {}}
    values = given | {"audit": [first | {"content": content}]}
    made = upsert(_TICKETS).values(values).on_conflict_do_nothing().returning(_TICKETS.c.ticket_id)
    is_new = connection.execute(made).scalar() is not None
    if is_new:
        count_repeats(connection, [row["ticket_id"]])
    case = load(connection, [row["ticket_id"]])[row["ticket_id"]]
    if is_new:
        connection.execute(insert(_OUTBOX).values(event(case.ticket, "ticket.created", now)))
        change = Change(What.TAKEN_IN, data=({"channel": row["channel"]},))
        _write_journal(connection, case, change, who, now)
    return case, is_new


def is_same_message(case: Case, content: str) -> bool:
    first = (case.ticket["audit"] or [{}])[0]
    return bool(first.get("content") == content)


def earlier_of(connection: Connection, ticket: Mapping[str, Any], since_s: float) -> list[Row]:
    """The earlier tickets of the same number, newest first."""
    if not ticket["caller_number"]:
        return []
    chosen = (
        select(_TICKETS)
        .where(
            _TICKETS.c.caller_number == ticket["caller_number"],
            _TICKETS.c.arrived_at >= ticket["arrived_at"] - since_s,
            _TICKETS.c.arrived_at < ticket["arrived_at"],
        )
        .order_by(_TICKETS.c.arrived_at.desc())
        .limit(50)
    )
    return [dict(row) for row in connection.execute(chosen).mappings()]


_SERVED = (
    "ticket_id", "call_id", "arrived_at", "answered_at", "ended_at", "outcome", "caller_number",
    "caller_region", "caller_name", "language", "case_type", "urgency", "disposition",
    "matter_cause", "recording_ref", "closed_at", "confidential", "agent_id",
)  # fmt: skip


def served_by(connection: Connection, agent_id: str, limit: int) -> list[Row]:
    """The tickets of an agent's own calls, newest first, with what a list shows."""
    chosen = (
        select(*(_TICKETS.c[name] for name in _SERVED))
        .where(_TICKETS.c.agent_id == agent_id, _TICKETS.c.call_id.is_not(None))
        .order_by(_TICKETS.c.arrived_at.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(chosen).mappings()]


def live_orders(connection: Connection, unit: str | None, limit: int) -> list[WorkOrder]:
    """Those that units still work on, the first due first; of these the longest dispatched."""
    chosen = (
        select(*_ORDER_COLUMNS)
        .where(_ORDERS.c.closed_at.is_(None), _ORDERS.c.returned_at.is_(None))
        .order_by(
            func.coalesce(_ORDERS.c.extended_to, _ORDERS.c.due_at, 1e18), _ORDERS.c.dispatched_at
        )
        .limit(limit)
    )
    return [WorkOrder(**row) for row in connection.execute(_of_unit(chosen, unit)).mappings()]


def _of_unit(chosen: Select[Any], unit: str | None) -> Select[Any]:
    return chosen if unit is None else chosen.where(_ORDERS.c.unit == unit)
