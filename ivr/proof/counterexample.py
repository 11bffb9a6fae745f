"""One way through a tree that shows a fault: told in words, and as a scripted call.

Decides how what happened is said, and how it is played again. Must not know which ways are faults.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from ivr.events import (
    Entered,
    Event,
    Key,
    MessageFailed,
    MessageTaken,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    TalkEnded,
    TimedOut,
    TransferEnded,
    TransferFailed,
)
from ivr.facts import EMERGENCY_PROMPT
from ivr.play.cases import Case, Expect, MessageStep, QueueStep, Step, TransferStep
from ivr.proof.questions import ANOTHER, Answers
from ivr.proof.walk_all import SPEAKING, Edge, Graph
from ivr.state import MAX_HOPS


class Happening(NamedTuple):
    """Something that comes to a caller who is at ``node``; ``wait_s`` is what it takes till then.

    ``answers`` are the facts that the tree asks then.
    """

    node: str
    phase: str
    event: Event
    wait_s: float
    answers: Answers


@dataclass(frozen=True, slots=True)
class Way:
    """From the beginning of a call to ``end``, a node.

    The last ``circle`` happenings may come again and again.
    """

    dialled: str
    happenings: tuple[Happening, ...]
    end: str
    circle: int = 0

    @property
    def goes_by_itself(self) -> bool:
        """Whether the circle goes on while nothing comes from outside."""
        return all(_comes_anyway(one) and not one.answers for one in self._again())

    def _again(self) -> tuple[Happening, ...]:
        return self.happenings[len(self.happenings) - self.circle :]

    def played(self) -> tuple[Happening, ...]:
        """Everything that a script must do; a circle until the interpreter breaks it off."""
        again = self._again()
        if self.goes_by_itself:
            return self.happenings
        doors = sum(isinstance(one.event, Entered) for one in again)
        return self.happenings + again * (MAX_HOPS // max(1, doors))

    @property
    def keys(self) -> str:
        return "".join(one.event.digit for one in self.happenings if isinstance(one.event, Key))


def way_of(graph: Graph, steps: Iterable[tuple[int, Edge]], end: int, circle: int = 0) -> Way:
    """A way in the graph, where it takes each state's edge, as what happens."""
    happenings: list[Happening] = []
    dialled = ""
    for number, edge in steps:
        state = graph.states[number]
        if not happenings:
            dialled = graph.dialled.get(number, "")
        waits = isinstance(edge.event, TimedOut) and state.phase not in SPEAKING
        wait_s = (state.deadline or 0.0) if waits else 0.0
        happenings.append(Happening(state.node, state.phase, edge.event, wait_s, edge.answers))
    return Way(dialled, tuple(happenings), graph.states[end].node, circle)


def told(way: Way) -> str:
    """The way in one line: ``begin: listen, wait 5 s; topics: press 3``."""
    parts: list[tuple[str, list[str]]] = []
    for one in way.happenings:
        said = [f"{name} is {_shown(value)}" for name, value in one.answers if value is not None]
        if not isinstance(one.event, Entered):
            said.insert(0, _said(one))
        if said and parts and parts[-1][0] == one.node:
            parts[-1][1].extend(said)
        elif said:
            parts.append((one.node, said))
    dialled = [f"dial {way.dialled}"] if way.dialled else []
    return "; ".join([*dialled, *(f"{node}: {said}" for node, said in _together(parts))])


def _together(parts: list[tuple[str, list[str]]]) -> Iterator[tuple[str, str]]:
    """Nodes one after another at which the same is done are told as one."""
    for said, group in groupby(parts, key=lambda part: ", ".join(part[1])):
        nodes = [node for node, _ in group]
        yield (f"{nodes[0]} to {nodes[-1]}", said) if len(nodes) > 3 else (", ".join(nodes), said)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return "another" if value == ANOTHER else str(value)


