"""The tree as a graph: nodes nobody reaches, and callers who would reach nobody.

Decides the codes E4... Every name has been resolved before. Must not know the node types: what a
node refers to is found by its NodeRef values, and where silence leads by ``unattended``.
"""

from collections.abc import Iterator

from ivr.fields import NodeRef
from ivr.model import Flow, walk
from ivr.nodes import QueueNode
from ivr.positions import Positions
from ivr.problems import Problem


def targets(flow: Flow, name: str) -> Iterator[str]:
    """Every node that this one may lead to, the last resort included."""
    yield flow.last_resort
    for _, value in walk(flow.nodes[name]):
        if isinstance(value, NodeRef) and value in flow.nodes:
            yield value


def reachable(flow: Flow) -> set[str]:
    """Every node that some caller may come to."""
    seen: set[str] = set()
    waiting = [flow.start, flow.last_resort]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(targets(flow, name))
    return seen


def stranded(flow: Flow, positions: Positions, filename: str) -> list[Problem]:
    """Nodes that nobody reaches, circles of silence, and silence that ends at no person."""
    problems = []
    reached = reachable(flow)
    for name in flow.nodes:
        place = positions.key(("nodes", name))
        wrong = _unreached(name) if name not in reached else _circle(flow, name)
        if wrong:
            code, message, hint = wrong
            problems.append(Problem(filename, place.line, place.col, code, message, hint))
    end = _silent_way(flow, flow.start)[-1]
    if not problems and not isinstance(flow.nodes[end], QueueNode):
        place = positions.value(("start",))
        message = f"start: a caller who presses nothing ends at '{end}' and reaches no person."
        hint = "Let the way without a key press end at a node of type queue."
        problems.append(Problem(filename, place.line, place.col, "E403", message, hint))
    return sorted(problems)


def _unreached(name: str) -> tuple[str, str, str]:
    return "E401", f"nodes.{name}: no caller can come here.", "Remove it, or let a node lead to it."


def _circle(flow: Flow, name: str) -> tuple[str, str, str] | None:
    way = _silent_way(flow, name)
    if flow.nodes[way[-1]].unattended() is None or way[-1] != name:
        return None
    circle = " -> ".join(way)
    hint = "Let one of them lead to a queue or hangup node."
    return "E402", f"nodes.{name}: without a key press this never ends: {circle}.", hint


def _silent_way(flow: Flow, name: str) -> list[str]:
    """From node to node as nothing is pressed, until an end or a node that was there before."""
    way = [name]
    while (follows := flow.nodes[way[-1]].unattended()) is not None:
        seen_before = (follows or flow.last_resort) in way
        way.append(follows or flow.last_resort)
        if seen_before:
            break
    return way
