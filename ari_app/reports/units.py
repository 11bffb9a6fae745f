"""The departments' report: the figures of ``tickets/unit_figures.py`` as rows, and their orders.

Decides only the columns. From the work orders dispatched in the period.
"""

from typing import Final

from ari_app.core.records import Json
from ari_app.reports.orders import Orders
from ari_app.reports.period import Period
from ari_app.reports.report import Report
from ari_app.tickets.unit_figures import DEFINITIONS, Rate, UnitFigures, unit_figures

UNITS: Final = "units"
RATES: Final = tuple(DEFINITIONS)
FIGURES: Final = ("dispatched", "returned", *RATES, "score", "rank")


def _split(text: str) -> tuple[str, str]:
    label, _, says = text.partition("：")
    return label, says


DEFINED: Final[dict[str, tuple[str, str]]] = {
    "dispatched": ("派单", "期间内派给该单位的工单数。"),
    "returned": ("退单", "其中被该单位退回的。"),
    **{name: _split(text) for name, text in DEFINITIONS.items()},
    "score": ("得分", "已有的各率的平均。"),
    "rank": ("名次", "按得分，1 为最好；并列同名次。"),
}


def unit_report(period: Period, orders: Orders, satisfied: frozenset[int], now: float) -> Report:
    """The best unit first."""
    rows = [_row(one) for one in unit_figures(orders, satisfied, now)]
    return Report(UNITS, period, ("unit",), FIGURES, rows)


def orders_behind(
    orders: Orders, satisfied: frozenset[int], now: float, figure: str, unit: str
) -> list[dict[str, Json]]:
    """The work orders that a figure counts, and whether each counts as good."""
    tickets = {order.work_order_id: order.ticket_id for order, _ in orders}
    found: list[dict[str, Json]] = []
    for one in unit_figures(orders, satisfied, now):
        if unit in ("", one.unit):
            counted = _counted(one, orders, figure)
            found += [
                {"work_order_id": order, "ticket_id": tickets[order], "unit": one.unit,
                 "counts": order in counted.good}
                for order in counted.all
            ]  # fmt: skip
    return found


def _counted(one: UnitFigures, orders: Orders, figure: str) -> Rate:
    if figure in RATES:
        rate: Rate = getattr(one, figure)
        return rate
    ids = tuple(
        order.work_order_id
        for order, _ in orders
        if order.unit == one.unit and (figure != "returned" or order.returned_at is not None)
    )
    return Rate(ids, ids)


def _row(one: UnitFigures) -> dict[str, Json]:
    rates: dict[str, Json] = {name: _rounded(getattr(one, name).value) for name in RATES}
    return {
        "unit": one.unit,
        "dispatched": one.dispatched,
        "returned": one.returned,
        **rates,
        "score": _rounded(one.score),
        "rank": one.rank,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
