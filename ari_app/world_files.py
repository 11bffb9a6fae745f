"""``hours.yaml``, ``holidays.yaml``, ``numbers.yaml`` and ``lists.yaml``: what trees may ask about.

Decides what these files may hold. Each may be missing, which is the same as empty. Reads files;
knows no clock: whoever wants to be warned of a missing year says which day it is.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ari_app.calendar_files import (
    DateText,
    HolidaysFile,
    HoursFile,
    Label,
    calendar_of,
    holidays_of,
)
from ari_app.core.world import Listed, OutsideNumber, World, number_key
from ari_app.yaml_files import read_optional
from ivr.calendar import Calendar
from ivr.fields import Strict, checked
from ivr.positions import Positions
from ivr.problems import Problem

HOLIDAYS = "holidays.yaml"
LISTS = "lists.yaml"

_DIALLED_HINT = "Write 2 to 20 digits in quotes, as the trunk dials them."
_CALLER_HINT = "Write 2 to 20 digits, with or without +86."
_NAME_HINT = "Use small letters, digits and _, no _ first, at most 64."

NumberName = Annotated[
    str, AfterValidator(checked(str, r"[a-z0-9][a-z0-9_]{0,63}", "a number's name", _NAME_HINT))
]
Dialled = Annotated[
    str, AfterValidator(checked(str, r"[0-9]{2,20}", "a number to dial", _DIALLED_HINT))
]
CallerNumber = Annotated[
    str, AfterValidator(checked(str, r"\+?[0-9]{2,20}", "a caller's number", _CALLER_HINT))
]
Reason = Annotated[str, Field(min_length=1, max_length=100)]
RingSeconds = Annotated[float, Field(strict=True, ge=5, le=180, allow_inf_nan=False)]


class NumberEntry(Strict):
    """One number of numbers.yaml: nothing else outside can be reached from a tree."""

    number: Dialled
    label: Label
    kind: Literal["emergency", "department"]
    ring_s: RingSeconds = 30.0


class NumbersFile(Strict):
    numbers: dict[NumberName, NumberEntry] = Field(default_factory=dict)


class ListEntry(Strict):
    """A caller of lists.yaml; ``until`` is the last day on which the entry counts."""

    reason: Reason
    until: DateText = ""


class ListsFile(Strict):
    vip: dict[CallerNumber, ListEntry] = Field(default_factory=dict)
    nuisance: dict[CallerNumber, ListEntry] = Field(default_factory=dict)


def load_world(config_dir: Path) -> World | list[Problem]:
    """All four files, or every fault in them."""
    problems: list[Problem] = []
    hours = read_optional(config_dir / "hours.yaml", HoursFile, problems)
    table = read_optional(config_dir / HOLIDAYS, HolidaysFile, problems)
    numbers = read_optional(config_dir / "numbers.yaml", NumbersFile, problems)
    lists = read_optional(config_dir / LISTS, ListsFile, problems)
    if table is not None:
        holidays = holidays_of(*table, str(config_dir / HOLIDAYS))
        problems += holidays if isinstance(holidays, list) else []
    if lists is not None:
        problems += _same_numbers(*lists, str(config_dir / LISTS))
    if problems or not (hours and table and numbers and lists) or isinstance(holidays, list):
        return sorted(problems)
    calendar = calendar_of(hours[0], holidays)
    return World(
        calendar=calendar,
        numbers={
            name: OutsideNumber(entry.number, entry.label, entry.kind, entry.ring_s)
            for name, entry in numbers[0].numbers.items()
        },
        vip=_listed(lists[0].vip, calendar),
        nuisance=_listed(lists[0].nuisance, calendar),
    )


def missing_years(world: World, config_dir: Path, now: float) -> Iterator[Problem]:
    """A warning for this year and, from 1 December on, the next, while nobody entered them."""
    calendar = world.calendar
    if not calendar.schedules and not calendar.holidays.years:
        return
    for year in calendar.holidays.missing_years(calendar.today(now)):
        message = f"the holidays of {year} are missing; only its weekends count as free."
        hint = "Enter them from the State Council's notice, which comes in November."
        yield Problem(str(config_dir / HOLIDAYS), 1, 1, "W201", message, hint)


def _listed(entries: Mapping[str, ListEntry], calendar: Calendar) -> dict[str, Listed]:
    return {
        number_key(number): Listed(entry.reason, _end_of(entry.until, calendar))
        for number, entry in entries.items()
    }


def _end_of(day: str, calendar: Calendar) -> float | None:
    return calendar.midnight(date.fromisoformat(day) + timedelta(days=1)) if day else None


def _same_numbers(lists: ListsFile, positions: Positions, filename: str) -> Iterator[Problem]:
    """Two entries that are one caller: the second would silently win."""
    for name, entries in (("vip", lists.vip), ("nuisance", lists.nuisance)):
        seen: dict[str, str] = {}
        for number in entries:
            first = seen.setdefault(number_key(number), number)
            if first != number:
                place = positions.key((name, number))
                message = f"{name}: '{number}' is the same number as '{first}'."
                hint = "Keep one of the two."
                yield Problem(filename, place.line, place.col, "E106", message, hint)
