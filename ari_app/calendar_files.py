"""``hours.yaml`` and ``holidays.yaml``: their form, and the calendar that they make.

Decides which hours and which table of holidays make sense. Opens no files, knows no clock.
"""

import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ivr.calendar import SHANGHAI, Calendar, Holidays, Schedule, Span, span_of
from ivr.fields import Name, Strict, checked
from ivr.positions import Path, Positions, dotted
from ivr.problems import Problem, did_you_mean

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_HOLIDAY_DAYS = 16

_SPAN_HINT = 'Write "09:00-17:30", a list of such, "24h" or "closed".'
_DATE_HINT = "Write it like 2026-10-01."
_WORDS: Mapping[str, list[str]] = {"24h": ["00:00-24:00"], "closed": []}


def fits(accept: Callable[[str], object], what: str, hint: str) -> Callable[[str], str]:
    """A validator for texts that ``accept`` can make something of; the text is kept."""

    def check(value: str) -> str:
        if accept(value) is None:
            raise _not(value, what, hint)
        return value

    return check


def _not(text: str, what: str, hint: str) -> PydanticCustomError:
    context = {"text": repr(text), "what": what, "hint": hint}
    return PydanticCustomError("form", "{text} is not {what}", context)


def find_date(text: str) -> date | None:
    """Only in the form 2026-10-01, and only a day that exists."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" else None
    except ValueError:
        return None


def find_zone(name: str) -> tzinfo | None:
    if name == str(SHANGHAI):
        return SHANGHAI
    return zoneinfo.ZoneInfo(name) if name in zoneinfo.available_timezones() else None


def _known_zone(name: str) -> str:
    if find_zone(name) is not None:
        return name
    hint = did_you_mean(name, zoneinfo.available_timezones() | {str(SHANGHAI)}, what="Zones")
    raise _not(name, "a time zone", hint)


def _unfold(value: object) -> object:
    """A word or a single span where a list is meant."""
    return _WORDS.get(value, [value]) if isinstance(value, str) else value


def _apart(spans: tuple[str, ...]) -> tuple[str, ...]:
    ordered = sorted((span, text) for text in spans if (span := span_of(text)))
    for (first, text), (second, other) in pairwise(ordered):
        if second.start < first.end:
            raise ValueError(f"{text} and {other} overlap.")
    return spans


SpanText = Annotated[str, AfterValidator(fits(span_of, "a span of hours", _SPAN_HINT))]
HoursText = Annotated[
    tuple[SpanText, ...],
    Field(max_length=12),
    BeforeValidator(_unfold),
    AfterValidator(_apart),
]
DateText = Annotated[str, AfterValidator(fits(find_date, "a date", _DATE_HINT))]
DayText = Annotated[
    str,
    AfterValidator(
        checked(str, r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}", "a day", "Write month and day, like 10-01.")
    ),
]
Year = Annotated[
    str, AfterValidator(checked(str, r"20[0-9]{2}", "a year", "Write four digits, like 2027."))
]
Label = Annotated[str, Field(min_length=1, max_length=40)]


class ScheduleEntry(Strict):
    """One schedule of hours.yaml. A day that is not named is closed; see ``_week``."""

    label: Label = ""
    weekdays: HoursText = ()
    monday: HoursText = ()
    tuesday: HoursText = ()
    wednesday: HoursText = ()
    thursday: HoursText = ()
    friday: HoursText = ()
    saturday: HoursText = ()
    sunday: HoursText = ()
    make_up_days: HoursText = ()
    holidays: HoursText = ()
    days: dict[DateText, HoursText] = Field(default_factory=dict)


class HoursFile(Strict):
    zone: Annotated[str, AfterValidator(_known_zone)] = str(SHANGHAI)
    schedules: dict[Name, ScheduleEntry] = Field(default_factory=dict)


class HolidayEntry(Strict):
    """As the State Council's notice says it: free from, to, and the days worked for it."""

    from_: DayText = Field(alias="from")
    to: DayText = ""
    work: Annotated[tuple[DayText, ...], Field(max_length=6)] = ()


class YearEntry(Strict):
    notice: str = ""
    holidays: dict[Label, HolidayEntry]


