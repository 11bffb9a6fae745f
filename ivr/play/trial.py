"""A scripted call played and held against what was expected of it.

Decides how each step of a case moves the player, and what a difference says. Must not read files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ivr.actions import PromiseCallback
from ivr.facts import EMERGENCY_PROMPT, FactValue
from ivr.model import Flow
from ivr.play.cases import Case, Expect, HeardOf, PathOf, Step
from ivr.play.simulate import Player
from ivr.play.trace import PromptSeconds, Trace
from ivr.play.world import MessagePlan, QueuePlan, TransferPlan

BETWEEN_KEYS_S: Final = 0.5


class ScriptFacts:
    """Facts that are written down, and may change while the call goes on."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, FactValue]) -> None:
        self.values = dict(values)

    def value(self, name: str) -> FactValue | None:
        return self.values.get(name)


class AskedFacts(ScriptFacts):
    """Facts that were set; remembers what was asked in vain."""

    __slots__ = ("unknown",)

    def __init__(self, values: Mapping[str, FactValue]) -> None:
        super().__init__(values)
        self.unknown: list[str] = []

    def value(self, name: str) -> FactValue | None:
        if name not in self.values and name != EMERGENCY_PROMPT and name not in self.unknown:
            self.unknown.append(name)
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class Result:
    """``differences`` is empty when the case passed."""

    name: str
    case: Case
    trace: Trace
    differences: tuple[str, ...]


def run_case(name: str, case: Case, flow: Flow, lengths: PromptSeconds) -> Result:
    trace = play(case, flow, lengths)
    return Result(name, case, trace, tuple(differences(case.expect, trace)))


def play(case: Case, flow: Flow, lengths: PromptSeconds) -> Trace:
    """The call of a case, whatever is expected of it."""
    facts = ScriptFacts({"dialled": case.dialled} if case.dialled else {})
    facts.values.update(case.facts)
    player = Player(flow, lengths, dialled=case.dialled, facts=facts)
    for step in case.steps:
        _take(step, player, facts)
    return player.finish()


def _take(step: Step, player: Player, facts: ScriptFacts) -> None:
    if step.wait_s is not None:
        player.wait(step.wait_s)
    elif step.wait_for is not None:
        player.run_while(_UNTIL[step.wait_for])
    elif step.press is not None:
        player.press(step.press)
    elif step.keys is not None:
        _type(step.keys, player)
    elif step.hang_up:
        player.hang_up()
    elif step.facts is not None:
        facts.values.update(step.facts)
    else:
        _change_world(step, player)


_UNTIL: Final[Mapping[str, Callable[[Player], bool]]] = {
    "prompt_end": lambda player: player.is_speaking,
    "queue": lambda player: not player.is_waiting,
    "person": lambda player: not player.with_person,
    "end": lambda player: True,
}


def _type(keys: str, player: Player) -> None:
    for number, digit in enumerate(keys):
        player.wait(BETWEEN_KEYS_S if number else 0.0)
        player.press(digit)


def _change_world(step: Step, player: Player) -> None:
    world = player.world
    if (queue := step.queue) is not None:
        world.queue = QueuePlan(queue.answers_after_s, queue.fails, queue.talk_s, queue.only)
    elif (transfer := step.transfer) is not None:
        plan = TransferPlan(transfer.result, transfer.after_s, transfer.talk_s)
        world.transfers = (plan,)
    elif (message := step.message) is not None:
        world.message = MessagePlan(message.seconds, message.fails)
    elif step.prompt_fails is True:
        world.next_prompt_fails = True
    elif step.prompt_fails:
        world.mute |= {str(step.prompt_fails)}
    player.apply_world()


def differences(expect: Expect, trace: Trace) -> Iterator[str]:
    """One line for each thing that is not as expected."""
    for name in expect.model_fields_set:
        if name in _FOUND:
            wanted, was = getattr(expect, name), _FOUND[name](trace)
            if wanted is not None and wanted != was:
                yield f"{name}: expected {_shown(wanted)}, was {_shown(was)}"
    if expect.fields is not None:
        yield from _wrong_fields(expect.fields, trace)
    if expect.heard is not None:
        heard = [(one.prompt.id, f"{one.prompt.id}@{one.prompt.language}") for one in trace.heard]
        yield from _wrong_order("heard", expect.heard, heard)
    if expect.path is not None:
        yield from _wrong_order("path", expect.path, [(node, node) for node in trace.nodes])
    if expect.within_s is not None:
        reached = trace.ended_at if trace.person_s is None else trace.person_s
        if reached > expect.within_s:
            yield f"within_s: expected at most {expect.within_s:g} s, was {reached:.1f} s"


def _callback(trace: Trace) -> str:
    promised = [act.number for _, act in trace.actions if isinstance(act, PromiseCallback)]
    return promised[-1] if promised else "none"


_FOUND: Final[Mapping[str, Callable[[Trace], object]]] = {
    "ends": lambda trace: trace.end,
    "queue": lambda trace: trace.queue.queue if trace.queue else "none",
    "needs": lambda trace: dict(trace.queue.needs) if trace.queue else {},
    "priority": lambda trace: trace.queue.priority if trace.queue else 0,
    "transfer": lambda trace: trace.transfer.to if trace.transfer else "none",
    "callback": _callback,
    "language": lambda trace: trace.state.language,
    "keys": lambda trace: trace.keys,
}


def _wrong_fields(expected: Mapping[str, str], trace: Trace) -> Iterator[str]:
    were = dict(trace.state.fields)
    for name, wanted in expected.items():
        if were.get(name) != wanted:
            was = f"'{were[name]}'" if name in were else "not set"
            yield f"fields.{name}: expected '{wanted}', was {was}"


def _wrong_order(
    what: str, wanted: HeardOf | PathOf, was: Sequence[tuple[str, ...]]
) -> Iterator[str]:
    """Each thing that was may be named in several ways."""
    shown = ", ".join([names[0] for names in was]) or "nothing"
    if wanted.exactly is not None:
        fits = len(was) == len(wanted.exactly)
        if not fits or any(
            one not in names for one, names in zip(wanted.exactly, was, strict=True)
        ):
            expected = ", ".join(wanted.exactly) or "nothing"
            yield f"{what}: expected {expected}\n{'':>{len(what)}}       was {shown}"
    rest = iter(was)
    for one in wanted.contains:
        if not any(one in names for names in rest):
            yield f"{what}: expected {one} in its place, was {shown}"
            break
    for one in wanted.without:
        if any(one in names for names in was):
            yield f"{what}: expected no {one}, was {shown}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {item}" for name, item in value.items()) + "}"
    return str(value) or "none"
