"""When something is open: the hours of a week, public holidays, make-up working days (调休).

Decides from tables about an instant that it is given. Must not know what time it is now, where the
tables come from, or who asks.

A day is a local date. A span that ends after midnight belongs to the day on which it began, so the
night before a holiday still runs to its end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

Hours = Literal["open", "closed", "holiday"]

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had no summer time since 1991, so it needs no table of time zones."""

DAY_MINUTES = 24 * 60
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes from the midnight at which its day begins; ``end`` may be in the day after."""

    start: int
    end: int


Spans = tuple[Span, ...]

ALL_DAY: Spans = (Span(0, DAY_MINUTES),)


def span_of(text: str) -> Span | None:
    """``09:00-17:30`` or, over midnight, ``22:00-06:00``; None for anything else."""
    start_text, dash, end_text = text.partition("-")
    start, end = _minute(start_text), _minute(end_text)
    if not dash or start is None or end is None or start in (end, DAY_MINUTES):
        return None
    return Span(start, end if end > start else end + DAY_MINUTES)


def _minute(text: str) -> int | None:
    hour, _, minute = text.strip(" ").partition(":")
    digits = hour + minute
    if not (digits.isascii() and digits.isdigit() and len(hour) in (1, 2) and len(minute) == 2):
        return None
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= DAY_MINUTES else None


@dataclass(frozen=True, slots=True)
class Holidays:
    """The yearly table: free days with the holiday's name, weekend days on which people work.

    In a year that is not among ``years`` only weekends are free.
    """

    off: Mapping[date, str] = field(default_factory=dict)
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, or before it when negative."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def missing_years(self, today: date) -> tuple[int, ...]:
        """This year and, in December, the next: those of them that nobody has entered."""
        wanted = (today.year, today.year + 1) if today.month == 12 else (today.year,)
        return tuple(year for year in wanted if year not in self.years)


@dataclass(frozen=True, slots=True)
class Schedule:
    """``week`` begins on Monday. A day of ``days`` has its own hours, whatever day it is."""

    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    make_up: Spans = ()
    holiday: Spans = ()
    days: Mapping[date, Spans] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calendar:
    """All schedules of a centre. Instants are epoch seconds."""

    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    holidays: Holidays = field(default_factory=Holidays)
    zone: tzinfo = SHANGHAI

    def today(self, at: float) -> date:
        return datetime.fromtimestamp(at, self.zone).date()

    def midnight(self, day: date) -> float:
        """The instant at which this day begins."""
        return datetime.combine(day, time(), self.zone).timestamp()

    def hours(self, schedule: str, at: float) -> Hours | None:
        """None for a schedule that does not exist. A holiday with hours is open or closed."""
        found = self.schedules.get(schedule)
        return None if found is None else self._hours(found, at)

    def next_change(self, schedule: str, at: float) -> float | None:
        """The first instant after ``at`` with another answer; None when it stays for good."""
        found = self.schedules.get(schedule)
        if found is None:
            return None
        before = self._hours(found, at)
        for day in self._days_ahead(found, self.today(at)):
            for instant in self._instants(found, day):
                if instant > at and self._hours(found, instant) != before:
                    return instant
        return None

    def _hours(self, schedule: Schedule, at: float) -> Hours:
        local = datetime.fromtimestamp(at, self.zone)
        day, minute = local.date(), local.hour * 60 + local.minute
        spans, late = self._spans(schedule, day), self._spans(schedule, day - ONE_DAY)
        if any(span.start <= minute < span.end for span in spans):
            return "open"
        if any(minute + DAY_MINUTES < span.end for span in late):
            return "open"
        return "holiday" if day in self.holidays.off and not spans else "closed"

    def _spans(self, schedule: Schedule, day: date) -> Spans:
        if day in schedule.days:
            return schedule.days[day]
        if day in self.holidays.work:
            return schedule.make_up
        if day in self.holidays.off:
            return schedule.holiday
        return schedule.week[day.weekday()]

    def _days_ahead(self, schedule: Schedule, first: date) -> Iterator[date]:
        """Until no table says anything more and a whole week has gone by."""
        last = max((first, *self.holidays.off, *self.holidays.work, *schedule.days))
        for number in range((last - first).days + 9):
            yield first + number * ONE_DAY

    def _instants(self, schedule: Schedule, day: date) -> list[float]:
        """Every instant of this day at which the answer may change, in order."""
        start, end = self.midnight(day), self.midnight(day + ONE_DAY)
        if end - start != DAY_MINUTES * 60:
            # The clocks are changed on this day: minutes are left out or come twice.
            return [start + 60 * number for number in range(round(end - start) // 60)]
        ends = [span.end for span in self._spans(schedule, day)]
        late = [span.end - DAY_MINUTES for span in self._spans(schedule, day - ONE_DAY)]
        starts = [span.start for span in self._spans(schedule, day)]
        minutes = {0, *(one for one in (*starts, *ends, *late) if 0 <= one < DAY_MINUTES)}
        return [start + 60 * minute for minute in sorted(minutes)]