class HolidaysFile(Strict):
    years: dict[Year, YearEntry] = Field(default_factory=dict)


def calendar_of(hours: HoursFile, holidays: Holidays) -> Calendar:
    schedules = {name: _schedule(entry) for name, entry in hours.schedules.items()}
    return Calendar(schedules, holidays, find_zone(hours.zone) or SHANGHAI)


def _schedule(entry: ScheduleEntry) -> Schedule:
    """A working day that is not named has the hours of ``weekdays``; make-up days have Monday's."""
    named = entry.model_fields_set
    texts = [
        getattr(entry, day) if day in named or number > 4 else entry.weekdays
        for number, day in enumerate(WEEK)
    ]
    week = tuple(map(_spans, texts))
    return Schedule(
        week=(week[0], week[1], week[2], week[3], week[4], week[5], week[6]),
        make_up=_spans(entry.make_up_days) if "make_up_days" in named else week[0],
        holiday=_spans(entry.holidays),
        days={date.fromisoformat(day): _spans(texts) for day, texts in entry.days.items()},
    )


def _spans(texts: tuple[str, ...]) -> tuple[Span, ...]:
    return tuple(span for text in texts if (span := span_of(text)))


def holidays_of(
    file: HolidaysFile, positions: Positions, filename: str
) -> Holidays | list[Problem]:
    """The table, or every day in it that cannot be meant."""
    table = _Table(positions, filename)
    for year, entry in file.years.items():
        for name, holiday in entry.holidays.items():
            table.add(("years", year, "holidays", name), int(year), name, holiday)
    table.check_work()
    if table.problems:
        return sorted(table.problems)
    years = frozenset(int(year) for year in file.years)
    return Holidays(table.off, frozenset(table.work), years)


@dataclass(slots=True)
class _Table:
    """The days of all holidays while they are read, each with the place where it is written."""

    positions: Positions
    filename: str
    off: dict[date, str] = field(default_factory=dict)
    work: dict[date, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, year: int, name: str, entry: HolidayEntry) -> None:
        first = self._day((*path, "from"), year, entry.from_)
        last = self._day((*path, "to"), year, entry.to) if entry.to else first
        for index, text in enumerate(entry.work):
            place = (*path, "work", index)
            day = self._day(place, year, text)
            if day is not None:
                self.work[day] = place
        if first is not None and last is not None:
            self._free((*path, "to"), name, first, last)

    def check_work(self) -> None:
        """A make-up day is a weekend day on which people work; anything else is a slip."""
        for day, path in self.work.items():
            if day in self.off:
                self._wrong(path, f"{day} is free for {self.off[day]}.", "Leave out one of them.")
            elif day.weekday() < 5:
                said = f"{day} is a {WEEK[day.weekday()].title()}, a working day anyway."
                self._wrong(path, said, "Write the Saturday or Sunday on which people work.")

    def _free(self, path: Path, name: str, first: date, last: date) -> None:
        if last < first:
            self._wrong(path, f"{last} is before {first}.", "Write the last free day.")
        elif (last - first).days >= LONGEST_HOLIDAY_DAYS:
            said = f"{first} to {last} are {(last - first).days + 1} days."
            self._wrong(path, said, f"A holiday has at most {LONGEST_HOLIDAY_DAYS}.")
        else:
            for day in _days(first, last):
                if day in self.off:
                    said = f"{day} is free for {self.off[day]} already."
                    return self._wrong(path, said, "Let each day belong to one holiday.")
                self.off[day] = name

    def _day(self, path: Path, year: int, text: str) -> date | None:
        """Month and day are of the block's year; a full date may be in the years beside it."""
        found = find_date(text if len(text) == 10 else f"{year}-{text}")
        if found is None:
            self._wrong(path, f"there is no {text} in {year}.", "Write month and day, like 10-01.")
        elif abs(found.year - year) > 1:
            self._wrong(path, f"{found} does not belong to {year}.", "Leave out the year.")
            return None
        return found

    def _wrong(self, path: Path, said: str, hint: str) -> None:
        place = self.positions.value(path)
        message = f"{dotted(path)}: {said}"
        problem = Problem(self.filename, place.line, place.col, "E204", message, hint)
        self.problems.append(problem)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
