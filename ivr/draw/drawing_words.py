"""The words in a picture of a tree: what a node does, and why an arrow is taken.

Decides how little is enough. Works from the fields' names and kinds, so that a new node type is
drawn without a line here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ivr.fields import FlowRef, LanguageRef, NodeRef, NumberRef, QueueRef, ScheduleRef, SkillRef
from ivr.nodes import BranchNode, LinkedCall
from ivr.nodes.branch import Test
from ivr.positions import Path

if TYPE_CHECKING:
    from ivr.draw.drawing import Manner
    from ivr.nodes import AnyNode

# Fields that say how long and how often, not what.
SILENT: Final = frozenset({"type", "reason"})
REFERENCES: Final = QueueRef | ScheduleRef | NumberRef | FlowRef


def manner(path: Path) -> "Manner":
    """Is this arrow a key, a way on, a silence, a failure?"""
    first = str(path[0])
    if first == "keys":
        return "key"
    if first == "on_failure":
        return "failure"
    return "late" if first.startswith("on_") else "way"


def arrow_label(node: "AnyNode", path: Path) -> str:
    """Why this arrow is taken; empty where there is no other."""
    match path:
        case ("next",) | ("start",):
            return "back" if path == ("next",) and isinstance(node, LinkedCall) else ""
        case ("keys", key, *_):
            return str(key)
        case ("on_timeout",):
            wait = getattr(node, "max_wait_s", None)
            return f"after {wait:g} s" if isinstance(wait, int | float) else "time is up"
        case ("cases", int(index), *_):
            return _case(node, index)
    return str(path[0]).removeprefix("on_").replace("_", " ")


def deeds(node: "AnyNode") -> list[str]:
    """What a node does, in short lines: whom it asks for, what it writes."""
    said = []
    for name in type(node).model_fields:
        value = getattr(node, name)
        quiet = name in SILENT or name.endswith("_key") or name not in node.model_fields_set
        if quiet or isinstance(value, NodeRef):
            continue
        if isinstance(value, REFERENCES | LanguageRef):
            said.append(str(value) if name in (node.type, "to", "flow") else f"{name} {value}")
        elif isinstance(value, str):
            said.append(f"{name.replace('_', ' ')} {value}")
        elif isinstance(value, Mapping) and value and all(isinstance(k, SkillRef) for k in value):
            said.append("needs " + ", ".join(f"{skill} {level}" for skill, level in value.items()))
        elif name == "priority" and value:
            said.append(f"priority {value}")
    return said


def _case(node: "AnyNode", index: int) -> str:
    """The condition of one case of a branch."""
    assert isinstance(node, BranchNode)
    return " and ".join(
        f"{fact} {_test(test)}".rstrip() for fact, test in node.cases[index].if_.items()
    )


def _test(test: Test) -> str:
    if test.one_of == (True,):
        return ""
    values = ["no" if one is False else str(one) for one in test.one_of or ()]
    said = ["= " + " / ".join(values)] if values else []
    ranges = (("≥", test.at_least), ("<", test.below), ("begins", test.starts_with))
    return ", ".join(
        [*said, *(f"{sign} {_plain(bound)}" for sign, bound in ranges if bound is not None)]
    )


def _plain(bound: float | str) -> str:
    return bound if isinstance(bound, str) else f"{bound:g}"
