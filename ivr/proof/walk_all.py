"""Everything that can happen to a caller in one tree, as a graph; walked with the interpreter.

Decides which events can come in which phase, and when two callers are in the same situation. Must
not know what is good or bad about any of it, and no node type: each edge is one call of ``step``.

The interpreter is stopped at the door of each node, so that a node is walked once for each
situation and not once for each way that leads to it; a circle of nodes is then a circle of the
graph, and the interpreter's own guard against circles never acts here.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from ivr.actions import Action, PromiseCallback, Prompt, Say, ToQueue
from ivr.events import (
    CallerLeft,
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
from ivr.fields import DIGIT_PROMPTS
from ivr.model import MAIN, Flow
from ivr.play.trace import PromptSeconds
from ivr.proof.questions import ANNOUNCED, DIALLED, Answer, Answers, Oracle, Questions
from ivr.proof.situations import Situations
from ivr.state import State
from ivr.step import start, step
from ivr.turn import Moment, Turn, stay

KEYS: Final = tuple(Key(digit) for digit in "0123456789*#A")
FAILURES: Final = (PromptFailed, QueueFailed, TransferFailed, MessageFailed)
SPEAKING: Final = frozenset({"speaking", "again", "confirming"})
_SPOKEN: Final = (PromptEnded(), PromptFailed(), TimedOut())
_SILENT: Final = (TimedOut(),)
EVENTS: Final[Mapping[str, tuple[Event, ...]]] = {
    "new": (Entered(),),
    "speaking": _SPOKEN,
    "again": _SPOKEN,
    "confirming": _SPOKEN,
    "waiting": _SILENT,
    "typing": _SILENT,
    "confirm_waiting": _SILENT,
    "failed": _SILENT,
    "recording": (MessageTaken(10.0), MessageFailed("failed"), *_SILENT),
    "transferring": (
        TransferEnded(),
        TransferFailed("busy"),
        TransferFailed("no_answer"),
        TransferFailed("failed"),
        *_SILENT,
    ),
    "queued": (TalkEnded(), QueueFailed("full"), PromptEnded(), PromptFailed(), *_SILENT),
    "ended": (),
}
"""What can happen in each phase, besides keys. An agent may also talk with a
caller during a Say that follows a queue: what comes then is the same as from the queue."""

Done = tuple[float, tuple[str, ...], ToQueue | None, bool]
TOO_MANY: Final = 200_000


class Edge(NamedTuple):
    """One thing that may happen. ``seconds`` pass until then, or are spoken then.

    ``entered``: it leads to the door of a node. ``asks``: a queue was asked for; ``helped``: a
    callback was promised or a message taken; ``plain``: every fact has its usual answer;
    ``fails``: a prompt, a queue, a number or a message did not work.
    """

    target: int
    event: Event
    answers: Answers
    plain: bool
    seconds: float
    said: tuple[str, ...]
    entered: bool
    asks: ToQueue | None
    helped: bool
    fails: bool


class TooLarge(Exception):
    """More situations than can be walked; the tree asks too many facts that go together."""


class Graph:
    """``silent`` are the edges of a caller who does nothing, ``pressed`` those of a key.

    ``starts`` are situations in which calls begin; ``dialled`` has a number for each.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.states: list[State] = []
        self.pins: list[Answers] = []
        self.silent: list[list[Edge]] = []
        self.pressed: list[list[Edge]] = []
        self.starts: list[int] = []
        self.dialled: dict[int, str] = {}
        self.transitions = 0

    def edges(self) -> list[list[Edge]]:
        return [[*a, *b] for a, b in zip(self.silent, self.pressed, strict=True)]


class _Door:
    """Stands for every node but the one where the caller is: the interpreter stops there."""

    def step(self, state: State, event: Event, at: Moment) -> Turn:
        return stay(state)


class _Doors(dict[str, Any]):
    """The nodes of a flow, of which only the one named ``inside`` is real, and only once."""

    def __init__(self, nodes: Mapping[str, Any]) -> None:
        super().__init__(dict.fromkeys(nodes, _Door()))
        self._nodes = nodes
        self.inside: str | None = None

    def get(self, name: Any, default: Any = None) -> Any:
        if name == self.inside:
            self.inside = None
            return self._nodes.get(name)
        return super().get(name)


def walk_all(flow: Flow, lengths: PromptSeconds, *, pinned: bool = True) -> Graph:
    """Every situation of every caller. With ``pinned`` false steady facts may change, too."""
    walker = _Walker(flow, lengths, pinned)
    walker.run()
    return walker.graph