def _said(one: Happening) -> str:
    match one.event:
        case Key(digit):
            return f"press {digit}"
        case PromptEnded():
            return "listen"
        case PromptFailed():
            return "the prompt fails"
        case TimedOut() if one.phase in SPEAKING:
            return "the end of the prompt is never reported"
        case TimedOut() if one.phase == "queued":
            return f"nobody is free for {one.wait_s:g} s"
        case TimedOut():
            return f"wait {one.wait_s:g} s"
        case QueueFailed():
            return "the queue takes nobody"
        case TransferFailed(reason):
            return f"the number is {reason}" if reason == "busy" else f"the number: {reason}"
        case TransferEnded():
            return "the other side hangs up"
        case MessageTaken():
            return "leave a message"
        case MessageFailed():
            return "nothing is recorded"
        case TalkEnded():
            return "the agent hangs up"
    return type(one.event).__name__


def case_of(way: Way, about: str, flow: str, expect: Expect) -> Case:
    """The way as a scripted call for ``hotline ivr test``: what must be, once it is mended."""
    first, rest = _facts_first(way)
    while rest and not rest[-1][0] and _comes_anyway(rest[-1][1]):
        rest.pop()
    values = {name: value for name, value in first if value is not None}
    steps = [step for facts, one in rest for step in _played(facts, one)]
    fields: dict[str, object] = {"about": about, "expect": expect}
    fields |= {"dialled": way.dialled} if way.dialled else {"flow": flow}
    fields |= {"facts": values} if values else {}
    fields |= {"steps": tuple(steps)} if steps else {}
    return Case.model_validate(fields)


def _comes_anyway(one: Happening) -> bool:
    """At the end of a script everything happens that happens by itself, but in queues."""
    if isinstance(one.event, TimedOut):
        return one.phase not in SPEAKING and one.phase not in ("queued", "failed")
    return isinstance(one.event, PromptEnded | Entered)


def _facts_first(way: Way) -> tuple[Answers, list[tuple[Answers, Happening]]]:
    """What is asked before anything happens, and then each event with what is asked because of it.

    The tree asks while it goes from node to node; the world must have changed before that.
    """
    first: Answers = ()
    rest: list[tuple[Answers, Happening]] = []
    for one in way.played():
        asked = tuple(pair for pair in one.answers if pair[0] != EMERGENCY_PROMPT)
        if not isinstance(one.event, Entered):
            rest.append((asked, one))
        elif rest:
            facts, event = rest[-1]
            rest[-1] = ((*facts, *asked), event)
        else:
            first += asked
    return first, rest


def _played(facts: Answers, one: Happening) -> Iterator[Step]:
    known = {name: value for name, value in facts if value is not None}
    if known:
        yield Step(facts=known)
    match one.event:
        case Key(digit):
            yield Step(press=digit if digit in "0123456789*#" else "#")
        case PromptEnded():
            yield Step(wait_for="prompt_end")
        case PromptFailed():
            yield Step(prompt_fails=True)
            yield Step(wait_s=0.0)
        case TimedOut() if one.phase in SPEAKING:
            yield Step(prompt_fails=True)
            yield Step(wait_s=0.0)
        case TimedOut():
            yield Step(wait_s=one.wait_s)
        case _:
            yield from _world(one.event)


def _world(event: Event) -> Iterator[Step]:
    """The world does it once, and then nothing any more."""
    match event:
        case QueueFailed(reason):
            yield Step(queue=QueueStep(fails=reason))
            yield Step(wait_s=0.0)
            yield Step(queue=QueueStep())
        case TalkEnded():
            yield Step(queue=QueueStep(answers_after_s=0.0, talk_s=1.0))
            yield Step(wait_s=1.0)
            yield Step(queue=QueueStep())
        case TransferFailed(reason):
            yield Step(transfer=TransferStep(result=reason, after_s=0.0))
            yield Step(wait_s=0.0)
        case TransferEnded():
            yield Step(transfer=TransferStep(after_s=0.0, talk_s=1.0))
            yield Step(wait_s=1.0)
        case MessageTaken():
            yield Step(message=MessageStep(seconds=5.0))
            yield Step(wait_s=5.0)
        case MessageFailed(reason):
            yield Step(message=MessageStep(fails=reason))
            yield Step(wait_s=0.0)
