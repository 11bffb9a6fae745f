"""``units.yaml`` and ``sla.yaml``: the departments, and how long they have.

Decides what the files may hold. Each may be missing, which is the same as empty. Reads files; knows
no ticket.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from ari_app.calendar_files import Label
from ari_app.tickets import clocks, sla
from ari_app.tickets.rules import Rules
from ari_app.tickets.units import DutyPhone, Unit, Units
from ari_app.tickets.words import CaseType, Urgency
from ari_app.world_files import Dialled, RingSeconds
from ari_app.yaml_files import read_optional
from ivr.fields import Name, Strict, checked
from ivr.positions import Path as Where
from ivr.positions import Positions
from ivr.problems import Problem, did_you_mean

UNITS = "units.yaml"
SLA = "sla.yaml"

_CATEGORY_HINT = "Write its digits in quotes, as the city's catalogue has them."

Category = Annotated[
    str, AfterValidator(checked(str, r"[0-9]{1,12}", "a category's code", _CATEGORY_HINT))
]
Personal = Literal["caller_number", "caller_name", "caller_address", "matter_address"]


class DutyPhoneEntry(Strict):
    """One phone of a unit; they are rung in the order of the list."""

    number: Dialled
    label: Label = "值班电话"
    ring_s: RingSeconds = 30.0


class UnitEntry(Strict):
    """One unit of units.yaml. ``sees`` are the personal fields that it needs unmasked."""

    label: Label
    duty_phones: Annotated[tuple[DutyPhoneEntry, ...], Field(max_length=20)] = ()
    categories: tuple[Category, ...] = ()
    sees: tuple[Personal, ...] = ()
    profile: Name | None = None


class UnitsFile(Strict):
    """``city_sees`` are the personal fields that leave unmasked for the city's ticket system."""

    city_sees: tuple[Personal, ...] = ()
    units: dict[Name, UnitEntry] = Field(default_factory=dict)


Hours = Annotated[float, Field(gt=0, le=2000)]
Days = Annotated[int, Field(ge=1, le=366)]


class SpanEntry(Strict):
    """How long: exactly one of the five."""

    minutes: Annotated[float, Field(gt=0, le=100_000)] | None = None
    hours: Hours | None = None
    working_hours: Hours | None = None
    days: Days | None = None
    working_days: Days | None = None

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        units: tuple[str, ...] = get_args(clocks.Unit)
        if sum(getattr(self, unit) is not None for unit in units) != 1:
            raise ValueError(f"expected exactly one of {', '.join(units)}.")
        return self

    def span(self) -> clocks.Span:
        units: tuple[clocks.Unit, ...] = get_args(clocks.Unit)
        [(count, unit)] = [(n, one) for one in units if (n := getattr(self, one)) is not None]
        return clocks.Span(count, unit)


class RuleEntry(SpanEntry):
    """A span, and for which tickets; without a condition, for all."""

    case_type: tuple[CaseType, ...] = ()
    urgency: tuple[Urgency, ...] = ()

    def rule(self) -> sla.Rule:
        return sla.Rule(self.span(), frozenset(self.case_type), frozenset(self.urgency))


Clock = Annotated[tuple[RuleEntry, ...], Field(max_length=20)]


class ProfileEntry(Strict):
    """One rule book; ``source`` says where its figures are written."""

    label: Label
    source: Annotated[str, Field(min_length=1, max_length=400)]
    dispatch: Clock = ()
    sign: Clock = ()
    respond: Clock = ()
    due: Clock = ()
    extend: SpanEntry | None = None
    give_back: SpanEntry | None = None
    yellow_days: Annotated[int, Field(ge=0, le=30)] = 1


class SlaFile(Strict):
    """``default`` and ``schedule`` name a profile and a schedule of hours.yaml."""

    default: str = ""
    schedule: str = ""
    repeat_days: Annotated[int, Field(ge=1, le=366)] = 30
    escalate_at: Annotated[int, Field(ge=2, le=1000)] = 3
    satisfied: tuple[Annotated[int, Field(ge=0, le=9)], ...] = (4, 5)
    profiles: dict[Name, ProfileEntry] = Field(default_factory=dict)


def load_rules(config_dir: Path, schedules: Collection[str] | None) -> Rules | list[Problem]:
    """What is laid down about tickets, or every fault in the files.

    ``schedules`` are those of hours.yaml; None while nobody knows.
    """
    problems: list[Problem] = []
    units = read_optional(config_dir / UNITS, UnitsFile, problems)
    found = read_optional(config_dir / SLA, SlaFile, problems)
    if units is None or found is None:
        return sorted(problems)
    file, positions = found
    problems += _unknown_profiles(config_dir / UNITS, *units, file.profiles)
    problems += _unknown(config_dir / SLA, positions, ("default",), file.default, file.profiles)
    if schedules is not None:
        problems += _unknown(config_dir / SLA, positions, ("schedule",), file.schedule, schedules)
    if problems:
        return sorted(problems)
    named = {name: _unit(name, entry) for name, entry in units[0].units.items()}
    return Rules(Units(named), _sla(file), frozenset(units[0].city_sees))


def _unknown_profiles(
    path: Path, units: UnitsFile, positions: Positions, known: Collection[str]
) -> Iterator[Problem]:
    for name, unit in units.units.items():
        where = ("units", name, "profile")
        yield from _unknown(path, positions, where, unit.profile or "", known)


def _unknown(
    path: Path, positions: Positions, where: Where, name: str, known: Collection[str]
) -> Iterator[Problem]:
    """An empty name means none."""
    if name and name not in known:
        place = positions.value(where)
        code, what = ("E310", "schedule") if where == ("schedule",) else ("E330", "profile")
        message = f"{'.'.join(map(str, where))}: there is no {what} '{name}'."
        hint = did_you_mean(name, known, what=f"Known {what}s")
        yield Problem(str(path), place.line, place.col, code, message, hint)


def _sla(file: SlaFile) -> sla.Sla:
    return sla.Sla(
        profiles={name: _profile(name, entry) for name, entry in file.profiles.items()},
        default=file.default,
        schedule=file.schedule,
        repeat_days=file.repeat_days,
        escalate_at=file.escalate_at,
        satisfied=frozenset(file.satisfied),
    )


def _profile(name: str, entry: ProfileEntry) -> sla.Profile:
    return sla.Profile(
        name=name,
        label=entry.label,
        source=entry.source,
        dispatch=_rules(entry.dispatch),
        sign=_rules(entry.sign),
        respond=_rules(entry.respond),
        due=_rules(entry.due),
        extend=entry.extend.span() if entry.extend else None,
        give_back=entry.give_back.span() if entry.give_back else None,
        yellow_days=entry.yellow_days,
    )


def _rules(entries: Clock) -> sla.Rules:
    return tuple(entry.rule() for entry in entries)


def _unit(name: str, entry: UnitEntry) -> Unit:
    return Unit(
        name=name,
        label=entry.label,
        duty_phones=tuple(
            DutyPhone(phone.number, phone.label, phone.ring_s) for phone in entry.duty_phones
        ),
        categories=entry.categories,
        sees=frozenset(entry.sees),
        profile=entry.profile or "",
    )
