"""One report: which rows it has and which figures.

Reads lines as they come and keeps sums, not calls. Decides into which row a call counts. Knows no
database: ``db/report_rows.py`` feeds it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ari_app.core.records import Journaled, Json
from ari_app.reports.facts import CallFacts, Fold
from ari_app.reports.figures import Tally
from ari_app.reports.period import HOUR_S, Period
from ari_app.reports.rolling import Rolling, first_hour
from ari_app.reports.times import AgentTimes, Times

NONE = "(none)"
KEYS: Final[Mapping[str, Callable[[CallFacts], str]]] = {
    "day": lambda call: "",
    "hours": lambda call: "",
    "queues": lambda call: call.queue or NONE,
    "numbers": lambda call: call.dialled or NONE,
    "topics": lambda call: call.topic or NONE,
    "agents": lambda call: "",
}
NAMES = tuple(KEYS)
COLUMN = {"queues": "queue", "numbers": "number", "topics": "topic", "agents": "agent"}

_TALK = ("talks", "talk_s", "hold_s", "wrap_up_s", "aht_s")
_CALL = (
    "arrived", "placed", "offered", "answered", "abandoned", "abandoned_short",
    "abandoned_before_answer", "abandoned_in_flow", "abandoned_waiting", "abandoned_ringing",
    "abandoned_fallback", "refused", "message_left", "callback_promised", "other", "under_way",
    "connect_rate", "abandon_rate", "level_audio", "level_arrival", "level_queue", "asa_s",
    "abandon_s", *_TALK, "first_contact", "several_agents", "offers", "offers_missed",
)  # fmt: skip
FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "day": (*_CALL, "connect_rate_24h_lowest", "signed_in_s", "occupancy"),
    "hours": (*_CALL, "connect_rate_24h", "signed_in_s", "occupancy"),
    "queues": _CALL,
    "numbers": _CALL,
    "topics": _CALL,
    "agents": (*_TALK, "offers", "offers_missed", "signed_in_s", "paused_s", "occupancy"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """``rows`` hold the keys first, then the figures; None where there was nothing to divide by."""

    name: str
    period: Period
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    rows: list[dict[str, Json]]


Key = tuple[str, str]
"""The span's label and the group's name."""


class Reporter:
    """``take`` lines while it ``needs`` them, then ``finish``."""

    def __init__(
        self, name: str, period: Period, states: Mapping[str, str], again: Collection[str]
    ) -> None:
        """``states``: where each agent stood when the period began; ``again``: calls whose caller
        called once more within seven days."""
        self._name, self._period, self._again = name, period, again
        self._rolls = name in ("day", "hours")
        self.read_since = first_hour(period.since) if self._rolls else period.since
        self._fold = Fold(self.read_since, period.until)
        self._times = AgentTimes(period.edges, states)
        self._tallies: dict[Key, Tally] = {}
        self.rolling = Rolling()
        self._last = period.since

    def needs(self, at: float) -> bool:
        return self._fold.needs(at)

    def take(self, line: Journaled) -> None:
        self._last = max(self._last, line.at)
        if line.at >= self._period.since:
            self._times.take(line)
        for call in self._fold.take(line):
            self._add(call)

    def finish(self, now: float) -> Report:
        for call in self._fold.rest():
            self._add(call)
        self._times.end(max(now, self._last))
        if self._name in ("day", "hours"):
            for edge in self._period.edges[:-1]:
                self._tallies.setdefault((self._period.label(edge), ""), Tally())
        if self._name == "agents":
            for agent, span in self._times.by_span:
                self._tally(self._period.edges[span], agent)
        rows = [self._row(key) for key in sorted(self._tallies)]
        return Report(self._name, self._period, self._keys(), FIGURES[self._name], rows)

    def _keys(self) -> tuple[str, ...]:
        found = ["from"] if self._period.by else []
        return (*found, *([COLUMN[self._name]] if self._name in COLUMN else []))

    # --- sums --------------------------------------------------------------------------------

    def _tally(self, at: float, group: str) -> Tally:
        return self._tallies.setdefault((self._period.label(at), group), Tally())

    def _add(self, call: CallFacts) -> None:
        call.is_called_again = call.call_id in self._again
        if self._rolls:
            self.rolling.add(call)
        if self._name == "agents":
            self._add_agents(call)
        elif call.arrived_at is not None and call.arrived_at >= self._period.since:
            tally = self._tally(call.arrived_at, KEYS[self._name](call))
            tally.add(call)
            for talk in call.talks:
                tally.add_talk(talk)
            for offer in call.offers:
                tally.add_offer(offer.reason)

    def _add_agents(self, call: CallFacts) -> None:
        """An agent's work counts when it was done, whenever the call came."""
        for talk in call.talks:
            if self._is_within(talk.began_at):
                self._tally(talk.began_at, talk.agent).add_talk(talk)
        for offer in call.offers:
            if self._is_within(offer.ended_at):
                self._tally(offer.ended_at, offer.agent).add_offer(offer.reason)

    def _is_within(self, at: float) -> bool:
        return self._period.since <= at < self._period.until

    # --- rows --------------------------------------------------------------------------------

    def _row(self, key: Key) -> dict[str, Json]:
        label, group = key
        row: dict[str, Json] = {}
        if self._period.by:
            row["from"] = label
        if self._name in COLUMN:
            row[COLUMN[self._name]] = group
        span, tally = self._span(label), self._tallies[key]
        times = self._time_of(span, group)
        for name in FIGURES[self._name]:
            row[name] = self._value(name, tally, times, span)
        return row

    def _span(self, label: str) -> int:
        edges = self._period.edges
        return next((i for i, at in enumerate(edges[:-1]) if self._period.label(at) == label), 0)

    def _time_of(self, span: int, group: str) -> Times:
        whole = Times()
        for (agent, where), times in self._times.by_span.items():
            if where == span and group in ("", agent):
                for state, seconds in times.seconds.items():
                    whole.add(state, seconds)
        return whole

    def _value(self, name: str, tally: Tally, times: Times, span: int) -> Json:
        since, until = self._period.edges[span], self._period.edges[span + 1]
        match name:
            case "occupancy":
                return None if times.occupancy is None else round(times.occupancy, 4)
            case "signed_in_s":
                return round(times.signed_in_s, 1)
            case "paused_s":
                return round(times.sum(("paused",)), 1)
            case "connect_rate_24h":
                return self.rolling.rate(int((until - 1e-6) // HOUR_S))
            case "connect_rate_24h_lowest":
                return self.rolling.lowest(since, until)
        return tally.value(name)
