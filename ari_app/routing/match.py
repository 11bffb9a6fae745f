"""Who gets whom: the matching decision, a pure function over plain data.

Decides which waiting caller goes to which ready agent. Knows no timers, channels or screens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a queue. ``since`` (epoch seconds) is the place in it; a greater ``priority``
    goes first whatever the place."""

    call: str
    queue: str
    needs: tuple[tuple[str, int], ...]
    priority: int
    since: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is ready, idle since ``since`` (epoch seconds)."""

    agent: str
    skills: Mapping[str, int]
    queues: frozenset[str]
    since: float

    def can_take(self, caller: Waiting) -> bool:
        return caller.queue in self.queues and all(
            self.skills.get(skill, 0) >= level for skill, level in caller.needs
        )


@dataclass(frozen=True, slots=True)
class Match:
    call: str
    agent: str


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The order of service: priority, then who came first, then the call id for a fair tie."""
    return sorted(waiting, key=lambda caller: (-caller.priority, caller.since, caller.call))


def longest_idle(waiting: Iterable[Waiting], ready: Iterable[Candidate]) -> Match | None:
    """The first caller in order of service whom a ready agent can take, with the agent who has
    been idle longest of those who can; None when nobody fits anybody."""
    idlest_first = sorted(ready, key=attrgetter("since", "agent"))
    if not idlest_first:
        return None
    for caller in in_order(waiting):
        for candidate in idlest_first:
            if candidate.can_take(caller):
                return Match(caller.call, candidate.agent)
    return None
