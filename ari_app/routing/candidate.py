"""An agent who is ready, with all that a strategy may look at."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Ready since ``since`` (epoch seconds).

    Of ``worked_s`` seconds at work until then, ``busy_s`` were talk and wrap-up. A smaller ``rank``
    is asked first where the order is given. ``avoids`` is the caller whose offer this agent has
    just missed.
    """

    agent: str
    skills: Mapping[str, int]
    since: float
    avoids: str = ""
    rank: int = 0
    busy_s: float = 0.0
    worked_s: float = 0.0

    def occupancy(self, now: float) -> float:
        """Busy share of the time at work, 0 to 1; 0 for whoever has just come."""
        worked_s = self.worked_s + max(0.0, now - self.since)
        return self.busy_s / worked_s if worked_s > 0 else 0.0
