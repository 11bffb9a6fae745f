"""YAML that remembers its lines, for messages that say where.

Decides what a text, a list and a number look like in prompts.yaml. Values stay the texts that
were written (`no`, `010` and `18:00` are not turned into something else). Knows no prompt.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

FILE = "prompts/prompts.yaml"
_SLOWEST, _FASTEST = 0.7, 1.3


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the prompts; an error leaves callers in silence, a warning does not."""

    level: Literal["error", "warning"]
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level}: {self.message}"


class Reader:
    """Walks the composed document and gathers problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fault(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem("error", FILE, node.start_mark.line + 1, message))

    def entries(self, node: yaml.Node, where: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            return self.fault(node, f"{where} must be a list of `key: value` lines.")
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = self.text(key, f"a key of {where}")
            if name in seen:
                self.fault(key, f"{where}.{name} is already given in line {seen[name]}. Keep one.")
            else:
                seen[name] = key.start_mark.line + 1
                yield name, key, value

    def text(self, node: yaml.Node, where: str) -> str:
        if isinstance(node, yaml.ScalarNode) and node.value.strip():
            return str(node.value).strip()
        self.fault(node, f"{where} must be a text.")
        return ""

    def texts(self, node: yaml.Node, where: str) -> tuple[str, ...]:
        if isinstance(node, yaml.SequenceNode) and node.value:
            return tuple(self.text(item, where) for item in node.value)
        self.fault(node, f"{where} must be a list such as [zh_CN, en].")
        return ()

    def number(self, node: yaml.Node, where: str) -> float:
        try:
            number = float(self.text(node, where))
        except ValueError:
            number = 0.0
        if _SLOWEST <= number <= _FASTEST:
            return number
        self.fault(node, f"{where} must be a number from {_SLOWEST} to {_FASTEST}.")
        return 1.0

    def only(self, node: yaml.Node, name: str, known: tuple[str, ...], where: str) -> bool:
        if name in known:
            return True
        near = difflib.get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
        self.fault(node, f"{where} has no {name!r}. {hint}")
        return False

    def matching(self, node: yaml.Node, value: str, shape: re.Pattern[str], like: str) -> bool:
        if shape.fullmatch(value):
            return True
        if value:
            self.fault(node, f"{value[:40]!r} does not look like {like}.")
        return False
