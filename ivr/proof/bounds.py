"""Circles, longest and shortest ways in the graph of everything that can happen to a caller.

Decides what a circle is and how ways are measured. Must not know trees or what a way means.
States are numbers; ``following[i]`` holds the edges that leave state i, ``edge.target`` is where
one leads.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar


class Leads(Protocol):
    @property
    def target(self) -> int: ...


E = TypeVar("E", bound=Leads)
Following = Sequence[Sequence[E]]
Before = Sequence[Sequence[int]]

ENDLESS: Final = float("inf")
NO_WAY: Final = -1


def circles(following: Following[E]) -> list[list[int]]:
    """Every largest set of states in which one can go round, in no order."""
    left = set(range(len(following))) - set(_peeled(following))
    inside = [[e.target for e in edges if e.target in left] for edges in _only(following, left)]
    return [
        part for part in _components(left, inside) if len(part) > 1 or part[0] in inside[part[0]]
    ]


def _only(following: Following[E], left: set[int]) -> list[Sequence[E]]:
    return [edges if state in left else () for state, edges in enumerate(following)]


def _peeled(following: Following[E]) -> list[int]:
    """States to which no circle leads, each before those that follow it."""
    before = [0] * len(following)
    for edges in following:
        for edge in edges:
            before[edge.target] += 1
    order = [state for state, count in enumerate(before) if not count]
    for state in order:
        for edge in following[state]:
            before[edge.target] -= 1
            if not before[edge.target]:
                order.append(edge.target)
    return order


def _components(states: Iterable[int], following: Sequence[Sequence[int]]) -> list[list[int]]:
    """Tarjan's strongly connected components, without recursion."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    is_open: set[int] = set()
    found: list[list[int]] = []
    for root in states:
        if root in number:
            continue
        work = [(root, iter(following[root]))]
        number[root] = low[root] = len(number)
        open_.append(root)
        is_open.add(root)
        while work:
            state, rest = work[-1]
            for target in rest:
                if target not in number:
                    number[target] = low[target] = len(number)
                    open_.append(target)
                    is_open.add(target)
                    work.append((target, iter(following[target])))
                    break
                if target in is_open:
                    low[state] = min(low[state], number[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[state])
                if low[state] == number[state]:
                    found.append(_closed(state, open_, is_open))
    return found


def _closed(state: int, open_: list[int], is_open: set[int]) -> list[int]:
    part: list[int] = []
    while not part or part[-1] != state:
        part.append(open_.pop())
    is_open.difference_update(part)
    return part


def longest(
    following: Following[E], weight: Callable[[E], float], circle_of: Sequence[int]
) -> tuple[list[float], list[E | None]]:
    """For each state the weight of the heaviest way from it, and the way's first edge.

    ``circle_of`` tells the circle of each state or NO_WAY; a way that meets one is ENDLESS.
    """
    value = [0.0] * len(following)
    first: list[E | None] = [None] * len(following)
    outside = _outside(following, circle_of)
    for state in reversed(_peeled(outside)):
        if circle_of[state] != NO_WAY:
            value[state] = ENDLESS
            continue
        for edge in outside[state]:
            new = value[edge.target] + weight(edge)
            if new > value[state] or first[state] is None:
                value[state], first[state] = new, edge
    return value, first


def _outside(following: Following[E], circle_of: Sequence[int]) -> Following[E]:
    """The edges that do not stay in a circle."""
    if all(circle == NO_WAY for circle in circle_of):
        return following
    return [
        [e for e in edges if circle_of[state] == NO_WAY or circle_of[e.target] != circle_of[state]]
        for state, edges in enumerate(following)
    ]


def before(following: Following[E]) -> Before:
    """The states from which an edge leads to each state."""
    found: list[list[int]] = [[] for _ in following]
    for state, edges in enumerate(following):
        for edge in edges:
            found[edge.target].append(state)
    return found


def back(goals: Iterable[int], *earlier: Before) -> set[int]:
    """Every state from which some way leads to a goal."""
    found = set(goals)
    waiting = list(found)
    while waiting:
        state = waiting.pop()
        for some in earlier:
            for number in some[state]:
                if number not in found:
                    found.add(number)
                    waiting.append(number)
    return found


def fewest(goals: Iterable[int], free: Before, counted: Before) -> list[int]:
    """For each state how many counted edges a way to a goal has at least; or NO_WAY."""
    found = [NO_WAY] * len(free)
    level, new = 0, set(goals)
    while new:
        new = {state for state in back(new, free) if found[state] == NO_WAY}
        for state in new:
            found[state] = level
        earlier = {state for goal in new for state in counted[goal]}
        new = {state for state in earlier if found[state] == NO_WAY}
        level += 1
    return found


def reach(
    following: Following[E], starts: Iterable[int], take: Callable[[int, E], bool]
) -> set[int]:
    """Every state to which edges lead that ``take`` allows."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        state = waiting.pop()
        for edge in following[state]:
            if edge.target not in found and take(state, edge):
                found.add(edge.target)
                waiting.append(edge.target)
    return found


class Nearest(Generic[E]):
    """The cheapest way to every state from the nearest of several starts."""

    def __init__(
        self, following: Following[E], starts: Iterable[int], cost: Callable[[E], int]
    ) -> None:
        self.cost: list[int] = [NO_WAY] * len(following)
        self._into: list[tuple[int, E] | None] = [None] * len(following)
        waiting = [(0, start) for start in starts]
        best = dict.fromkeys((start for _, start in waiting), 0)
        while waiting:
            so_far, state = heapq.heappop(waiting)
            if self.cost[state] != NO_WAY:
                continue
            self.cost[state] = so_far
            for edge in following[state]:
                new = so_far + cost(edge)
                if self.cost[edge.target] == NO_WAY and new < best.get(edge.target, new + 1):
                    best[edge.target] = new
                    self._into[edge.target] = (state, edge)
                    heapq.heappush(waiting, (new, edge.target))

    def way(self, state: int) -> list[tuple[int, E]]:
        """Each (state, edge taken there) from a start to this state."""
        steps: list[tuple[int, E]] = []
        while (into := self._into[state]) is not None:
            steps.append(into)
            state = into[0]
        return steps[::-1]
