"""Every field of every node type with a wrong value in it, made from the manual's examples.

Decides what is wrong enough: a value of another kind, a text of another form, a misspelt name of
a field, a field left out. Whoever asks is given the tree's text and the place of the fault.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from ivr.nodes import AnyNode
from ivr.positions import Path as Place
from ivr.yaml_source import parse

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
NODE_TYPES: dict[str, type[BaseModel]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(AnyNode)
}


@dataclass(frozen=True)
class Fault:
    """``path`` is where the fault is; ``is_key`` if it is the key there, not the value."""

    name: str
    text: str
    path: Place
    is_key: bool = False


def example(name: str) -> dict[str, Any]:
    parsed = parse((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), name)
    assert isinstance(parsed, tuple)
    assert isinstance(parsed[0], dict)
    return parsed[0]


def faults(name: str) -> Iterator[Fault]:
    """All faults in nodes of the example's own type; in ``tree``, in everything but nodes."""
    data = example(name)
    for path, value in _inside(data, ()):
        if not _belongs(name, data, path):
            continue
        where = ".".join(map(str, path))
        if path[-1] != "type":
            yield Fault(f"{where}: another kind", _text(_put(data, path, _other(value))), path)
            if isinstance(value, str):
                yield Fault(f"{where}: a number", _text(_put(data, path, 7.5)), path)
        parent = _at(data, path[:-1])
        if isinstance(parent, dict) and not _is_free(path):
            wrong = f"{path[-1]}x"
            text = _text(_renamed(data, path, wrong))
            yield Fault(f"{where}: misspelt", text, (*path[:-1], wrong), is_key=True)


def _belongs(name: str, data: dict[str, Any], path: Place) -> bool:
    if name == "tree":
        return path[0] != "nodes"
    if path[0] != "nodes" or len(path) < 3:
        return False
    return bool(data["nodes"][path[1]]["type"] == name)


def _is_free(path: Place) -> bool:
    """Keys that the admin chooses: of menus, of skills, of facts, of numbers."""
    return len(path) > 1 and path[-2] in ("keys", "needs", "if", "up_to", "lines", "fields")


def _inside(value: Any, path: Place) -> Iterator[tuple[Place, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key), item
        if isinstance(item, dict | list):
            yield from _inside(item, (*path, key))


def _other(value: Any) -> Any:
    """A value of another kind, which no short form makes good."""
    return {"surely": ["wrong"]} if not isinstance(value, dict) else [["wrong"]]


def _at(data: Any, path: Place) -> Any:
    for part in path:
        data = data[part]
    return data


def _put(data: Any, path: Place, value: Any) -> Any:
    changed = copy.deepcopy(data)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _renamed(data: Any, path: Place, name: str) -> Any:
    changed = copy.deepcopy(data)
    parent = _at(changed, path[:-1])
    items = [(name if key == path[-1] else key, value) for key, value in parent.items()]
    parent.clear()
    parent.update(items)
    return changed


def _text(data: dict[str, Any]) -> str:
    """As an admin writes it: a line for each node and field, short values in one line."""
    lines = []
    for key, value in data.items():
        if key != "nodes" or not isinstance(value, dict):
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
            continue
        lines.append("nodes:")
        for name, node in value.items():
            lines.append(f"  {name}:")
            fields = node.items() if isinstance(node, dict) else ()
            lines += [f"    {one}: {json.dumps(what, ensure_ascii=False)}" for one, what in fields]
    return "\n".join(lines) + "\n"
