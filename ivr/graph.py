"""The tree as a graph: nodes nobody reaches, and callers who would reach nobody.

Decides the codes E4... Every name has been resolved before. Must not know the node types beyond
those at which a person is reached: what a node refers to is found by its NodeRef values, and where
silence leads by ``unattended``.
"""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from ivr.fields import NodeRef
from ivr.link import Source, Trees
from ivr.model import Flow, walk
from ivr.nodes import LinkedCall, QueueNode, TransferNode
from ivr.problems import Problem


def targets(flow: Flow, name: str) -> Iterator[str]:
    """Every node that this one may lead to, the last resort included."""
    if flow.resort_of(name):
        yield flow.resort_of(name)
    for _, value in walk(flow.nodes[NodeRef(name)]):
        if isinstance(value, NodeRef) and value in flow.nodes:
            yield value


def reachable(flow: Flow) -> set[str]:
    """Every node that some caller may come to."""
    seen: set[str] = set()
    waiting = [*flow.starts(), *([flow.last_resort] if flow.last_resort else [])]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(targets(flow, name))
    return seen


def unreached(source: Source) -> list[Problem]:
    """Nodes of a file that nobody reaches."""
    reached = reachable(source.flow)
    return [_unreached(source, name) for name in source.flow.nodes if name not in reached]


def stranded(trees: Trees) -> list[Problem]:
    """Circles of silence, and silence that ends at no person."""
    problems: set[Problem] = set()
    for name, flow in trees.flows.items():
        circle = _circle(flow)
        if circle:
            problems.add(_circle_problem(trees, name, circle))
        else:
            problems |= set(_nobody(trees, name))
    return sorted(problems)


def _unreached(source: Source, name: str) -> Problem:
    place = source.positions.key(("nodes", name))
    message = f"nodes.{name}: no caller can come here."
    hint = "Remove it, or let a node lead to it."
    return Problem(source.filename, place.line, place.col, "E401", message, hint)


def _silent_ways(flow: Flow, name: str) -> list[str]:
    """Where a caller may come from here who does nothing."""
    places = flow.nodes[NodeRef(name)].unattended()
    return [place for place in (place or flow.resort_of(name) for place in places) if place]


def _circle(flow: Flow) -> list[str]:
    """The nodes of a circle that needs no key press, in the order of walking."""
    returning: dict[str, bool] = {}
    sorter = TopologicalSorter({name: _followed(flow, name, returning) for name in flow.nodes})
    try:
        sorter.prepare()
    except CycleError as error:
        return [*reversed(error.args[1])]
    return []


def _followed(flow: Flow, name: str, returning: dict[str, bool]) -> list[str]:
    """As _silent_ways; behind a call only if the called tree comes back without a key press."""
    node = flow.nodes[NodeRef(name)]
    if isinstance(node, LinkedCall) and not _comes_back(flow, node.start, returning):
        return [node.start]
    return _silent_ways(flow, name)


def _comes_back(flow: Flow, start: str, returning: dict[str, bool]) -> bool:
    """Whether silence leads from here to a return; one inside a further call is that call's."""
    if start in returning:
        return returning[start]
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        node = flow.nodes[NodeRef(name)]
        if isinstance(node, LinkedCall):
            waiting += [node.next] if _comes_back(flow, node.start, returning) else []
        else:
            waiting += _silent_ways(flow, name)
    returning[start] = any(flow.nodes[NodeRef(name)].type == "return" for name in seen)
    return returning[start]


def _silently(flow: Flow, start: str) -> set[str]:
    """Every node to which a caller may come from here who does nothing."""
    returning: dict[str, bool] = {}
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(_followed(flow, name, returning))
    return seen


def _circle_problem(trees: Trees, flow: str, circle: list[str]) -> Problem:
    order = [*trees.flows[flow].nodes]
    first = min(range(len(circle) - 1), key=lambda at: order.index(NodeRef(circle[at])))
    ring = [*circle[first:-1], *circle[:first], circle[first]]
    file, place = trees.place(flow, ring[0])
    name = ring[0].rpartition(".")[2]
    message = f"nodes.{name}: without a key press this never ends: {' -> '.join(ring)}."
    hint = "Let one of them lead to a queue or hangup node."
    return Problem(file, place.line, place.col, "E402", message, hint)


def _nobody(trees: Trees, name: str) -> Iterator[Problem]:
    """A beginning from which silence never leads to a person."""
    flow, source = trees.flows[name], trees.sources[name]
    if flow.placed:
        return
    begins = {("start",): flow.start} | {
        ("lines", number, "start"): line.start
        for number, line in flow.lines.items()
        if line.start is not None
    }
    for path, begin in begins.items():
        come_by = _silently(flow, begin)
        if any(isinstance(flow.nodes[NodeRef(one)], QueueNode | TransferNode) for one in come_by):
            continue
        ends = sorted(one for one in come_by if not _silent_ways(flow, one))
        where = " or ".join(f"'{one}'" for one in ends) or "nowhere"
        place = source.positions.value(path)
        said = f"a caller who presses nothing ends at {where} and reaches no person."
        message = f"{'.'.join(path)}: {said}"
        hint = "Let the way without a key press end at a node of type queue."
        yield Problem(source.filename, place.line, place.col, "E403", message, hint)
