"""The connect rate of the 24 hours that end with an hour, and which 24 hours those are.

Decides by whole hours of arrival. Memory holds two numbers an hour.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from ari_app.reports.facts import CallFacts
from ari_app.reports.figures import is_answered, is_offered
from ari_app.reports.period import HOUR_S, Period

HOURS: Final = 24
RATE: Final = "connect_rate_24h"
LOWEST: Final = "connect_rate_24h_lowest"


def hour_of(instant: float) -> int:
    return int(instant // HOUR_S)


def first_hour(since: float) -> float:
    """From when calls must be read, so that the hour of this instant has its whole 24."""
    return (hour_of(since) - HOURS + 1) * HOUR_S


def last_hours(instant: float) -> Period:
    """The 24 hours whose last one ends with this instant, or holds it."""
    last = hour_of(instant - 1e-6)
    return Period((last - HOURS + 1) * HOUR_S, min(instant, (last + 1) * HOUR_S))


def span_of(period: Period, row: str) -> tuple[float, float] | None:
    """The span that a row is of; of no row the whole period."""
    if not row:
        return period.since, period.until
    return next((pair for pair in pairwise(period.edges) if period.label(pair[0]) == row), None)


@dataclass(slots=True)
class Rolling:
    """Answered and offered by whole hours."""

    by_hour: dict[int, list[int]] = field(default_factory=dict)

    def add(self, call: CallFacts) -> None:
        if call.arrived_at is not None and is_offered(call):
            hour = self.by_hour.setdefault(hour_of(call.arrived_at), [0, 0])
            hour[0] += is_answered(call)
            hour[1] += 1

    def rate(self, hour: int) -> float | None:
        """Over the 24 hours that end with this one."""
        hours = [self.by_hour.get(h, [0, 0]) for h in range(hour - HOURS + 1, hour + 1)]
        offered = sum(one[1] for one in hours)
        return round(sum(one[0] for one in hours) / offered, 4) if offered else None

    def lowest(self, since: float, until: float) -> float | None:
        found = self._lowest(since, until)
        return None if found is None else found[0]

    def worst(self, since: float, until: float) -> Period | None:
        """The 24 hours that have the lowest rate, the first of several."""
        found = self._lowest(since, until)
        return None if found is None else last_hours(min(until, (found[1] + 1) * HOUR_S))

    def _lowest(self, since: float, until: float) -> tuple[float, int] | None:
        hours = range(hour_of(since), hour_of(until - 1e-6) + 1)
        return min(((rate, h) for h in hours if (rate := self.rate(h)) is not None), default=None)
