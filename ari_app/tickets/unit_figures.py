"""The figures by which departments are assessed (及时签收率 …), and their ranking.

Decides what counts; each figure names the work orders it was computed from. Must not know where
work orders come from, nor how a table is printed.

An order that was returned is no longer the unit's and counts only in ``returned``. An order whose
clock still runs counts in no rate; without a clock, what has happened counts as in time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ari_app.tickets.work_order import WorkOrder

DEFINITIONS: Final = {
    "sign_rate": "及时签收率：已到签收时限或已签收的派单中，按时签收的比例",
    "response_rate": "首次回应率：已到回应时限（未设的按办结）或已回应的派单中，按时回应的比例",
    "close_rate": "按时办结率：已到办结时限或已办结的派单中，按时（含批准的延期）办结的比例",
    "satisfaction": "回访满意率：有回访结果的派单中，回访满意的比例",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """``good`` of ``all``; both are ids of work orders, so that a figure can be looked into."""

    good: tuple[str, ...] = ()
    all: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where nothing counts."""
        return len(self.good) / len(self.all) if self.all else None


@dataclass(frozen=True, slots=True)
class UnitFigures:
    unit: str
    dispatched: int
    returned: int
    sign_rate: Rate
    response_rate: Rate
    close_rate: Rate
    satisfaction: Rate
    rank: int | None = None
    """1 is best; None where no rate is known."""

    @property
    def score(self) -> float | None:
        """The mean of the rates that are known."""
        rates = (self.sign_rate, self.response_rate, self.close_rate, self.satisfaction)
        known = [rate.value for rate in rates if rate.value is not None]
        return sum(known) / len(known) if known else None


@dataclass(slots=True)
class _Tally:
    good: list[str] = field(default_factory=list)
    all: list[str] = field(default_factory=list)

    def add(self, order: WorkOrder, is_good: bool | None) -> None:
        if is_good is not None:
            self.all.append(order.work_order_id)
            if is_good:
                self.good.append(order.work_order_id)

    def rate(self) -> Rate:
        return Rate(tuple(self.good), tuple(self.all))


def in_time(happened_at: float | None, by: float | None, now: float) -> bool | None:
    """None while it may still happen in time."""
    if happened_at is not None:
        return by is None or happened_at <= by
    return False if by is not None and by < now else None


def unit_figures(
    orders: Iterable[tuple[WorkOrder, int | None]], satisfied: frozenset[int], now: float
) -> list[UnitFigures]:
    """The figures of each unit, the best first.

    ``orders`` come with the score of the return visit, if there was one; ``satisfied`` are the
    scores that mean so.
    """
    by_unit: dict[str, list[tuple[WorkOrder, int | None]]] = {}
    for order, score in orders:
        by_unit.setdefault(order.unit, []).append((order, score))
    return ranked([_figures(unit, rows, satisfied, now) for unit, rows in by_unit.items()])


def _figures(
    unit: str, rows: Sequence[tuple[WorkOrder, int | None]], satisfied: frozenset[int], now: float
) -> UnitFigures:
    kept = [(order, score) for order, score in rows if order.returned_at is None]

    def rate(judge: Callable[[WorkOrder, int | None], bool | None]) -> Rate:
        tally = _Tally()
        for order, score in kept:
            tally.add(order, judge(order, score))
        return tally.rate()

    return UnitFigures(
        unit=unit,
        dispatched=len(rows),
        returned=len(rows) - len(kept),
        sign_rate=rate(lambda order, _: in_time(order.signed_at, order.sign_by, now)),
        response_rate=rate(
            lambda order, _: in_time(order.first_response_at, _reply_by(order), now)
        ),
        close_rate=rate(lambda order, _: in_time(order.closed_at, order.ends_at, now)),
        satisfaction=rate(lambda _, score: None if score is None else score in satisfied),
    )


def _reply_by(order: WorkOrder) -> float | None:
    return order.ends_at if order.respond_by is None else order.respond_by


def ranked(figures: Sequence[UnitFigures]) -> list[UnitFigures]:
    """By score; equals share a rank, and the next rank counts them all (1, 1, 3)."""

    def worst_last(one: UnitFigures) -> tuple[float, str]:
        return (1.0 if one.score is None else -one.score, one.unit)

    ordered = sorted(figures, key=worst_last)
    return [_with_rank(one, ordered) for one in ordered]


def _with_rank(one: UnitFigures, ordered: Sequence[UnitFigures]) -> UnitFigures:
    score = one.score
    rank = None
    if score is not None:
        rank = 1 + sum(other.score is not None and other.score > score for other in ordered)
    values = {name: getattr(one, name) for name in UnitFigures.__dataclass_fields__}
    return UnitFigures(**{**values, "rank": rank})
