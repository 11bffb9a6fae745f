"""What a tree asks of the world, and every answer that can make a difference.

Decides into which classes the values of a fact fall: by the tests that the tree makes of it, one
value stands for all that fit the same tests, and "not known" is one of them. Also decides what of
a caller's past can matter later at a node, so that two callers who differ in nothing else are one.
Must not know what the interpreter does with an answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ivr.facts import EMERGENCY_PROMPT, HOURS, FactValue, form_of
from ivr.fields import FactRef, NodeRef, PromptRef
from ivr.model import Flow, walk
from ivr.nodes import AnyNode, CallbackNode, GreetingNode, ScheduleNode
from ivr.nodes.branch import Case, Test

Answer = FactValue | None
Answers = tuple[tuple[str, Answer], ...]

ANNOUNCED: Final = "emergency_announcement"
"""Stands for whatever prompt is said in an emergency."""
ANOTHER: Final = "~"
"""Stands for every text that no test names."""
DIALLED: Final = "dialled"
GREETING: Final = "greeting"
"""Not a fact: what the dialled number is greeted with."""
DIGITS: Final = "0123456789"

Question = Test | PromptRef


@dataclass(slots=True)
class Asked:
    """What one node asks, and where it may lead."""

    tests: dict[str, list[Question]] = field(default_factory=dict)
    plainly: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    greets: bool = False


def asked_by(flow: Flow, name: str) -> Asked:
    """Everything that this node may ask, found by the classes of its parts."""
    node = flow.nodes[NodeRef(name)]
    found = Asked(greets=isinstance(node, GreetingNode))
    if isinstance(node, ScheduleNode):
        found.plainly |= {f"schedule.{node.schedule}"}
        found.plainly |= {"emergency"} if node.emergency else set()
    if isinstance(node, CallbackNode):
        found.plainly.add("caller.has_number")
        found.fields |= {node.number_field} if node.number_field else set()
    for _, value in walk(node):
        match value:
            case NodeRef():
                found.targets.add(str(value))
            case str() if len(value) == 1:
                found.keys.add(value)
            case Case():
                for fact, test in value.if_.items():
                    found.tests.setdefault(str(fact), []).append(test)
            case PromptRef(fact=FactRef() as fact):
                found.tests.setdefault(str(fact), []).append(value)
            case PromptRef(digits_of=str() as name_):
                found.fields.add(name_)
    found.fields |= {one.removeprefix("field.") for one in found.tests if one.startswith("field.")}
    found.targets.add(flow.resort_of(name))
    return found


class Questions:
    """Everything that one flow may ask."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.by_node = {str(name): asked_by(flow, name) for name in flow.nodes}
        self._all = Asked()
        for one in [*self.by_node.values(), _of_lines(flow)]:
            for fact, tests in one.tests.items():
                self._all.tests.setdefault(fact, []).extend(tests)
            self._all.plainly |= one.plainly
        self._options: dict[tuple[str, str], tuple[Answer, ...]] = {}

    def keys(self, node: str) -> frozenset[str]:
        """Keys of which each may mean something else there; all others are like one of them.

        A node can tell keys apart only if it names them, or compares what was typed with a text:
        of the other digits one is enough, and of the other keys one.
        """
        asked = self.by_node.get(node)
        named = set(asked.keys) if asked else set()
        typed = getattr(self.node(node), "field", "")
        if self.patterns.get(typed):
            named |= set(DIGITS)
        others = (next((key for key in kind if key not in named), "") for kind in (DIGITS, "*#A"))
        return frozenset({*named, *others})

    def node(self, name: str) -> AnyNode | None:
        return self._flow.nodes.get(NodeRef(name))

    def options(self, node: str, fact: str) -> tuple[Answer, ...]:
        """Answers of which each is handled differently, the usual one first.

        A fact that cannot change during a call has the same classes at every node.
        """
        known = form_of(fact)
        steady = known is not None and known[0].steady
        key = ("" if steady else node, fact)
        if key not in self._options:
            asked = self._all if steady else self.by_node.get(node, self._all)
            tests = [*asked.tests.get(fact, ()), *_of_lines(self._flow).tests.get(fact, ())]
            values = _values(known[0].kind if known else "", fact, tests)
            self._options[key] = _classes(values, tests, all_=fact in asked.plainly or not tests)
        return self._options[key]

    @cached_property
    def patterns(self) -> Mapping[str, frozenset[str]]:
        """For each ticket field that is asked for, the texts that tests compare it with."""
        found: dict[str, set[str]] = {}
        for one in self.by_node.values():
            for name in one.fields:
                tests = one.tests.get(f"field.{name}", ())
                found.setdefault(name, set()).update(_texts(tests))
        return {name: frozenset(texts) for name, texts in found.items()}

    @cached_property
    def matters(self) -> Mapping[str, frozenset[str]]:
        """For each node the steady facts, ``field.x`` and GREETING: asked there or later."""
        after = self._asked_at(self._flow.after_talk) if self._flow.after_talk else set()
        found = {name: self._own(one) | after for name, one in self.by_node.items()}
        before: dict[str, list[str]] = {}
        for name, one in self.by_node.items():
            for target in one.targets:
                before.setdefault(target, []).append(name)
        waiting = list(found)
        while waiting:
            name = waiting.pop()
            for earlier in before.get(name, ()):
                if not found[name] <= found[earlier]:
                    found[earlier] |= found[name]
                    waiting.append(earlier)
        shared: dict[frozenset[str], frozenset[str]] = {}
        kept = {name: frozenset(some) for name, some in found.items()}
        return {name: shared.setdefault(some, some) for name, some in kept.items()}

    def _asked_at(self, start: str) -> set[str]:
        """Everything asked from this node on."""
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            name = waiting.pop()
            if name in self.by_node and name not in seen:
                seen.add(name)
                waiting.extend(self.by_node[name].targets)
        return {fact for name in seen for fact in self._own(self.by_node[name])}

    @staticmethod
    def _own(asked: Asked) -> set[str]:
        names = {*asked.tests, *asked.plainly}
        steady = {name for name in names if (form := form_of(name)) and form[0].steady}
        fields = {f"field.{name}" for name in asked.fields}
        return steady | fields | ({GREETING} if asked.greets else set())


