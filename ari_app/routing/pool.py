"""Everybody who may ever answer, arranged so that whom a demand fits is found at once.

Decides who fits whom. Knows nothing of states: whether somebody is ready is asked elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ari_app.routing.callers import Demand
from ari_app.routing.plan import has_all

MAX_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Member:
    """An agent as configured: what never changes in a shift."""

    agent: str
    skills: Mapping[str, int]
    queues: frozenset[str]
    site: str = ""


@dataclass(slots=True)
class Pool:
    """``fitting`` is remembered per demand: there are few, and they come again and again."""

    members: Mapping[str, Member]
    _by_queue: dict[str, set[str]] = field(default_factory=dict)
    _by_site: dict[str, set[str]] = field(default_factory=dict)
    _by_skill: dict[str, set[str]] = field(default_factory=dict)
    _fitting: dict[Demand, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for member in self.members.values():
            self._by_site.setdefault(member.site, set()).add(member.agent)
            for queue in member.queues:
                self._by_queue.setdefault(queue, set()).add(member.agent)
            for skill in member.skills:
                self._by_skill.setdefault(skill, set()).add(member.agent)

    def fitting(self, demand: Demand) -> frozenset[str]:
        """All agents who can take it, ready or not; of one who is asked for alone, nothing else
        is asked."""
        if demand.only:
            return frozenset({demand.only})
        known = self._fitting.get(demand)
        if known is None:
            if len(self._fitting) >= MAX_REMEMBERED:
                del self._fitting[next(iter(self._fitting))]  # the one kept longest
            known = self._fitting[demand] = self._found(demand)
        return known

    def _found(self, demand: Demand) -> frozenset[str]:
        agents = _all(self._by_queue, demand.queues)
        if demand.sites:
            agents &= _all(self._by_site, demand.sites)
        for skill, _ in demand.needs:
            agents &= self._by_skill.get(skill, set())
        return frozenset(a for a in agents if has_all(self.members[a].skills, demand.needs))


def _all(groups: Mapping[str, set[str]], names: Iterable[str]) -> set[str]:
    return set().union(*(groups.get(name, set()) for name in names))
