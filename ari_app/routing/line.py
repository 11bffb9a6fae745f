"""The waiting callers, each in the order of service, by queue and by what they ask for.

Callers who ask for the same stand in one row, so that of each row only the head need be looked at.
Decides nothing. Knows of agents only who fits whom, as it is told.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ari_app.routing.callers import Demand, Key, Waiting

Group = tuple[str, int]
"""A skill with its lowest level, an agent with ``ONLY``, or ``ANY``."""
ONLY = 0
ANY: Group = ("", 0)


@dataclass(slots=True)
class Row:
    """All who ask for the same, and all agents who can take them, ready or not."""

    fitting: frozenset[str]
    keys: list[Key] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    waiting: Waiting
    demand: Demand
    row: Row


class Line(Mapping[str, Waiting]):
    """A mapping of call ids to callers; ``put`` and ``take`` are the ways in and out.

    ``changed`` are the callers who came, or ask for something else, since it was last emptied.
    """

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self._entries: dict[str, Entry] = {}
        self._queues: dict[str, list[Key]] = {}
        self._groups: dict[Group, dict[Demand, Row]] = {}

    def __getitem__(self, call: str) -> Waiting:
        return self._entries[call].waiting

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, waiting: Waiting, demand: Demand, fitting: frozenset[str]) -> None:
        """Also in place of what the caller asked for until now."""
        self.take(waiting.call)
        row = self._groups.setdefault(_group(demand), {}).setdefault(demand, Row(fitting))
        row.fitting = fitting
        insort(row.keys, waiting.key)
        insort(self._queues.setdefault(waiting.queue, []), waiting.key)
        self._entries[waiting.call] = Entry(waiting, demand, row)
        self.changed.add(waiting.call)

    def take(self, call: str) -> Waiting | None:
        """Out of the line; None if the caller is not in it."""
        entry = self._entries.pop(call, None)
        if entry is None:
            return None
        self.changed.discard(call)
        key = entry.waiting.key
        _remove(self._queues[entry.waiting.queue], key)
        _remove(entry.row.keys, key)
        if not entry.row.keys:
            del self._groups[_group(entry.demand)][entry.demand]
        return entry.waiting

    def demand(self, call: str) -> Demand:
        return self._entries[call].demand

    def fitting(self, call: str) -> frozenset[str]:
        """All agents who can take this caller, ready or not."""
        return self._entries[call].row.fitting

    def rows(self) -> Iterator[Row]:
        """Each has somebody in it."""
        for group in self._groups.values():
            yield from group.values()

    def rows_for(self, agent: str, skills: Mapping[str, int]) -> Iterator[Row]:
        """Those that this agent may fit; never one less, but some that do not fit."""
        able = ((skill, level) for skill, most in skills.items() for level in range(1, most + 1))
        for group in (ANY, (agent, ONLY), *able):
            yield from self._groups.get(group, {}).values()

    def in_queue(self, queue: str) -> list[Key]:
        return self._queues.get(queue, [])

    def place_in_queue(self, waiting: Waiting) -> int:
        """How many of the same queue go before."""
        return before(self.in_queue(waiting.queue), waiting.key)


def before(keys: list[Key], key: Key) -> int:
    """How many of these go before."""
    return bisect_left(keys, key)


def _group(demand: Demand) -> Group:
    """By one skill that every agent who fits must have: of 50 skills an agent has few."""
    if demand.only:
        return (demand.only, ONLY)
    return demand.needs[0] if demand.needs else ANY


def _remove(keys: list[Key], key: Key) -> None:
    del keys[bisect_left(keys, key)]
