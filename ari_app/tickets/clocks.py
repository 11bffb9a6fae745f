"""When a clock of a ticket runs out: minutes, hours, days and working days from an instant.

Decides by the calendar alone, whose table of holidays is China's. Must not know why a clock runs.

The day on which a span of days begins does not count, and a span of days ends with its last day, at
24:00 (民法典, articles 201 and 203); of natural days the last one is moved to the next working day
when it is free. Minutes, hours and working hours count from the instant itself.
"""

from dataclasses import dataclass
from typing import Final, Literal

from ivr.calendar import ONE_DAY, Calendar

Unit = Literal["minutes", "hours", "working_hours", "days", "working_days"]

_SECONDS: Final = {"minutes": 60.0, "hours": 3600.0}
_LONGEST_SEARCH: Final = 10_000
"""Changes of opening hours; more than a span of ``working_hours`` can meet."""


@dataclass(frozen=True, slots=True)
class Span:
    count: float
    unit: Unit

    @property
    def is_in_days(self) -> bool:
        return self.unit in ("days", "working_days")


@dataclass(frozen=True, slots=True)
class WorkTime:
    """The calendar with the schedule whose hours are working hours; without one, days are whole."""

    calendar: Calendar
    schedule: str = ""

    def after(self, start: float, span: Span) -> float:
        """The instant (epoch seconds) at which a clock that began at ``start`` runs out."""
        match span.unit:
            case "minutes" | "hours":
                return start + span.count * _SECONDS[span.unit]
            case "working_hours":
                return self._after_open_hours(start, span.count * 3600.0)
            case "days":
                return self._end_of_free_day(start, int(span.count))
            case "working_days":
                today = self.calendar.today(start)
                last = self.calendar.holidays.add_working_days(today, int(span.count))
                return self.calendar.midnight(last + ONE_DAY)

    def before(self, end: float, working_days: int) -> float:
        """The same time of day so many working days before; an end at 24:00 stays one."""
        calendar = self.calendar
        # An instant at midnight is the end of the day before it.
        day = calendar.today(end - 1.0)
        into = end - calendar.midnight(day)
        return calendar.midnight(calendar.holidays.add_working_days(day, -working_days)) + into

    def _end_of_free_day(self, start: float, count: int) -> float:
        holidays = self.calendar.holidays
        last = self.calendar.today(start) + count * ONE_DAY
        if not holidays.is_working_day(last):
            last = holidays.add_working_days(last, 1)
        return self.calendar.midnight(last + ONE_DAY)

    def _after_open_hours(self, start: float, left_s: float) -> float:
        """Counts only while the schedule is open; one that never opens counts all hours."""
        at = start
        for _ in range(_LONGEST_SEARCH):
            change = self.calendar.next_change(self.schedule, at)
            is_open = self.calendar.hours(self.schedule, at) == "open"
            if change is None:
                break
            if is_open and change - at >= left_s:
                break
            left_s -= change - at if is_open else 0.0
            at = change
        return at + left_s
