"""The figures of the day while it goes on: today, the last 24 hours, and each quarter of an hour.

The same definitions as the reports', over calls under way too. Takes lines as they come and keeps
sums by quarter, not calls. Knows no database and no clock: whoever asks says now.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Final

from ari_app.core.board_view import Sections
from ari_app.core.records import Journaled, Json
from ari_app.reports.facts import CallFacts, Fold
from ari_app.reports.figures import Tally
from ari_app.reports.period import HOUR_S
from ivr.calendar import SHANGHAI

QUARTER_S: Final = 900.0
QUARTERS_A_DAY: Final = 96

TODAY: Final = (
    "arrived", "offered", "answered", "abandoned", "abandoned_short", "under_way", "refused",
    "message_left", "callback_promised", "connect_rate", "abandon_rate", "level_audio",
    "level_arrival", "level_queue", "asa_s", "aht_s",
)  # fmt: skip
LAST_24H: Final = ("offered", "answered", "abandoned", "connect_rate")
QUARTER: Final = (
    "arrived", "offered", "answered", "abandoned", "asa_s", "connect_rate", "level_audio",
    "level_arrival", "level_queue",
)  # fmt: skip


class LiveDay:
    """``take`` lines, then ask for ``sections`` as often as wanted."""

    def __init__(self, zone: tzinfo = SHANGHAI) -> None:
        self._zone = zone
        self._fold = Fold(float("-inf"), float("inf"))
        self._done: dict[int, Tally] = {}

    def take(self, line: Journaled) -> None:
        for call in self._fold.take(line):
            _add(self._done, call)

    def sections(self, now: float) -> Sections:
        first = quarter_of(now) - QUARTERS_A_DAY + 1
        self._forget(first)
        quarters = self._with_open_calls()
        midnight = quarter_of(_midnight(now, self._zone))
        today = {q: tally for q, tally in sorted(quarters.items()) if q >= midnight}
        recent = [tally for q, tally in quarters.items() if q >= first]
        return {
            "figures": {
                "today": _row(_sum(today.values()), TODAY) | {"since": midnight * QUARTER_S},
                "last_24h": _row(_sum(recent), LAST_24H) | {"since": first * QUARTER_S},
            },
            "quarters": {
                str(int(q * QUARTER_S)): _row(tally, QUARTER) for q, tally in today.items()
            },
        }

    def read_since(self, now: float) -> float:
        """From where on lines matter: calls are under way that came a little earlier."""
        return now - (24 + 1) * HOUR_S

    def _forget(self, first: int) -> None:
        self._fold.forget((first - 4) * QUARTER_S)
        self._done = {q: tally for q, tally in self._done.items() if q >= first - 4}

    def _with_open_calls(self) -> dict[int, Tally]:
        under_way: dict[int, Tally] = {}
        for call in self._fold.under_way():
            _add(under_way, call)
        quarters = dict(self._done)
        for quarter, tally in under_way.items():
            known = quarters.get(quarter)
            quarters[quarter] = tally if known is None else known.plus(tally)
        return quarters


def quarter_of(instant: float) -> int:
    """Time zones differ by whole quarters, so one division fits all."""
    return int(instant // QUARTER_S)


def _add(quarters: dict[int, Tally], call: CallFacts) -> None:
    if call.arrived_at is None:
        return
    tally = quarters.setdefault(quarter_of(call.arrived_at), Tally())
    tally.add(call)
    for talk in call.talks:
        tally.add_talk(talk)
    for offer in call.offers:
        tally.add_offer(offer.reason)


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole = whole.plus(tally)
    return whole


def _row(tally: Tally, names: tuple[str, ...]) -> dict[str, Json]:
    return {name: tally.value(name) for name in names}


def _midnight(now: float, zone: tzinfo) -> float:
    today = datetime.fromtimestamp(now, zone)
    return today.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
