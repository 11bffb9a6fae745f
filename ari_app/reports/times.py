"""How long each agent was in each state, in each span of a period.

Decides what counts as being there and as working. A state lasts until the next line of the agent
says otherwise; a start of the service says it anew. Knows no calls.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ari_app.core.journal_lines import Kind
from ari_app.core.records import Journaled

WORKING = ("talking", "wrap_up")
FREE = ("ready", "offered")
"""An agent whose phone rings is free until it is answered."""
AWAY = "offline"


@dataclass(slots=True)
class Times:
    """Seconds by state."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, state: str, seconds: float) -> None:
        self.seconds[state] = self.seconds.get(state, 0.0) + seconds

    def sum(self, states: Sequence[str]) -> float:
        return sum(self.seconds.get(state, 0.0) for state in states)

    @property
    def signed_in_s(self) -> float:
        return sum(seconds for state, seconds in self.seconds.items() if state != AWAY)

    @property
    def occupancy(self) -> float | None:
        """(talk + hold + wrap-up) / (that + ready); pauses count on neither side."""
        working = self.sum(WORKING)
        whole = working + self.sum(FREE)
        return working / whole if whole > 0 else None


class AgentTimes:
    """``edges`` are the spans' limits, rising; ``states`` where each agent stood at the first."""

    def __init__(self, edges: Sequence[float], states: Mapping[str, str]) -> None:
        self._edges = edges
        self._now: dict[str, tuple[str, float]] = {a: (s, edges[0]) for a, s in states.items()}
        self.by_span: dict[tuple[str, int], Times] = {}

    def take(self, line: Journaled) -> None:
        if line.kind != Kind.AGENT_STATE:
            return
        at = min(max(line.at, self._edges[0]), self._edges[-1])
        self._until(line.agent_id, at)
        self._now[line.agent_id] = (str(line.data.get("to", "")), at)

    def end(self, at: float) -> None:
        """Nothing is known beyond: a period that is not over ends now."""
        for agent in list(self._now):
            self._until(agent, min(at, self._edges[-1]))

    def _until(self, agent: str, at: float) -> None:
        state, since = self._now.get(agent, ("", at))
        for span, seconds in _spans(self._edges, since, at):
            if state:
                self.by_span.setdefault((agent, span), Times()).add(state, seconds)
        self._now[agent] = (state, max(at, since))


def _spans(edges: Sequence[float], since: float, until: float) -> Iterator[tuple[int, float]]:
    """The seconds between two instants, by the span that they lie in."""
    while since < until:
        span = bisect_right(edges, since) - 1
        end = min(until, edges[span + 1]) if span + 1 < len(edges) else until
        yield span, end - since
        since = end
