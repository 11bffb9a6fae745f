"""Which period is asked for and into which spans it is cut, in the hotline's local time.

Decides what a date on the command line or in an address means. Reads no clock: who asks says now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Literal

from ivr.calendar import SHANGHAI

HOUR_S: Final = 3600.0
LONGEST_DAYS: Final = 1100
"""Three years: a report over more is a slip of the keyboard."""

By = Literal["", "hour", "day"]


class BadPeriod(ValueError):
    """The text says what was written and what can be."""


@dataclass(frozen=True, slots=True)
class Period:
    """``since`` <= an instant < ``until``, epoch seconds. ``by`` cuts it into spans."""

    since: float
    until: float
    by: By = ""
    zone: tzinfo = SHANGHAI

    @property
    def edges(self) -> list[float]:
        """The spans' limits, the period's own included."""
        return [self.since, *self._cuts(), self.until]

    def _cuts(self) -> Iterator[float]:
        if not self.by:
            return
        at = datetime.fromtimestamp(self.since, self.zone).replace(
            minute=0, second=0, microsecond=0
        )
        step = timedelta(hours=1)
        if self.by == "day":
            at, step = at.replace(hour=0), timedelta(days=1)
        while (at := at + step).timestamp() < self.until:
            yield at.timestamp()

    def label(self, instant: float) -> str:
        """The span's name: its day, or its day and hour."""
        if not self.by:
            return ""
        at = datetime.fromtimestamp(instant, self.zone)
        return f"{at:%Y-%m-%d %H:00}" if self.by == "hour" else f"{at:%Y-%m-%d}"

    def exact(self, instant: float) -> str:
        """As whoever asks for the calls behind a figure must repeat it."""
        return datetime.fromtimestamp(instant, self.zone).isoformat()

    def shown(self, instant: float) -> str:
        return datetime.fromtimestamp(instant, self.zone).isoformat(timespec="seconds")


def period(first: str, last: str, now: float, by: By = "", zone: tzinfo = SHANGHAI) -> Period:
    """From texts: a date means its midnight; nothing means today from midnight until now."""
    today = datetime.fromtimestamp(now, zone).date()
    since = _instant(first, zone) if first else _midnight(today, zone)
    until = _instant(last, zone) if last else max(now, since + 1)
    if until <= since:
        raise BadPeriod(f"--to {last} does not come after --from {first}: give a later instant")
    if until - since > LONGEST_DAYS * 86400:
        raise BadPeriod(f"from {first} to {last} are more than {LONGEST_DAYS} days: ask for less")
    return Period(since, until, by, zone)


def day(text: str, zone: tzinfo = SHANGHAI) -> Period:
    since = _instant(text, zone)
    return Period(since, since + 86400.0, "", zone)


def _midnight(on: date, zone: tzinfo) -> float:
    return datetime(on.year, on.month, on.day, tzinfo=zone).timestamp()


def _instant(text: str, zone: tzinfo) -> float:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadPeriod(
            f"'{text}' is no date: write 2026-11-23, or 2026-11-23T08:00, local time"
        ) from error
