"""A tree as boxes and arrows: what a picture of it shows, whatever draws the picture.

Decides what is shown and what is left out, so that sixty nodes stay readable: a way back, or to a
node that many lead to, ends in a small copy of that node's name; failures that go to the last
resort are not drawn, the last resort is marked instead. Must not know any way of drawing, nor the
node types: what a node leads to are its NodeRef values, and where they stand names the arrow.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ivr.draw.drawing_words import arrow_label, deeds, manner
from ivr.fields import REPEAT, NodeRef, PromptRef
from ivr.link import Trees
from ivr.model import Flow, walk
from ivr.nodes import AnyNode, LinkedCall
from ivr.problems import Problem

Shape = Literal["step", "asks", "decides", "queue", "outside", "leaves", "calls", "ends", "entry"]
Manner = Literal["way", "key", "late", "failure"]
STRENGTH: Final[tuple[Manner, ...]] = ("way", "key", "late", "failure")

SHAPES: Final[Mapping[str, Shape]] = {
    "menu": "asks",
    "collect": "asks",
    "survey": "asks",
    "schedule": "decides",
    "branch": "decides",
    "queue": "queue",
    "transfer": "outside",
    "callback": "leaves",
    "message": "leaves",
    "call": "calls",
    "return": "calls",
    "hangup": "ends",
}
"""Node types with a shape of their own; all others are steps on the way."""

# A node to which more arrows than this lead is named at their ends instead.
CROWD: Final = 6
# So many characters of what is said are shown in a box.
WORDS: Final = 12

_PLACE = re.compile(r"\bnodes\.([a-z0-9_.]+)")


@dataclass(frozen=True, slots=True)
class Box:
    """A node; or, with ``copy_of``, only its name at the end of an arrow."""

    id: str
    shape: Shape
    title: str
    lines: tuple[str, ...] = ()
    tooltip: str = ""
    group: str = ""
    codes: tuple[str, ...] = ()
    is_resort: bool = False
    copy_of: str = ""

    @property
    def has_error(self) -> bool:
        return any(not code.startswith("W") for code in self.codes)


@dataclass(frozen=True, slots=True)
class Arrow:
    source: str
    target: str
    label: str
    manner: Manner


@dataclass(frozen=True, slots=True)
class Drawing:
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    findings: tuple[Problem, ...] = field(default=())


Places = Mapping[str, tuple[str, int]]
"""File and line of each node."""


def draw(
    flow: Flow,
    findings: Iterable[Problem] = (),
    words: Mapping[str, str] | None = None,
    places: Places | None = None,
) -> Drawing:
    """``words`` holds the text of each prompt; ``places`` tells which node a finding is in."""
    marked: dict[str, list[Problem]] = {}
    for found in sorted(findings):
        marked.setdefault(node_of(found, flow, places or {}) or "", []).append(found)
    return _Artist(flow, marked, words or {}).drawing()


def places_of(trees: Trees, flow: Flow) -> Places:
    placed = {name: trees.place(str(flow.flow), name) for name in flow.nodes}
    return {name: (file, place.line) for name, (file, place) in placed.items()}


def node_of(found: Problem, flow: Flow, places: Places) -> str | None:
    """The node that a finding is about: the one at its place, or named by its words."""
    above = [
        (line, name)
        for name, (file, line) in places.items()
        if file == found.file and line <= found.line and found.col > 1
    ]
    if above:
        return max(above)[1]
    said = _PLACE.search(found.message)
    parts = said.group(1).rstrip(".").split(".") if said else []
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in flow.nodes), None)


class _Artist:
    def __init__(
        self, flow: Flow, findings: Mapping[str, list[Problem]], words: Mapping[str, str]
    ) -> None:
        self.flow = flow
        self.findings = findings
        self.words = words
        self.ways = {name: tuple(self._ways(name, node)) for name, node in flow.nodes.items()}
        self.depths = self._depths()

    def drawing(self) -> Drawing:
        boxes = {name: self._box(name, node) for name, node in self.flow.nodes.items()}
        arrows: list[Arrow] = []
        first = self._first_arrows()
        into = Counter(target for ways in self.ways.values() for target in {one[0] for one in ways})
        for name, ways in self.ways.items():
            for target, label, way in ways:
                if self._is_long((name, target, way), first, into):
                    copy = f"{name}>{target}"
                    boxes[copy] = self._copy(copy, name, target)
                    arrows.append(Arrow(name, copy, label, way))
                else:
                    arrows.append(Arrow(name, target, label, way))
        for number, (start, said) in enumerate(self._entries()):
            entry = f"entry>{number}"
            boxes[entry] = Box(entry, "entry", said)
            arrows.append(Arrow(entry, start, "", "way"))
        findings = tuple(sorted(one for found in self.findings.values() for one in found))
        title = f"{self.flow.flow}: {self.flow.description}".removesuffix(": ")
        return Drawing(title, tuple(boxes.values()), tuple(arrows), findings)

    def _ways(self, name: str, node: AnyNode) -> Iterator[tuple[str, str, Manner]]:
        """Where a node leads: target, label, manner; keys apart from all else."""
        labels: dict[tuple[str, bool], list[str]] = {}
        manners: dict[tuple[str, bool], list[Manner]] = {}
        for path, value in walk(node):
            if not isinstance(value, NodeRef) or value not in self.flow.nodes:
                continue
            way = manner(path)
            if way == "failure" and value == self.flow.resort_of(name):
                continue
            arrow = (str(value), way == "key")
            manners.setdefault(arrow, []).append(way)
            labels.setdefault(arrow, []).append(arrow_label(node, path))
        for (target, key), said in labels.items():
            strongest = min(manners[target, key], key=STRENGTH.index)
            # Where the ordinary way leads, failures may lead too: that needs no word.
            yield target, "" if "" in said else ", ".join(dict.fromkeys(said)), strongest

    def _depths(self) -> dict[str, int]:
        """How many arrows each node is away from where calls begin."""
        depths: dict[str, int] = {}
        line = [start for start, _ in self._entries()]
        depth = 0
        while line:
            depths.update(dict.fromkeys(line, depth))
            after = [target for name in line for target, _, _ in self.ways.get(name, ())]
            line = [name for name in dict.fromkeys(after) if name not in depths]
            depth += 1
        return depths

    def _entries(self) -> list[tuple[str, str]]:
        """Each node where callers come in, with the numbers that they dialled."""
        begun: dict[str, list[str]] = {str(self.flow.start): []}
        for dialled, line in self.flow.lines.items():
            begun.setdefault(str(line.start or self.flow.start), []).append(dialled)
        entries = [(start, _numbers(said)) for start, said in begun.items()]
        after = self.flow.after_talk
        return [*entries, (str(after), "after the talk")] if after else entries

    def _first_arrows(self) -> dict[str, str]:
        """For each node the one from which it is drawn: the nearest to the beginning."""
        first: dict[str, str] = {}
        for name in sorted(self.depths, key=lambda one: self.depths[one]):
            for target, _, _ in self.ways.get(name, ()):
                if self.depths[target] > self.depths[name]:
                    first.setdefault(target, name)
        return first

    def _is_long(
        self, arrow: tuple[str, str, Manner], first: dict[str, str], into: Counter[str]
    ) -> bool:
        """Would this arrow cross the picture?"""
        name, target, way = arrow
        if name not in self.depths:
            return False
        if target == self.flow.resort_of(name):
            return True
        if first.get(target) == name:
            return False
        if way == "key" or isinstance(self.flow.nodes[NodeRef(name)], LinkedCall):
            return True
        return into[target] > CROWD or self.depths[target] <= self.depths[name]

    def _box(self, name: str, node: AnyNode) -> Box:
        group, _, title = name.rpartition(".")
        resort = name == self.flow.resort_of(name)
        lines = [" ".join((node.type, *deeds(node)[:1])), *deeds(node)[1:4]]
        again = [key for key, to in getattr(node, "keys", {}).items() if to == REPEAT]
        if again:
            lines.append(f"{', '.join(again)} says it again")
        codes = tuple(dict.fromkeys(found.code for found in self.findings.get(name, ())))
        shape = SHAPES.get(node.type, "step")
        words = self._first_words(node)
        if words and shape in ("step", "asks"):
            lines.append(words)
        return Box(name, shape, title, tuple(lines), self._tooltip(name), group, codes, resort)

    def _copy(self, made_id: str, name: str, target: str) -> Box:
        shape = SHAPES.get(self.flow.nodes[NodeRef(target)].type, "step")
        group = name.rpartition(".")[0]
        resort = target == self.flow.resort_of(target)
        title = target.removeprefix(f"{group}.")
        return Box(made_id, shape, title, group=group, is_resort=resort, copy_of=target)

    def _tooltip(self, name: str) -> str:
        said = [f"{found.code} {found.message}" for found in self.findings.get(name, ())]
        for one in _prompt_ids(self.flow.nodes[NodeRef(name)]):
            said.append(f"{one}: {self.words.get(one, '')}".removesuffix(": "))
        return "\n".join([name, *dict.fromkeys(said)])

    def _first_words(self, node: AnyNode) -> str:
        """The beginning of what is said here, for who does not know the prompts' names."""
        known = (self.words[one] for one in _prompt_ids(node) if one in self.words)
        said = next(known, "")
        return f"“{said[:WORDS]}{'…' if len(said) > WORDS else ''}”" if said else ""


def _numbers(dialled: list[str]) -> str:
    if not dialled:
        return "call"
    shown = ", ".join(dialled[:6])
    return f"{shown} and {len(dialled) - 6} more" if len(dialled) > 6 else shown


def _prompt_ids(node: AnyNode) -> Iterator[str]:
    for _, value in walk(node):
        if isinstance(value, PromptRef):
            yield from [f"digits of {value.digits_of}"] if value.digits_of else value.prompt_ids()
