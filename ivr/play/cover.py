"""What of the trees no call has exercised: nodes, ways, keys and prompts.

Decides what counts and when it counts as done. Must not know where the calls come from. Nodes of
a called tree are the same nodes, whoever calls it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ivr.events import (
    Event,
    Key,
    MessageFailed,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    TimedOut,
    TransferFailed,
)
from ivr.fields import KEYS, NodeRef
from ivr.model import Flow, needed_prompts, walk
from ivr.play.trace import Trace, Went
from ivr.positions import dotted

Kind = Literal["node", "edge", "key", "prompt"]
KINDS: Final[tuple[Kind, ...]] = ("node", "edge", "key", "prompt")


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """``node`` is empty for prompts; ``name`` is the field of a way, the key, or the prompt."""

    kind: Kind
    flow: str
    node: str
    name: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything there is, and what of it was exercised."""

    items: frozenset[Item]
    done: frozenset[Item]

    def missing(self, kind: Kind) -> list[Item]:
        return sorted(item for item in self.items - self.done if item.kind == kind)

    def count(self, kind: Kind) -> tuple[int, int]:
        """How many were exercised, of how many."""
        of_kind = {item for item in self.items if item.kind == kind}
        return len(of_kind & self.done), len(of_kind)

    @property
    def percent(self) -> float:
        return 100.0 * len(self.items & self.done) / len(self.items) if self.items else 100.0


def coverage(flows: Mapping[str, Flow], played: Iterable[tuple[str, Trace]]) -> Coverage:
    """``played`` are the calls, each with its flow's name in ``flows``."""
    edges = {name: _by_ends(flow) for name, flow in flows.items()}
    items = {item for flow in flows.values() for item in _items(flow)}
    done: set[Item] = set()
    for name, trace in played:
        done.update(_done(flows[name], edges[name], trace))
    return Coverage(frozenset(items), frozenset(done))


@dataclass(frozen=True, slots=True)
class _Edge:
    """``keys`` have a meaning at this node, ``leading`` of them have a way of their own."""

    item: Item
    origin: str
    keys: frozenset[str]
    leading: frozenset[str]


def _items(flow: Flow) -> Iterator[Item]:
    for name in flow.nodes:
        yield Item("node", *_home(flow, name))
        for key in _keys(flow, name):
            yield Item("key", *_home(flow, name), key)
    for edge in _edges(flow):
        yield edge.item
    for prompt in needed_prompts(flow):
        yield Item("prompt", "", "", prompt.id)


def _home(flow: Flow, node: str) -> tuple[str, str]:
    """The tree in whose file a node stands, and its name there."""
    inner, _, name = node.rpartition(".")
    return inner or flow.flow, name


def _keys(flow: Flow, name: str) -> Iterator[str]:
    """Every key to which a node gives a meaning."""
    for path, value in walk(flow.nodes[NodeRef(name)]):
        is_key = path[-2:-1] == ("keys",) and path[-1] == value
        named = path and str(path[-1]).endswith("_key")
        if (is_key or named) and isinstance(value, str) and value in KEYS:
            yield str(value)


def _edges(flow: Flow) -> Iterator[_Edge]:
    for name, node in flow.nodes.items():
        keys = frozenset(_keys(flow, name))
        ways = [
            (path, str(value))
            for path, value in walk(node)
            if isinstance(value, NodeRef) and value in flow.nodes
        ]
        leading = frozenset(str(path[-1]) for path, _ in ways if path[-2:-1] == ("keys",))
        for path, to in ways:
            yield _Edge(Item("edge", *_home(flow, name), dotted(path), to), name, keys, leading)


def _by_ends(flow: Flow) -> dict[tuple[str, str], list[_Edge]]:
    found: dict[tuple[str, str], list[_Edge]] = {}
    for edge in _edges(flow):
        found.setdefault((edge.origin, edge.item.to), []).append(edge)
    return found


def _done(flow: Flow, edges: Mapping[tuple[str, str], list[_Edge]], trace: Trace) -> Iterator[Item]:
    at = ""
    for entry in trace.log:
        thing = entry.thing
        if isinstance(thing, Key):
            yield Item("key", *_home(flow, at), thing.digit)
        elif isinstance(thing, Went):
            cause: Event | None = thing.cause
            for origin, node in zip((thing.origin, *thing.nodes), thing.nodes, strict=False):
                yield Item("node", *_home(flow, node))
                found = edges.get((origin, node), ())
                yield from (edge.item for edge in found if _fits(edge, cause))
                cause = None
            at = thing.nodes[-1]
    for heard in trace.heard:
        yield Item("prompt", "", "", heard.prompt.id)


_CAUSES: Final[Mapping[str, tuple[type[object], ...]]] = {
    "on_failure": (PromptFailed, QueueFailed, MessageFailed, TransferFailed, TimedOut),
    "on_timeout": (TimedOut,),
    "on_busy": (TransferFailed,),
    "on_no_answer": (TransferFailed,),
    "on_wrong": (Key, TimedOut, PromptEnded),
    "on_no_key": (TimedOut,),
}


def _fits(edge: _Edge, cause: Event | None) -> bool:
    """Whether this field of the node is why the caller went; ``cause`` is None if no event was."""
    first, _, rest = edge.item.name.partition(".")
    if first == "keys":
        return isinstance(cause, Key) and cause.digit == rest
    if isinstance(cause, TransferFailed):
        reasons = {"busy": "on_busy", "no_answer": "on_no_answer", "failed": "on_failure"}
        return first == reasons[cause.reason]
    if isinstance(cause, Key):
        if cause.digit in edge.leading:
            return False
        if first in ("on_no_key", "on_wrong_key"):
            # The last "repeat" ends as silence does.
            return (cause.digit in edge.keys) is (first == "on_no_key")
    return cause is None or first not in _CAUSES or isinstance(cause, _CAUSES[first])
