"""How long somebody has worked without a break and talked today, and when that is too much.

Decides when an agent is warned and when they must rest. Never ends a call: whoever asks does so
where a call is over.
"""

from dataclasses import dataclass, replace
from typing import Literal

from ari_app.core.staffing import Staffing

DAY_S = 86400.0
EAST_OF_GREENWICH_S = 8 * 3600.0
"""China has one time zone and no summer time."""

Limit = Literal["work", "talk"]


@dataclass(frozen=True, slots=True)
class Strain:
    """``work_since`` and ``away_since`` are epoch seconds; ``talked_s`` belongs to the day that
    ends at ``day_ends``, ``rested_at_s`` of it had been talked when the last rest began."""

    work_since: float | None = None
    away_since: float | None = None
    talked_s: float = 0.0
    day_ends: float = 0.0
    rested_at_s: float = 0.0
    warned: tuple[Limit, ...] = ()

    def at_work(self, now: float, rules: Staffing) -> "Strain":
        """Back from a break, which counts as one when it was long enough."""
        away_s = None if self.away_since is None else now - self.away_since
        if self.work_since is not None and (away_s is None or away_s < rules.rest_s):
            return replace(self, away_since=None)
        return replace(self, away_since=None, work_since=now, warned=self._not_warned("work"))

    def away(self, now: float) -> "Strain":
        return self if self.away_since is not None else replace(self, away_since=now)

    def talked(self, seconds: float, now: float) -> "Strain":
        """A talk ended. It counts for the day on which it ends."""
        if now < self.day_ends:
            return replace(self, talked_s=self.talked_s + seconds)
        ends = ((now + EAST_OF_GREENWICH_S) // DAY_S + 1) * DAY_S - EAST_OF_GREENWICH_S
        return replace(
            self, talked_s=seconds, day_ends=ends, rested_at_s=0.0, warned=self._not_warned("talk")
        )

    def rested(self) -> "Strain":
        """A rest begins: what has been talked until now asks for no second one."""
        return replace(self, rested_at_s=self.talked_s)

    def pardoned(self, now: float) -> "Strain":
        """A supervisor wants this agent at work all the same: the limits count anew."""
        return replace(self.rested(), work_since=now, away_since=None, warned=())

    def tired(self, now: float, rules: Staffing) -> Limit | None:
        """The limit that is reached; a talk that is over asks for its own rest."""
        ends = self.work_ends(rules)
        if ends is not None and ends <= now:
            return "work"
        talked = self.talked_s if now < self.day_ends else 0.0
        is_too_much = rules.talk_limit_s > 0 and talked >= rules.talk_limit_s
        return "talk" if is_too_much and talked > self.rested_at_s else None

    def work_ends(self, rules: Staffing) -> float | None:
        """When the limit of work without a break is reached, epoch seconds."""
        if rules.work_limit_s <= 0 or self.work_since is None:
            return None
        return self.work_since + rules.work_limit_s

    def warn_at(self, rules: Staffing) -> float | None:
        """When the agent is to be told that a rest is near; None when that was done."""
        ends = self.work_ends(rules)
        return None if ends is None or "work" in self.warned else ends - rules.warn_s

    def to_warn(self, now: float, rules: Staffing) -> Limit | None:
        at = self.warn_at(rules)
        if at is not None and at <= now:
            return "work"
        near_s = rules.talk_limit_s - rules.warn_s
        is_near = rules.talk_limit_s > 0 and self.talked_s >= near_s and now < self.day_ends
        return "talk" if is_near and "talk" not in self.warned else None

    def told(self, limit: Limit) -> "Strain":
        return replace(self, warned=(*self.warned, limit))

    def _not_warned(self, limit: Limit) -> tuple[Limit, ...]:
        return tuple(one for one in self.warned if one != limit)