def _of_lines(flow: Flow) -> Asked:
    """What greetings ask: they stand outside the nodes."""
    found = Asked()
    for _, value in walk(flow.lines):
        if isinstance(value, PromptRef) and value.fact:
            found.tests.setdefault(str(value.fact), []).append(value)
    return found


def _texts(tests: Iterable[Question]) -> set[str]:
    some = [test for test in tests if isinstance(test, Test)]
    named = {str(value) for test in some for value in test.one_of or ()}
    return named | {test.starts_with for test in some if test.starts_with}


def _values(kind: str, fact: str, tests: Iterable[Question]) -> list[Answer]:
    """Values of every class, and some more."""
    if fact == EMERGENCY_PROMPT:
        return [None, ANNOUNCED]
    match kind:
        case "yes_no":
            return [None, False, True]
        case "hours":
            return [None, *HOURS]
        case "number":
            edges = sorted({edge for test in tests for edge in _edges(test)})
            near = {0, *(value for edge in edges for value in (edge - 1, edge, edge + 1))}
            return [None, *sorted(value for value in near if value >= 0)]
    return [None, ANOTHER, *sorted(_texts(tests))]


def _edges(test: Question) -> list[float]:
    if isinstance(test, PromptRef):
        return [*test.up_to]
    numbers = [value for value in test.one_of or () if not isinstance(value, str | bool)]
    return [*numbers, *(edge for edge in (test.at_least, test.below) if edge is not None)]


def _classes(
    values: Iterable[Answer], tests: Iterable[Question], *, all_: bool
) -> tuple[Answer, ...]:
    """One value of each class: those that no test tells apart are one."""
    if all_:
        return tuple(values)
    found: dict[tuple[object, ...], Answer] = {}
    for value in values:
        found.setdefault(tuple(_reaction(test, value) for test in tests), value)
    return tuple(found.values())


def _reaction(test: Question, value: Answer) -> object:
    if isinstance(test, Test):
        return test.fits(value)
    if value is None or isinstance(value, str):
        return None
    return min((edge for edge in test.up_to if value <= edge), default=-1)


class Oracle:
    """Facts that are answered from a plan, and remember what was asked beyond it."""

    __slots__ = ("_node", "_plan", "_questions", "asked", "known")

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self.begin("", {}, ())

    def begin(self, node: str, known: Mapping[str, Answer], plan: Answers) -> None:
        """Before each step: where the caller stands, what is settled, what to answer first."""
        self._node = node
        self.known = known
        self._plan = dict(plan)
        self.asked: dict[str, Answer] = {}

    def value(self, name: str) -> Answer:
        if name in self.known:
            return self.known[name]
        if name not in self.asked:
            usual = self._questions.options(self._node, name)[0]
            self.asked[name] = self._plan.get(name, usual)
        return self.asked[name]

    def others(self) -> list[Answers]:
        """Plans for what was asked beyond the plan, each with another answer than now."""
        given = [*self.asked.items()]
        return [
            (*given[:index], (name, option))
            for index, (name, answer) in enumerate(given)
            if name not in self._plan
            for option in self._questions.options(self._node, name)
            if option != answer or type(option) is not type(answer)
        ]
