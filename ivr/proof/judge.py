"""What can be asked of the graph of a tree: who is reached from where, and at what price.

Decides what a person, a service and an end are, and which way is the simplest. Must not know what
is demanded of a tree.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ivr.actions import ToQueue
from ivr.events import (
    Entered,
    Key,
    PromptEnded,
    TimedOut,
)
from ivr.fields import NodeRef
from ivr.nodes import TransferNode
from ivr.play.cases import Expect
from ivr.proof.bounds import (
    ENDLESS,
    NO_WAY,
    Before,
    Nearest,
    back,
    before,
    circles,
    fewest,
    longest,
    reach,
)
from ivr.proof.counterexample import Way, told, way_of
from ivr.proof.walk_all import SPEAKING, Edge, Graph

PERSON: Final = ("queued", "transferring")
Steps = list[tuple[int, Edge]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still good. Seconds and announcements are those before a person is asked for."""

    seconds: float = 120.0
    announcements: int = 12
    keys: int = 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """The worst that can happen; None where there is no bound.

    ``seconds`` and ``announcements``: before a person is asked for, for a caller who presses
    nothing. ``keys``: how many must be pressed at least, from anywhere. ``nodes``: most nodes
    entered one after another without a key press.
    """

    seconds: float | None
    announcements: int | None
    keys: int
    nodes: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold. ``way`` shows it, ``expect`` is what a test of it demands."""

    code: str
    node: str
    message: str
    hint: str
    message_zh: str
    way: Way | None = None
    expect: Expect | None = None

    def said(self) -> str:
        """The message with the way."""
        shown = f" To see it: {told(self.way) or 'just call'}." if self.way else ""
        return f"nodes.{self.node.rpartition('.')[2]}: {self.message}{shown}"


class Judge:
    """One graph, and every question that is asked of it."""

    def __init__(self, graph: Graph, limits: Limits) -> None:
        self.graph = graph
        self.limits = limits
        self.states = graph.states

    # --- sets of states ----------------------------------------------------------------------

    def _where(self, is_so: Callable[[int], bool]) -> set[int]:
        return {number for number in range(len(self.states)) if is_so(number)}

    @cached_property
    def persons(self) -> set[int]:
        """A person is looked for, or called."""
        return self._where(lambda number: self.states[number].phase in PERSON)

    @cached_property
    def ended(self) -> set[int]:
        return self._where(lambda number: self.states[number].phase == "ended")

    @cached_property
    def stops(self) -> set[int]:
        """Where a caller waits no longer for something to begin."""
        recording = self._where(lambda number: self.states[number].phase == "recording")
        served = self._where(lambda number: self.states[number].served)
        return self.persons | self.ended | recording | served

    @cached_property
    def edges(self) -> list[list[Edge]]:
        return self.graph.edges()

    @cached_property
    def helped(self) -> set[int]:
        """From here a person or a service can be reached."""
        promise = {n for n, edges in enumerate(self.edges) if any(e.helped for e in edges)}
        recording = self._where(lambda number: self.states[number].phase == "recording")
        return self.back(self.persons | promise | recording)

    @cached_property
    def queues(self) -> dict[str, ToQueue]:
        return {
            self.states[edge.target].node: edge.asks
            for edges in self.graph.silent
            for edge in edges
            if edge.asks
        }

    @cached_property
    def _before_silent(self) -> Before:
        return before(self.graph.silent)

    @cached_property
    def _before_pressed(self) -> Before:
        return before(self.graph.pressed)

    def back(self, goals: Iterable[int]) -> set[int]:
        """Every state from which something that may happen leads to a goal."""
        return back(goals, self._before_silent, self._before_pressed)

    @cached_property
    def numbers(self) -> set[str]:
        """Names of the outside numbers that some caller is transferred to."""
        nodes = {state.node for state in self.states if state.phase == "transferring"}
        found = (self.graph.flow.nodes[NodeRef(name)] for name in nodes)
        return {str(node.to) for node in found if isinstance(node, TransferNode)}

    @cached_property
    def usual(self) -> set[int]:
        """Where a caller comes who does nothing and of whom nothing is known; nothing fails."""
        return reach(self.graph.silent, self.graph.starts, self._is_usual)

    def _is_usual(self, number: int, edge: Edge) -> bool:
        if number in self.stops or not edge.plain or edge.helped:
            return False
        if isinstance(edge.event, TimedOut):
            return self.states[number].phase not in SPEAKING
        return isinstance(edge.event, Entered | PromptEnded)

    # --- ways --------------------------------------------------------------------------------

    @cached_property
    def nearest(self) -> Nearest[Edge]:
        return Nearest(self.edges, self.graph.starts, cost)

    def way(self, goal: int, more: Iterable[tuple[int, Edge]] = ()) -> Way:
        steps = [*self.nearest.way(goal), *more]
        return way_of(self.graph, steps, steps[-1][1].target if steps else goal)

    def first_of(self, numbers: Iterable[int]) -> int:
        return min(numbers, key=lambda number: (self.nearest.cost[number], number))

    def by_node(self, numbers: Iterable[int]) -> Iterator[tuple[str, int]]:
        """Each node among the states, with the state that is reached most easily."""
        found: dict[str, list[int]] = {}
        for number in numbers:
            found.setdefault(self.states[number].node, []).append(number)
        for node, some in found.items():
            yield node, self.first_of(some)

    # --- before a person ---------------------------------------------------------------------

    @cached_property
    def _waiting(self) -> list[list[Edge]]:
        """What happens by itself until somebody is asked for."""
        return [
            [] if number in self.stops else edges for number, edges in enumerate(self.graph.silent)
        ]

    @cached_property
    def moving(self) -> list[list[Edge]]:
        """What happens by itself, but for staying in the same queue."""
        return [
            [edge for edge in edges if not self._stays(number, edge)]
            for number, edges in enumerate(self.graph.silent)
        ]

    def _stays(self, number: int, edge: Edge) -> bool:
        """An announcement to one who may wait for ever, or the same queue asked once more."""
        state, after = self.states[number], self.states[edge.target]
        if edge.entered or state.node != after.node:
            return False
        return state.phase == "failed" or (state.phase == "queued" and after.until is None)

    @cached_property
    def all_circles(self) -> list[list[int]]:
        return circles(self.moving)

    @cached_property
    def bounds(self) -> Bounds:
        seconds = max((self.seconds[0][start] for start in self.graph.starts), default=0.0)
        said = max((self.announcements[0][start] for start in self.graph.starts), default=0.0)
        nodes = max((self.entered[0][start] for start in self.graph.starts), default=0.0)
        owed = [self.keys[n] for n in self.helped - self.ended if not self.states[n].served]
        return Bounds(
            seconds=None if seconds == ENDLESS else round(seconds, 1),
            announcements=None if said == ENDLESS else int(said),
            keys=max(owed, default=0),
            nodes=None if nodes == ENDLESS else int(nodes),
        )

    @cached_property
    def seconds(self) -> tuple[list[float], list[Edge | None]]:
        return self._worst(lambda edge: 0.0 if edge.asks else edge.seconds)

    @cached_property
    def announcements(self) -> tuple[list[float], list[Edge | None]]:
        return self._worst(lambda edge: 1.0 if edge.said and not edge.asks else 0.0)

    def _worst(self, weight: Callable[[Edge], float]) -> tuple[list[float], list[Edge | None]]:
        inside = _membership(len(self.states), self.all_circles and circles(self._waiting))
        return longest(self._waiting, weight, inside)

    @cached_property
    def entered(self) -> tuple[list[float], list[Edge | None]]:
        inside = _membership(len(self.states), self.all_circles)
        return longest(self.moving, lambda edge: float(edge.entered), inside)

    @cached_property
    def keys(self) -> list[int]:
        """How many keys a person needs at least; nobody can count on a failure."""
        sound = [[edge for edge in edges if not edge.fails] for edges in self.graph.silent]
        return fewest(self.persons, before(sound), self._before_pressed)

    def follow(self, start: int, first: list[Edge | None]) -> Steps:
        steps: Steps = []
        number = start
        while (edge := first[number]) is not None:
            steps.append((number, edge))
            number = edge.target
        return steps


def _membership(count: int, parts: list[list[int]]) -> list[int]:
    found = [NO_WAY] * count
    for index, part in enumerate(parts):
        for number in part:
            found[number] = index
    return found


def cost(edge: Edge) -> int:
    """Fewest keys, then fewest failures, then fewest unusual facts, then fewest events."""
    key = 1_000_000 if isinstance(edge.event, Key) else 0
    failure = 10_000 if edge.fails else 0
    fact = 0 if edge.plain else 100 * len(edge.answers)
    return key + failure + fact + 1
