"""How fast the interpreter answers events, and how fast whole scripted calls are played.

It decides what is played: random calls through trees whose every event was recorded before, so
that only ``step`` is timed; and the project's own cases as ``hotline ivr test`` plays them. Times
are those of this process alone, so other work on the machine does not count.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import ivr
from ari_app.cli.ivr_test import TESTS, play_all, read_cases
from ari_app.flow_files import FLOWS
from ari_app.flows.stage import Stage, load_stage
from ari_app.settings import PROJECT_DIR
from bench.figures import Figure
from bench.trees import big_trees
from ivr.events import Event
from ivr.facts import HOURS, FactValue, form_of
from ivr.play.cases import Cases
from ivr.problems import Problem
from ivr.proof.walk_all import EVENTS

ROUNDS: Final = 5
_BIG: Final = 500
_SEED: Final = 20
_CALLS: Final = 1500
_TIMES: Final = 25
_LONGEST: Final = 60
_KEYS: Final = tuple(ivr.Key(digit) for digit in "0123456789*#")
# Callers press keys about as often as they wait for what is said.
_KEY_SHARE: Final = 0.5
_WITHOUT_KEYS: Final = frozenset({"new", "transferring", "ended"})

T = TypeVar("T")
Recorded = tuple[ivr.State, ivr.Event, float, ivr.Facts]


class BenchTreeWrong(Exception):
    """A tree or case that is measured cannot be loaded; the text says why."""


def interpreter_figures(say: Callable[[str], None], round_s: float = 1.0) -> list[Figure]:
    stage = the_stage()
    say("bench: the interpreter: steps")
    main = steps_per_s(stage.trees.for_dialled(""), round_s)
    big = steps_per_s(big_flow(_BIG), round_s)
    say("bench: the simulator: scripted calls")
    return [
        Figure("steps, the default tree", main, "/s"),
        Figure(f"steps, a tree of {_BIG} nodes", big, "/s"),
        _calls(stage, round_s),
    ]


def the_stage() -> Stage:
    """The project's own trees, prompts and cases."""
    return _sound(load_stage(PROJECT_DIR / "config"))


def big_flow(nodes: int) -> ivr.Flow:
    return _sound(ivr.load_trees(big_trees(nodes), ivr.Names())).for_dialled("")


def steps_per_s(flow: ivr.Flow, round_s: float = 1.0) -> float:
    """Events a second, of random calls."""
    recorded = [one for call in range(_CALLS) for one in _random_call(flow, call)]
    step = ivr.step

    def play() -> int:
        for state, event, now, facts in recorded:
            step(flow, state, event, now, facts)
        return len(recorded)

    return _rate(play, round_s)


def calls_per_s(stage: Stage, files: Sequence[Cases], round_s: float = 1.0) -> float:
    """The cases over and over as one set of a thousand, each held against what it expects."""
    many = [*files] * _TIMES

    def play() -> int:
        return sum(1 for _ in play_all(stage, many))

    return _rate(play, round_s)


def the_cases(stage: Stage) -> list[Cases]:
    folder = PROJECT_DIR / "config" / FLOWS / TESTS
    cases = read_cases(stage, sorted(folder.glob("*.yaml")))
    files = [one for one in cases if not isinstance(one, Problem)]
    if len(files) != len(cases):
        raise BenchTreeWrong(f"{folder}: cases that cannot be read. See: hotline ivr test")
    return files


def _calls(stage: Stage, round_s: float) -> Figure:
    """Its name tells how many cases there are: with others it is another figure."""
    files = the_cases(stage)
    played = [one.result.trace for one in play_all(stage, files)]
    events = sum(isinstance(entry.thing, Event) for one in played for entry in one.log)
    rate = calls_per_s(stage, files, round_s)
    note = f"{events / len(played):.1f} events a call"
    return Figure(f"scripted calls, {len(played)} cases", rate, "/s", note)


def _rate(play: Callable[[], int], round_s: float) -> float:
    """The median of some rounds, in which the garbage of before is not collected."""
    play()
    gc.collect()
    gc.freeze()
    try:
        return round(statistics.median(_one_round(play, round_s) for _ in range(ROUNDS)))
    finally:
        gc.unfreeze()


def _one_round(play: Callable[[], int], round_s: float) -> float:
    done, begun = 0, time.process_time()
    while (took_s := time.process_time() - begun) < round_s or not done:
        done += play()
    return done / took_s


def _random_call(flow: ivr.Flow, seed: int) -> Iterator[Recorded]:
    """What comes may come then: no event in here is one that a phase cannot meet."""
    chance = random.Random(_SEED + seed)
    facts = _RandomFacts(seed)
    lines = ["", *flow.lines]
    state, now = ivr.start(flow, chance.choice(lines)), 0.0
    event: ivr.Event = ivr.Entered()
    for _ in range(_LONGEST):
        yield state, event, now, facts
        state, _actions = ivr.step(flow, state, event, now, facts)
        if state.phase == "ended":
            return
        event = _next_event(state, chance)
        now = (state.deadline or now) if isinstance(event, ivr.TimedOut) else now + 1.0


def _next_event(state: ivr.State, chance: random.Random) -> ivr.Event:
    if state.phase not in _WITHOUT_KEYS and chance.random() < _KEY_SHARE:
        return chance.choice(_KEYS)
    possible = EVENTS[state.phase]
    # Prompts end far more often than they fail.
    return possible[0] if chance.random() < 0.8 else chance.choice(possible)


class _RandomFacts:
    """The world of one call: any answer that the tree may get, always the same one."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: dict[str, FactValue | None] = {}

    def value(self, name: str) -> FactValue | None:
        if name not in self._known:
            self._known[name] = self._made_up(name)
        return self._known[name]

    def _made_up(self, name: str) -> FactValue | None:
        found = form_of(name)
        chance = random.Random(f"{self._seed} {name}")
        if found is None or chance.random() < 0.1:
            return None
        match found[0].kind:
            case "yes_no":
                return chance.random() < 0.2
            case "number":
                return chance.randrange(60)
            case "hours":
                return chance.choice(HOURS)
        return chance.choice(("shandong", "qingdao", "12345", ""))


def _sound(found: T | list[Problem]) -> T:
    if isinstance(found, list):
        raise BenchTreeWrong("; ".join(f"{one.file}:{one.line}: {one.message}" for one in found))
    return found
