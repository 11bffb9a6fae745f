"""What became of each work order, folded from the journal's lines as they come by.

Decides which line says what of an order. Knows no figure and no database; rules of ``sla.yaml`` are
not asked: the ends of the clocks stand in the line of the dispatch.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from ari_app.core.journal_lines import Kind
from ari_app.core.records import Journaled, Json
from ari_app.reports.facts import as_number, as_text
from ari_app.reports.period import Period
from ari_app.tickets.case import What
from ari_app.tickets.work_order import WorkOrder

Orders = list[tuple[WorkOrder, int | None]]
"""With the score of the last return visit after the dispatch, if there was one."""

ENDS: Final = ("sign_by", "respond_by", "due_at")
"""What an older line lacks; of its order nobody knows what was in time."""


def _signed(order: WorkOrder, line: Journaled) -> WorkOrder:
    return replace(order, signed_at=line.at)


def _responded(order: WorkOrder, line: Journaled) -> WorkOrder:
    return replace(order, first_response_at=line.at)


def _extended(order: WorkOrder, line: Journaled) -> WorkOrder:
    return replace(order, extended_to=as_number(line.data.get("extended_to")))


def _handled(order: WorkOrder, line: Journaled) -> WorkOrder:
    """What closes the share is the first response, if there was none."""
    first = line.at if order.first_response_at is None else order.first_response_at
    return replace(order, closed_at=line.at, first_response_at=first)


_TIMED: Final[Mapping[str, Callable[[WorkOrder, Journaled], WorkOrder]]] = {
    What.SIGNED: _signed,
    What.RESPONDED: _responded,
    What.EXTENDED: _extended,
    What.HANDLED: _handled,
}
READ: Final = frozenset({*_TIMED, What.DISPATCHED, What.RETURNED, Kind.DIAL_CLOSED})
"""The kinds that say something of a work order."""


class OrderFold:
    """``take`` lines in the order of time, from the period's begin until now; then ``orders``.

    What people wrote (a reason, a result) is in no line, and so in no order from here.
    """

    def __init__(self, period: Period) -> None:
        self._period = period
        self._orders: dict[str, WorkOrder] = {}
        self._untimed: set[str] = set()
        self._of_ticket: dict[str, list[str]] = {}
        self._scores: dict[str, int] = {}

    def take(self, line: Journaled) -> None:
        if line.kind == Kind.DIAL_CLOSED:
            self._visited(line.data)
        elif line.kind == What.DISPATCHED:
            self._dispatched(line)
        else:
            self._stepped(line)

    def orders(self) -> Orders:
        """Those dispatched in the period, the first one first."""
        found = sorted(
            self._orders.values(), key=lambda one: (one.dispatched_at, one.work_order_id)
        )
        return [(order, self._scores.get(order.work_order_id)) for order in found]

    def _dispatched(self, line: Journaled) -> None:
        if not self._period.since <= line.at < self._period.until:
            return
        data = line.data
        order = WorkOrder(
            work_order_id=as_text(data.get("work_order_id")),
            ticket_id=as_text(data.get("ticket_id")),
            unit=as_text(data.get("unit")),
            profile=as_text(data.get("profile")),
            dispatched_at=line.at,
            sign_by=as_number(data.get("sign_by")),
            respond_by=as_number(data.get("respond_by")),
            due_at=as_number(data.get("due_at")),
        )
        self._orders[order.work_order_id] = order
        self._of_ticket.setdefault(order.ticket_id, []).append(order.work_order_id)
        if not data.keys() >= set(ENDS):
            self._untimed.add(order.work_order_id)

    def _stepped(self, line: Journaled) -> None:
        order_id = as_text(line.data.get("work_order_id"))
        order = self._orders.get(order_id)
        if order is None:
            return
        if line.kind == What.RETURNED:
            self._orders[order_id] = replace(order, returned_at=line.at)
        elif order_id not in self._untimed:
            self._orders[order_id] = _TIMED[line.kind](order, line)

    def _visited(self, data: Mapping[str, Json]) -> None:
        """An entry of the dial list is over; only a visit that got its mark has a score.

        It is of what had been dispatched by then: an order that came of it is not marked by it.
        """
        score = as_text(data.get("score"))
        if data.get("kind") == "visit" and score.isdecimal():
            ticket_id = as_text(data.get("ticket_id"))
            self._scores |= dict.fromkeys(self._of_ticket.get(ticket_id, ()), int(score))