class _Walker:
    def __init__(self, flow: Flow, lengths: PromptSeconds, pinned: bool) -> None:
        self.graph = Graph(flow)
        self.questions = Questions(flow)
        self.oracle = Oracle(self.questions)
        self.doors = _Doors(flow.nodes)
        self.flow = flow.model_copy(update={"nodes": self.doors})
        self.sayings = _Sayings(lengths)
        self.situations = Situations(self.questions, pinned)
        self.ids: dict[object, int] = {}
        self.keys: dict[str, tuple[Key, ...]] = {}

    def run(self) -> None:
        self._start()
        done = 0
        states = self.graph.states
        while done < len(states):
            self._expand(done)
            done += 1
            if len(states) > TOO_MANY:
                raise TooLarge

    def _start(self) -> None:
        flow = self.graph.flow
        for dialled in ("", *flow.lines):
            pins: list[Answers] = [((DIALLED, dialled),)]
            if not dialled:
                options = self.questions.options("", DIALLED)
                pins = [((DIALLED, one),) for one in options if one not in flow.lines]
            first = start(flow, dialled)
            for pin in pins:
                state, kept = self.situations.of(first, pin, 0.0)
                # The whole path tells the interpreter that the call begins.
                number = self._number(state._replace(path=first.path), kept)
                if number not in self.graph.starts:
                    self.graph.starts.append(number)
                    self.graph.dialled[number] = dialled or _dialled_in(pin, flow)

    def _number(self, state: State, pins: Answers) -> int:
        key = (state, pins)
        number = self.ids.get(key)
        if number is None:
            number = self.ids[key] = len(self.graph.states)
            self.graph.states.append(state)
            self.graph.pins.append(pins)
            self.graph.silent.append([])
            self.graph.pressed.append([])
        return number

    def _expand(self, number: int) -> None:
        state = self.graph.states[number]
        for event in EVENTS[state.phase]:
            self.graph.silent[number] += self._happen(number, state, event)
        for key in self._keys(state) if state.phase not in ("new", "ended") else ():
            self.graph.pressed[number] += self._happen(number, state, key)
        left, actions = step(self.flow, state, CallerLeft(), 0.0)
        assert left.phase == "ended", "a caller who hangs up is gone"
        assert not actions

    def _keys(self, state: State) -> tuple[Key, ...]:
        if state.node not in self.keys:
            named = self.questions.keys(state.node)
            self.keys[state.node] = tuple(key for key in KEYS if key.digit in named)
        return self.keys[state.node]

    def _happen(self, number: int, state: State, event: Event) -> list[Edge]:
        now = 0.0
        if isinstance(event, TimedOut):
            if state.deadline is None:
                return []
            now = state.deadline
        oracle, pins, found = self.oracle, self.graph.pins[number], []
        known = dict(pins) if pins else _NOTHING
        plans: list[Answers] = [()]
        for plan in plans:
            self.doors.inside = state.node
            oracle.begin(state.node, known, plan)
            after, actions = step(self.flow, state, event, now, oracle)
            self.graph.transitions += 1
            answers: Answers = ()
            if oracle.asked:
                plans += oracle.others()
                answers = (*oracle.asked.items(),)
            elif after is state and not actions:
                continue
            target = self._number(
                *self.situations.of(after, (*pins, *answers) if answers else pins, now)
            )
            if target != number or actions:
                found.append(self._edge(state, event, answers, target, actions))
        return found

    def _edge(
        self, state: State, event: Event, answers: Answers, target: int, actions: tuple[Action, ...]
    ) -> Edge:
        seconds, said, asks, helped = self.sayings.of(actions) if actions else _SILENCE
        fails = isinstance(event, FAILURES)
        if isinstance(event, TimedOut):
            # While something is said it is the end of the prompt that is never reported.
            fails = state.phase in SPEAKING
            seconds += 0.0 if fails else state.deadline or 0.0
        entered = self.graph.states[target].phase == "new"
        usual = self.questions.options
        plain = not answers or all(usual(state.node, name)[0] == one for name, one in answers)
        helped = helped or isinstance(event, MessageTaken)
        return Edge(target, event, answers, plain, seconds, said, entered, asks, helped, fails)


def _dialled_in(pins: Answers, flow: Flow) -> str:
    """A number of no line that the tree asks for; only the default tree serves such numbers."""
    dialled = dict(pins).get(DIALLED)
    is_number = isinstance(dialled, str) and dialled.isdecimal()
    return str(dialled) if is_number and flow.flow == MAIN else ""


_NOTHING: Final[Mapping[str, Answer]] = {}
_SILENCE: Final[Done] = (0.0, (), None, False)


class _Sayings:
    """How long things are that are said, and what else is done."""

    def __init__(self, lengths: PromptSeconds) -> None:
        self._lengths = lengths
        self._known: dict[Prompt, float] = {}

    def of(self, actions: Iterable[Action]) -> Done:
        seconds, said, asks, helped = _SILENCE
        for action in actions:
            if isinstance(action, Say):
                prompts = [one for one in action.prompts if one.id != ANNOUNCED]
                seconds = sum([self._length(one) for one in prompts])
                said = tuple([one.id for one in prompts])
            elif isinstance(action, ToQueue):
                asks = action
            elif isinstance(action, PromiseCallback):
                helped = True
        return seconds, said, asks, helped

    def _length(self, prompt: Prompt) -> float:
        if prompt not in self._known:
            self._known[prompt] = self._measured(prompt)
        return self._known[prompt]

    def _measured(self, prompt: Prompt) -> float:
        if prompt.id not in DIGIT_PROMPTS:
            return self._lengths(prompt)
        # Which digits were typed is not kept: the longest ones may have been.
        return max(self._lengths(prompt._replace(id=digit)) for digit in DIGIT_PROMPTS)
