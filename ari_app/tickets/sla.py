"""Which clocks a work order gets, and which card it shows (黄牌, 红牌).

Decides by a profile of ``sla.yaml``: of each clock's rules the first that fits counts. Cards follow
from instants alone. Must not know who asks, nor what time it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ari_app.tickets.clocks import Span, WorkTime

Card = Literal["yellow", "red"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A span for tickets of these case types and urgencies; empty: of all."""

    span: Span
    case_types: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()

    def fits(self, case_type: str | None, urgency: str | None) -> bool:
        return (not self.case_types or case_type in self.case_types) and (
            not self.urgencies or (urgency or "普通") in self.urgencies
        )


Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One rule book. A clock without rules does not run.

    ``dispatch`` runs from the ticket's arrival, the others from the dispatch. ``extend`` is the
    longest that ``due`` may be put off, once; ``give_back`` how long a unit may say that the matter
    is not its own. ``yellow_days`` are the working days before ``due`` on which it turns yellow.
    """

    name: str
    label: str = ""
    source: str = ""
    dispatch: Rules = ()
    sign: Rules = ()
    respond: Rules = ()
    due: Rules = ()
    extend: Span | None = None
    give_back: Span | None = None
    yellow_days: int = 1


@dataclass(frozen=True, slots=True)
class Sla:
    """All profiles. ``repeat_days``, ``escalate_at`` and ``satisfied`` are the centre's own."""

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default: str = ""
    schedule: str = ""
    repeat_days: int = 30
    escalate_at: int = 3
    satisfied: frozenset[int] = frozenset({4, 5})

    def profile(self, name: str) -> Profile:
        """The profile, or the default, or one in which no clock runs."""
        return self.profiles.get(name) or self.profiles.get(self.default) or Profile(name)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Instants, epoch seconds; None where no clock runs."""

    sign_by: float | None = None
    respond_by: float | None = None
    due_at: float | None = None


def deadlines(
    profile: Profile, case_type: str | None, urgency: str | None, start: float, time: WorkTime
) -> Deadlines:
    """The clocks of a work order that is dispatched at ``start``."""

    def ends(rules: Rules) -> float | None:
        return clock(rules, case_type, urgency, start, time)

    return Deadlines(ends(profile.sign), ends(profile.respond), ends(profile.due))


def clock(
    rules: Rules, case_type: str | None, urgency: str | None, start: float, time: WorkTime
) -> float | None:
    for rule in rules:
        if rule.fits(case_type, urgency):
            return time.after(start, rule.span)
    return None


def yellow_at(start: float, due_at: float, working_days: int, time: WorkTime) -> float:
    """When the yellow card comes; never before half of the clock has run: some run for hours."""
    return max(time.before(due_at, working_days), start + (due_at - start) / 2)


def card(
    start: float, due_at: float | None, ended_at: float | None, working_days: int, time: WorkTime,
    now: float,
) -> Card | None:  # fmt: skip
    """The card at ``now``. What ended late keeps its red card; what ended in time has none."""
    if due_at is None:
        return None
    if (now if ended_at is None else ended_at) > due_at:
        return "red"
    is_close = ended_at is None and now >= yellow_at(start, due_at, working_days, time)
    return "yellow" if is_close else None
