"""Random walks through a tree: what a caller will do, planned on the simulator.

Decides when a walk presses what, always at a moment that can be told from what is heard: so far
into a prompt, or so long after the last word. Then the same walk can be made on a telephone. Must
not know how.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from ivr.actions import Prompt, Say
from ivr.events import Event, Key
from ivr.facts import Facts
from ivr.model import Flow
from ivr.nodes import CollectNode
from ivr.play.simulate import Player
from ivr.play.trace import SILENCING, Entry, Trace
from ivr.proof.questions import Questions
from ivr.state import Pairs
from ivr.step import start, step

KEYS = "0123456789*#"
INTO_S, BEFORE_END_S = 0.6, 0.5
"""A key comes no sooner into a prompt, and no later before its end."""
SILENCE_S = 0.4
"""How long after the last word a key is pressed."""
SURE_WAIT_S = 2.0
"""A node that waits for less than this is not raced with a key: the walk waits there."""
A_MOMENT_S = 1.0
BETWEEN_KEYS_S = 0.2
MOST_NODES, LONGEST_S = 20, 35.0

NameOf = Callable[[Prompt], str]


@dataclass(frozen=True, slots=True)
class Act:
    """Press keys, or hang up (none), ``seconds`` into a prompt or after its end (``is_after``).

    ``time`` counts how often the prompt has begun since the act before; 0 if it was going on then.
    Without a prompt the seconds count from that act.
    """

    keys: str
    prompt: str
    time: int
    seconds: float
    is_after: bool = False

    def __str__(self) -> str:
        when = "after the end of" if self.is_after else "into"
        what = f"press {self.keys}" if self.keys else "hang up"
        if not self.prompt:
            return f"{what} {self.seconds:.1f} s later"
        return f"{what} {self.seconds:.1f} s {when} {self.prompt} (no. {self.time})"


@dataclass(frozen=True, slots=True)
class Walk:
    dialled: str
    number: str
    acts: tuple[Act, ...]
    trace: Trace
    path: Pairs
    """Every (node, key): a player keeps the latest only."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What walks go through: one flow, and what it says."""

    flow: Flow
    lengths: Callable[[Prompt], float]
    name_of: NameOf


def walk(ground: Ground, rng: Random, dialled: str, number: str, facts: Facts) -> Walk:
    """One random call that ends with the caller hanging up, or by itself."""
    return _Walker(ground, rng, Player(ground.flow, ground.lengths, dialled=dialled, facts=facts)
                   ).walk(dialled, number)  # fmt: skip


