"""When, how often and how many at once: what ``config/outbound.yaml`` says, as plain data.

Durations in seconds. Decides only whether a moment lies in a window, and the next one that does.
"""

from dataclasses import dataclass, field
from typing import Protocol

from ivr.calendar import ALL_DAY, Calendar, Schedule, Spans

_WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of every day in which citizens may be called, local time."""

    calendar: Calendar

    @classmethod
    def of(cls, spans: Spans, calendar: Calendar | None = None) -> "Window":
        daily = Schedule((spans,) * 7, spans, spans)
        zone = (calendar or Calendar()).zone
        return cls(Calendar({_WINDOW: daily}, zone=zone))

    def is_open(self, now: float) -> bool:
        return self.calendar.hours(_WINDOW, now) == "open"

    def next_open(self, now: float) -> float:
        """Now, or when the window opens."""
        return now if self.is_open(now) else self.calendar.next_change(_WINDOW, now) or now

    def closes_at(self, now: float) -> float | None:
        """When an open window closes; None for one that never does."""
        return self.calendar.next_change(_WINDOW, now)


ALWAYS = Window.of(ALL_DAY)


@dataclass(frozen=True, slots=True)
class Tries:
    """``spacing_s`` lies between two attempts, of which there are at most ``max_attempts``."""

    window: Window = ALWAYS
    ring_s: float = 30.0
    spacing_s: float = 600.0
    max_attempts: int = 3


@dataclass(frozen=True, slots=True)
class Missed:
    """漏接电话回拨. ``not_before_s``: after so long the citizen may have called again."""

    is_enabled: bool = True
    not_before_s: float = 30.0
    queue: str = "general"


@dataclass(frozen=True, slots=True)
class DutyTries:
    """A phone rings for as long as ``units.yaml`` says."""

    tree: str = "duty"
    busy_again_s: float = 15.0
    busy_tries: int = 3
    next_s: float = 2.0
    round_s: float = 60.0
    escalate_after_rounds: int = 1
    max_rounds: int = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """``max_at_once`` calls, and ``per_minute`` begun."""

    tree: str = "visit"
    max_at_once: int = 4
    per_minute: int = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """``is_enabled`` is false where no number outside can be called at all.

    ``notice`` is said to whoever answers a callback, before the agent is joined.
    """

    is_enabled: bool = True
    shown_number: str = ""
    notice: str = "callback_notice"
    callbacks: Tries = field(default_factory=Tries)
    missed: Missed = field(default_factory=Missed)
    duty: DutyTries = field(default_factory=DutyTries)
    visits: Tries = field(default_factory=Tries)
    pace: Pace = field(default_factory=Pace)


OFF = Policy(is_enabled=False)


class DutyPhone(Protocol):
    @property
    def number(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def ring_s(self) -> float: ...


class DutyList(Protocol):
    """Whom to ring for a unit, in this order; nobody for a unit that there is not."""

    def duty_phones(self, unit: str) -> "tuple[DutyPhone, ...]": ...


class NoDuty:
    def duty_phones(self, unit: str) -> tuple[DutyPhone, ...]:
        return ()
