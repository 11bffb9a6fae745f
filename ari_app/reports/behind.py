"""The calls behind a figure: every figure leads to the calls that it counts.

Decides which calls those are. Reads lines as they come, holds no more calls than are asked for.
"""

from collections.abc import Collection
from typing import Final

from ari_app.core.records import Journaled, Json
from ari_app.reports.facts import CallFacts, Fold, Offer
from ari_app.reports.figures import COUNTS, MISSED, SHARES
from ari_app.reports.period import Period
from ari_app.reports.report import KEYS

WITHOUT_CALLS: Final = frozenset({"occupancy", "signed_in_s", "paused_s"})
"""Sums of an agent's time, in which there may be no call at all."""


class Behind:
    """Collects the calls that a figure of one row counts; a share's calls are its whole's."""

    def __init__(
        self, name: str, period: Period, figure: str, row: str, again: Collection[str], limit: int
    ) -> None:
        self._name, self._period, self._figure, self._row = name, period, figure, row
        self._again, self._limit = again, limit
        self.read_since = period.since
        self._fold = Fold(period.since, period.until)
        self.count = 0
        self.calls: list[dict[str, Json]] = []

    def needs(self, at: float) -> bool:
        return self._fold.needs(at)

    def take(self, line: Journaled) -> None:
        for call in self._fold.take(line):
            self._add(call)

    def finish(self) -> None:
        for call in self._fold.rest():
            self._add(call)

    def _add(self, call: CallFacts) -> None:
        call.is_called_again = call.call_id in self._again
        if not (self._is_of_agent(call) if self._name == "agents" else self._is_counted(call)):
            return
        self.count += 1
        if len(self.calls) < self._limit:
            self.calls.append(self._shown(call))

    def _is_counted(self, call: CallFacts) -> bool:
        if call.arrived_at is None or not self._matches(call.arrived_at, KEYS[self._name](call)):
            return False
        rule = COUNTS.get(_whole(self._figure))
        if rule is not None:
            return rule.rule(call)
        if self._figure.startswith("offers"):
            return any(self._is_meant(offer) for offer in call.offers)
        return bool(call.talks)

    def _is_of_agent(self, call: CallFacts) -> bool:
        if self._figure.startswith("offers"):
            return any(
                self._is_meant(offer) and self._matches(offer.ended_at, offer.agent)
                for offer in call.offers
            )
        return any(self._matches(talk.began_at, talk.agent) for talk in call.talks)

    def _is_meant(self, offer: Offer) -> bool:
        return self._figure != "offers_missed" or offer.reason in MISSED

    def _matches(self, at: float, group: str) -> bool:
        """A row is named by its group, its span, or both with a space between."""
        if not self._period.since <= at < self._period.until:
            return False
        span = self._period.label(at)
        return not self._row or self._row in (group, span, f"{span} {group}")

    def _shown(self, call: CallFacts) -> dict[str, Json]:
        share = SHARES.get(self._figure)
        person = call.person_at
        return {
            "call_id": call.call_id,
            "arrived_at": call.arrived_at,
            "dialled": call.dialled,
            "queue": call.queue,
            "agents": [talk.agent for talk in call.talks],
            "person_at": person,
            "ended_at": call.ended_at,
            "outcome": call.outcome,
            "counts": True if share is None else COUNTS[share.part].rule(call),
        }


_OF_MEANS = {"asa_s": "answered", "abandon_s": "abandoned"}


def _whole(figure: str) -> str:
    share = SHARES.get(figure)
    return share.whole if share else _OF_MEANS.get(figure, figure)