class _Walker:
    def __init__(self, ground: Ground, rng: Random, player: Player) -> None:
        self._ground, self._rng, self._player = ground, rng, player
        self._questions = Questions(ground.flow)
        self._acts: list[Act] = []
        self._since = 0.0

    def walk(self, dialled: str, number: str) -> Walk:
        player = self._player
        while player.end is None:
            if player.is_speaking:
                self._while_speaking()
            elif self._must_end():
                player.wait(A_MOMENT_S)
                self._act("")
            else:
                self._while_silent()
        trace = player.trace()
        path = _path(player.flow, dialled, trace, player.facts)
        return Walk(dialled, number, tuple(self._acts), trace, path)

    def _must_end(self) -> bool:
        player = self._player
        if player.state.phase in ("transferring", "recording"):
            return True
        return player.waits_for_nobody and not (self._will_hear_soon() and self._rng.random() < 0.5)

    def _will_hear_soon(self) -> bool:
        """An announcement comes within seconds, and says the same to every caller."""
        player = self._player
        announce = getattr(self._ground.flow.nodes[player.state.node], "announce", None)
        told_apart = announce is None or any(one.fact for one in announce.prompts)
        return not told_apart and player.next_at - player.now <= 10.0 and not self._is_enough()

    def _while_speaking(self) -> None:
        player = self._player
        places = list(self._places())
        leaves = self._is_enough() or (player.state.phase == "queued" and self._rng.random() < 0.5)
        listens = player.said_until - player.now < 9.0 and self._rng.random() < 0.35
        if not places or (listens and not self._is_at_risk() and not leaves):
            player.run_while(lambda one: one.is_speaking)
            return
        player.run_until(self._rng.choice(places[:3]))
        self._act("" if leaves else self._keys())

    def _is_at_risk(self) -> bool:
        """What follows these words is not the tree's alone to decide: leave before."""
        return self._ground.flow.nodes[self._player.state.node].type in ("transfer", "message")

    def _is_enough(self) -> bool:
        player = self._player
        visited = len(player.trace().nodes)
        return self._is_at_risk() or visited >= MOST_NODES or player.now > LONGEST_S

    def _while_silent(self) -> None:
        player = self._player
        wait_s = player.next_at - player.now
        if wait_s >= SURE_WAIT_S and self._rng.random() < 0.7:
            player.wait(SILENCE_S)
            self._act("" if self._is_enough() else self._keys())
        else:
            player.let_happen()

    def _keys(self) -> str:
        rng, name = self._rng, self._player.state.node
        node = self._ground.flow.nodes[name]
        if isinstance(node, CollectNode) and self._player.state.phase in ("speaking", "waiting"):
            count = rng.choice([node.min_digits, node.max_digits, max(1, node.min_digits - 1)])
            typed = "".join(rng.choices(KEYS[:10], k=count))
            return typed if count == node.max_digits else f"{typed}{node.end_key}"
        named = sorted(self._questions.keys(name) & set(KEYS))
        return rng.choice(named if named and rng.random() < 0.85 else KEYS)

    def _act(self, keys: str) -> None:
        """Now; said in terms of what the caller hears."""
        player = self._player
        self._acts.append(Act(keys, *self._moment()))
        for key in keys:
            player.press(key)
            if len(keys) > 1:
                player.wait(BETWEEN_KEYS_S)
        if not keys:
            player.hang_up()
        self._since = player.now

    def _moment(self) -> tuple[str, int, float, bool]:
        """Which prompt, how often it has begun, how many seconds, whether since its end."""
        now, heard = self._player.now, self._player.trace().heard
        if not heard:
            return "", 0, now - self._since, False
        last = heard[-1]
        name = self._ground.name_of(last.prompt)
        names = ((one, self._ground.name_of(one.prompt)) for one in heard)
        time = sum(one.at >= self._since for one, other in names if other == name)
        if self._player.is_speaking:
            return name, time, now - last.at, False
        ended_at = last.at + last.heard_s
        if last.heard_s < last.full_s or ended_at <= self._since:
            return "", 0, now - self._since, False
        return name, time, now - ended_at, True

    def _places(self) -> Iterator[float]:
        """Moments in what is being said, one for each prompt that is long enough."""
        player = self._player
        assert player.said is not None
        at = player.said_from
        for prompt in player.said.prompts:
            length = self._ground.lengths(prompt)
            if length >= INTO_S + BEFORE_END_S and at >= self._since:
                latest = min(length - BEFORE_END_S, INTO_S + 1.0)
                moment = at + self._rng.uniform(INTO_S, latest)
                if moment > player.now:
                    yield moment
            at += length


def _path(flow: Flow, dialled: str, trace: Trace, facts: Facts) -> Pairs:
    state = start(flow, dialled)
    for entry in trace.log:
        if isinstance(entry.thing, Event):
            state, _ = step(flow, state, entry.thing, entry.at, facts)
    return state.path


def cut_short(trace: Trace) -> Iterator[tuple[int, Prompt]]:
    """For each interrupted announcement the prompt that was next: it may be heard for a moment.

    With it comes the number of prompts that were heard until then.
    """
    said: Entry | None = None
    count = 0
    for entry in trace.log:
        if said is not None and isinstance(entry.thing, SILENCING):
            assert isinstance(said.thing, Say)
            begun = list(_begun(said.thing, entry.at - said.at, trace.lengths))
            count += len(begun)
            yield from [(count, one) for one in said.thing.prompts[len(begun) :][:1]]
            said = None
        if isinstance(entry.thing, Say):
            said = entry


def _begun(said: Say, seconds: float, lengths: Callable[[Prompt], float]) -> Iterator[Prompt]:
    at = 0.0
    for prompt in said.prompts:
        if at >= seconds:
            return
        yield prompt
        at += lengths(prompt)


def pressed(trace: Trace) -> str:
    return "".join(one.thing.digit for one in trace.log if isinstance(one.thing, Key))
