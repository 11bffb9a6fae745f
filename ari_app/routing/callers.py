"""A waiting caller, and what is asked of an agent for them, as plain data.

Decides the order of service. Knows neither time nor agents.
"""

from dataclasses import dataclass, replace
from math import inf

Needs = tuple[tuple[str, int], ...]
"""Skills with the lowest level of each."""

Key = tuple[bool, float, str]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a caller asks for now: an agent of one of these queues and (unless empty) sites, with
    these skills. ``only`` names the one agent who is waited for; empty for anybody."""

    queues: frozenset[str]
    needs: Needs = ()
    sites: frozenset[str] = frozenset()
    only: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a queue; instants are epoch seconds.

    ``since`` is when they came, ``place`` the same moved forward, of which ``boost_s`` is for their
    own case. Whoever
    ``is_returned`` has lost an agent and goes before all others. The steps of the queue count from
    ``steps_from``. ``last_agent`` served this number last, or is asked for by name, and is waited
    for until ``held_until`` (infinity: until the demand is changed from outside).
    """

    call: str
    queue: str
    needs: Needs
    since: float
    place: float
    boost_s: float = 0.0
    is_returned: bool = False
    steps_from: float = 0.0
    last_agent: str = ""
    held_until: float = 0.0

    @property
    def key(self) -> Key:
        """The order of service: the returned, then the place, then the id for a fair tie."""
        return (not self.is_returned, self.place, self.call)

    def missed_by(self, agent: str) -> "Waiting":
        """Whom the last agent did not take is kept for them no longer, unless asked by name."""
        is_free = self.held_until < inf and agent == self.last_agent
        return replace(self, last_agent="", held_until=0.0) if is_free else self
