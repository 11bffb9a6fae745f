"""Random walks through a tree: what a caller will do, planned on the simulator.

Decides when a walk presses what, always at a moment that can be told from what is heard: so far
into a prompt, or so long after the last word. Then the same walk can be made on a telephone. Must
not know how.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from ivr.actions import Prompt, Say
from ivr.events import Key
from ivr.facts import Facts
from ivr.model import Flow
from ivr.nodes import CollectNode
from ivr.questions import Questions
from ivr.simulate import LONGEST_CALL_S, Player
from ivr.trace import SILENCING, Entry, Heard, Trace

KEYS = "0123456789*#"
INTO_S, BEFORE_END_S = 0.6, 0.5
"""A key comes no sooner into a prompt, and no later before its end."""
SILENCE_S = 0.4
"""How long after the last word a key is pressed."""
SURE_WAIT_S = 2.0
"""A node that waits for less than this is not raced with a key: the walk waits there."""
A_MOMENT_S = 1.0
BETWEEN_KEYS_S = 0.2
MOST_NODES, LONGEST_S = 12, 40.0

NameOf = Callable[[Prompt], str]


@dataclass(frozen=True, slots=True)
class Act:
    """Press keys, or hang up (none), ``seconds`` into a prompt or after its end (``is_after``).

    ``time`` counts how often the prompt has begun since the act before. Without a prompt the
    seconds count from that act.
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
            elif player.said is None or self._must_end():
                self._leave_in_silence()
            else:
                self._while_silent()
        return Walk(dialled, number, tuple(self._acts), player.trace())

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

    def _leave_in_silence(self) -> None:
        """Nothing that could be waited for is said any more."""
        self._player.wait(A_MOMENT_S)
        self._acts.append(Act("", "", 0, A_MOMENT_S))
        self._player.hang_up()

    def _while_speaking(self) -> None:
        player = self._player
        places = list(self._places())
        leaves = self._is_enough() or (player.state.phase == "queued" and self._rng.random() < 0.5)
        listens = player.said_until - player.now < 9.0 and self._rng.random() < 0.35
        if not places or (listens and not self._is_at_risk() and not leaves):
            player.run_while(lambda one: one.is_speaking)
            if player.waits_for_nobody:
                self._leave_after_the_words()
            return
        at, prompt = self._rng.choice(places[:3])
        player.run_until(at)
        begun = next(one for one in reversed(self._heard()) if one.prompt == prompt)
        self._act("" if leaves else self._keys(), prompt, at - begun.at)

    def _is_at_risk(self) -> bool:
        """What follows these words is not the tree's alone to decide: leave before."""
        return self._ground.flow.nodes[self._player.state.node].type in ("transfer", "message")

    def _is_enough(self) -> bool:
        player = self._player
        visited = len(player.trace().nodes)
        return self._is_at_risk() or visited >= MOST_NODES - 3 or player.now > LONGEST_S

    def _leave_after_the_words(self) -> None:
        prompt = self._heard()[-1].prompt
        self._player.wait(SILENCE_S)
        self._act("", prompt, SILENCE_S, is_after=True)

    def _while_silent(self) -> None:
        player = self._player
        wait_s = player.next_at - player.now
        if wait_s >= SURE_WAIT_S and self._rng.random() < 0.7:
            prompt = self._heard()[-1].prompt
            player.wait(SILENCE_S)
            self._act("" if self._is_enough() else self._keys(), prompt, SILENCE_S, is_after=True)
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

    def _act(self, keys: str, prompt: Prompt, seconds: float, *, is_after: bool = False) -> None:
        player = self._player
        name = self._ground.name_of(prompt)
        begun = [one for one in self._heard() if self._ground.name_of(one.prompt) == name]
        time = sum(one.at >= self._since for one in begun)
        was_cut = is_after and begun[-1].heard_s < begun[-1].full_s
        if time == 0 or was_cut:
            # It has been said since before the last act: that is no moment of its own.
            self._go_on()
            return
        self._acts.append(Act(keys, name, time, seconds, is_after))
        self._since = player.now
        for key in keys:
            player.press(key)
            if len(keys) > 1:
                player.wait(BETWEEN_KEYS_S)
        if not keys:
            player.hang_up()

    def _go_on(self) -> None:
        if self._player.next_at < LONGEST_CALL_S:
            self._player.let_happen()
        else:
            self._leave_in_silence()

    def _places(self) -> Iterator[tuple[float, Prompt]]:
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
                    yield moment, prompt
            at += length

    def _heard(self) -> tuple[Heard, ...]:
        return self._player.trace().heard


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
