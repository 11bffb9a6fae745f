"""Return visits: who is asked, and how many at once.

Decides when the next visit may begin. Knows no tree: which keys count is the tree's own.
"""

from collections import deque
from collections.abc import Iterable

from ari_app.core.outbound.asked import Visit
from ari_app.core.outbound.entry import Entry
from ari_app.core.outbound.policy import Pace, Tries

LOOK_AGAIN_S = 2.0
"""How soon a visit that found no free place asks again."""
MINUTE_S = 60.0


class Pacing:
    """At most so many at once, and so many begun a minute. ``live`` are the entries under way."""

    def __init__(self, pace: Pace, live: Iterable[str] = (), *, is_paused: bool = False) -> None:
        self.pace = pace
        self.live = set(live)
        self._begun: deque[float] = deque()
        self.is_paused = is_paused

    def later(self, now: float) -> float | None:
        """When to ask again; None: now."""
        while self._begun and self._begun[0] <= now - MINUTE_S:
            self._begun.popleft()
        if self.is_paused or len(self.live) >= self.pace.max_at_once:
            return now + LOOK_AGAIN_S
        if len(self._begun) >= self.pace.per_minute:
            return self._begun[0] + MINUTE_S
        return None

    def begun(self, now: float) -> None:
        self._begun.append(now)


def visit_entry(visit: Visit, entry_id: str, tries: Tries, now: float) -> Entry:
    return Entry(
        entry_id,
        "visit",
        visit.ticket_id,
        visit.number,
        now,
        tries.window.next_open(now),
        language=visit.language,
        dialled=visit.dialled,
    )
