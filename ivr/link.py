"""Trees of one folder put together: called trees become part of those that call them.

Decides how names of one tree are written in another (``tree.node``), and the codes of faults
between trees. So the interpreter and every tool know one flat tree and no files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ivr.fields import REPEAT, FlowRef, NodeRef
from ivr.model import MAIN, Flow, LinkedFlow, walk
from ivr.nodes import CallNode, GotoNode, LinkedCall
from ivr.positions import Path, Place, Positions, dotted
from ivr.problems import Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Source:
    """One flow file that was read."""

    flow: Flow
    filename: str
    positions: Positions


@dataclass(frozen=True, slots=True)
class Trees:
    """Every tree in which calls begin, linked; ``lines`` names the tree of a dialled number."""

    flows: Mapping[str, Flow]
    lines: Mapping[str, str]
    sources: Mapping[str, Source]

    def for_dialled(self, dialled: str) -> Flow:
        return self.flows[self.lines.get(dialled, MAIN)]

    def place(self, flow: str, node: str) -> tuple[str, Place]:
        """File and place of a node of a linked tree."""
        inner, _, name = node.rpartition(".")
        source = self.sources[inner or flow]
        return source.filename, source.positions.key(("nodes", name))


def link(sources: Mapping[str, Source]) -> Trees | list[Problem]:
    """Each source must have passed the checks of a file of its own."""
    problems = [*_unknown_flows(sources), *_circles(sources), *_lines(sources), *_heads(sources)]
    if MAIN not in sources:
        first = next(iter(sources.values()), None)
        message = f"there is no tree '{MAIN}', which serves every number that no tree lists."
        file = first.filename if first else "flows"
        problems.append(Problem(file, 1, 1, "E316", message, f"Write 'flow: {MAIN}' in one file."))
    if problems:
        return sorted(problems)
    flows = {name: _linked(name, sources) for name in sources if _is_entry(name, sources)}
    lines = {line: name for name, flow in flows.items() for line in flow.lines}
    return Trees(flows, lines, sources)


def _is_entry(name: str, sources: Mapping[str, Source]) -> bool:
    """Whether calls begin here; all other trees are called by others."""
    flow = sources[name].flow
    return name == MAIN or flow.placed or bool(flow.lines)


def _linked(name: str, sources: Mapping[str, Source]) -> LinkedFlow:
    own = sources[name].flow
    nodes: dict[str, Any] = {}
    resorts: dict[str, str] = {}
    for part in sorted(_called(name, sources), key=lambda other: (other != name, other)):
        flow = sources[part].flow
        prefix = "" if part == name else f"{part}."
        if prefix and flow.last_resort:
            resorts[part] = prefix + flow.last_resort
        for key, node in flow.nodes.items():
            nodes[NodeRef(prefix + key)] = _resolved(_renamed(node, prefix), name, sources)
    fields = {field: getattr(own, field) for field in Flow.model_fields}
    return LinkedFlow.model_construct(**fields | {"nodes": nodes, "resorts": resorts})


def _resolved(node: Any, entry: str, sources: Mapping[str, Source]) -> Any:
    """A node that leads into another tree, with that tree's first node."""
    if not isinstance(node, CallNode | GotoNode) or node.flow is None:
        return node
    prefix = "" if node.flow == entry else f"{node.flow}."
    first = NodeRef(prefix + sources[node.flow].flow.start)
    if isinstance(node, GotoNode):
        return GotoNode.model_construct(type="goto", next=first, flow=None)
    return LinkedCall.model_construct(type="call", flow=node.flow, next=node.next, start=first)


def _renamed(value: Any, prefix: str) -> Any:
    """The same part of a tree, with every name of a node prefixed."""
    if isinstance(value, NodeRef):
        return value if value == REPEAT else NodeRef(prefix + value)
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        changed = {name: _renamed(getattr(value, name), prefix) for name in names}
        return value.model_copy(update=changed)
    if isinstance(value, Mapping):
        return {key: _renamed(item, prefix) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_renamed(item, prefix) for item in value)
    return value


def _references(flow: Flow) -> Iterator[tuple[Path, FlowRef]]:
    for path, value in walk(flow):
        if isinstance(value, FlowRef):
            yield path, value


def _called(name: str, sources: Mapping[str, Source]) -> set[str]:
    """The trees that this one may come to, itself included; unknown ones are left out."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in seen and one in sources:
            seen.add(one)
            waiting.extend(other for _, other in _references(sources[one].flow))
    return seen


def _unknown_flows(sources: Mapping[str, Source]) -> Iterator[Problem]:
    for source in sources.values():
        for path, name in _references(source.flow):
            if name not in sources:
                message = f"{dotted(path)}: there is no tree '{name}'."
                hint = did_you_mean(name, sources, what="Trees")
                yield _problem(source, path, "E312", message, hint)


def _circles(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """A tree that comes back into itself by a call would never stop returning."""
    for name, source in sources.items():
        for path, other in _references(source.flow):
            node = source.flow.nodes[NodeRef(path[1])]
            if isinstance(node, CallNode) and name in _called(other, sources):
                message = f"{dotted(path)}: '{other}' comes back into '{name}' without returning."
                yield _problem(source, path, "E313", message, "Use goto there, or a third tree.")


def _lines(sources: Mapping[str, Source]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, source in sources.items():
        for line in source.flow.lines:
            if line in owner:
                message = f"lines.{line}: the tree '{owner[line]}' has this number already."
                yield _problem(source, ("lines", line), "E315", message, "Leave it in one of them.")
            owner.setdefault(line, name)


def _heads(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """What only a tree must have in which calls begin, and what no other tree may have."""
    for name, source in sources.items():
        is_entry = _is_entry(name, sources)
        if is_entry and source.flow.last_resort is None:
            message = "last_resort: this field is missing."
            yield _problem(source, (), "E201", message, "Add 'last_resort: ...', a queue node.")
        for field in ("language", "after_talk"):
            if not is_entry and field in source.flow.model_fields_set:
                message = f"{field}: no call begins in this tree, so nobody would heed it."
                hint = "Write it in the tree where calls begin, or use a node of type language."
                yield _problem(source, (field,), "E319", message, hint)


def _problem(source: Source, path: Path, code: str, message: str, hint: str) -> Problem:
    in_lines = path[:1] == ("lines",)
    place = source.positions.key(path) if in_lines else source.positions.value(path)
    return Problem(source.filename, place.line, place.col, code, message, hint)
