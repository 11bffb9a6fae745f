"""A journaled call made once more, in the tree it was made in or in another.

Decides what a caller does when the tree is another one, which nobody can know:

- In the tree of the time, everything happens at the recorded second.
- In another tree a caller answers what is said: a key that was pressed so many seconds after
  something began to be said (or after it had been said) is pressed as long after the same-numbered
  occasion on which the other tree takes that key. So a longer greeting or a menu that moved delays
  the key and does not lose it. If there is no such occasion, the key is not pressed.
- Who gave up while the tree spoke gives up after as many seconds. Who gave up while waiting, and
  who was answered, waits as long as before, from the moment of entering the queue.

Must not compare anything.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from ivr.facts import EMERGENCY_PROMPT, FactValue
from ivr.model import Flow
from ivr.play.journal import Record
from ivr.play.simulate import Player
from ivr.play.trace import PromptSeconds, Trace
from ivr.play.world import MessagePlan, QueuePlan, TransferPlan, TransferResult, World

ASSUMPTION: Final = (
    "Assumed: a caller answers what is said. A key is pressed as long after the announcement that "
    "asks for it as it was; who gave up in the tree gives up after as many seconds; who waited in "
    "a queue waits there as long as before."
)
LAG_S: Final = 0.5
"""A real prompt begins a little later than ours; who pressed just in time is not late here."""

_RESULTS: Final[dict[str, TransferResult]] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a journal says that the caller and the world did."""

    keys: tuple[tuple[float, str], ...]
    """Those during the first talk, and after one that the caller ended, are left out."""
    wait_s: float | None
    talk_s: float | None
    left_at: float | None
    waited_s: float | None
    transfers: tuple[TransferPlan, ...]
    message: MessagePlan
    facts: "RecordedFacts"


class RecordedFacts:
    """The facts of a journal: the latest answer at the time, else the first one ever given.

    ``missing`` collects what was asked and is not in the journal. Whoever plays the call sets
    ``player``.
    """

    __slots__ = ("_dialled", "_rows", "missing", "player")

    def __init__(self, dialled: str) -> None:
        self._rows: dict[str, list[tuple[float, FactValue | None]]] = {}
        self._dialled = dialled
        self.missing: set[str] = set()
        self.player: Player | None = None

    def add(self, at: float, name: str, value: FactValue | None) -> None:
        self._rows.setdefault(name, []).append((at, value))

    def fresh(self) -> "RecordedFacts":
        other = RecordedFacts(self._dialled)
        other._rows = self._rows
        return other

    def value(self, name: str) -> FactValue | None:
        rows = self._rows.get(name)
        if rows is None:
            if name == "dialled" and self._dialled:
                return self._dialled
            if name != EMERGENCY_PROMPT:
                self.missing.add(name)
            return None
        now = self.player.now if self.player else 0.0
        known = rows[0][1]
        for at, value in rows:
            if at > now:
                break
            known = value
        return known


@dataclass(frozen=True, slots=True)
class Pace:
    """When a key was pressed, seen from what was said.

    ``occasion`` counts, from the key before, the times at which the tree would have taken this key;
    0 if it never would. The seconds count from the beginning of what was said on the last of them
    (``while_said``) or from its end; without any occasion from the key before.
    """

    digit: str
    occasion: int
    seconds: float
    while_said: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    trace: Trace
    plan: Plan
    paces: tuple[Pace, ...]
    missing: frozenset[str] = field(default=frozenset())


def replay(record: Record, flow: Flow, lengths: PromptSeconds) -> Replayed:
    """The call in the tree of the time: everything at the recorded second."""
    plan = plan_of(record)
    player = _player(plan, record, flow, lengths, plan.facts)
    paces = tuple(_recorded_key(player, at, digit) for at, digit in plan.keys)
    if plan.left_at is not None:
        player.run_until(plan.left_at)
        player.hang_up()
    return Replayed(player.finish(), plan, paces, frozenset(plan.facts.missing))


def replay_like(before: Replayed, record: Record, flow: Flow, lengths: PromptSeconds) -> Replayed:
    """The same call in another tree, by a caller who answers what is said."""
    plan = before.plan
    facts = plan.facts.fresh()
    player = _player(plan, record, flow, lengths, facts)
    for pace in before.paces:
        _key_again(player, pace)
    _give_up(player, plan)
    return Replayed(player.finish(), plan, before.paces, frozenset(facts.missing))


def plan_of(record: Record) -> Plan:
    """What the journal says; kinds that a newer program wrote are passed over."""
    facts = RecordedFacts(record.dialled)
    keys: list[tuple[float, str]] = []
    transfers: list[TransferPlan] = []
    message = MessagePlan()
    answered_at = 0.0
    first: dict[str, float] = {}
    for at, kind, values in record.happened():
        first.setdefault(kind, at)
        match kind, values:
            case "key", (str(digit), *_):
                keys.append((at, digit))
            case "fact", (str(name), bool() | int() | float() | str() | None as value, *_):
                facts.add(at, name, value)
            case "transfer", ("ended", *_):
                transfers[-1:] = [TransferPlan(talk_s=at - answered_at)]
            case "transfer", (str(result), *_):
                answered_at = at
                transfers.append(TransferPlan(_RESULTS.get(result, "answered")))
            case "message", (int() | float() as seconds, *_):
                message = MessagePlan(float(seconds))
            case "message", (str(reason), *_):
                message = MessagePlan(fails=reason or "failed")
    talk_begun, talk_ended = first.get("connected"), first.get("talk_ended")
    until = math.inf if talk_begun is None or talk_ended is not None else talk_begun
    return Plan(
        keys=tuple(key for key in keys if key[0] <= until),
        wait_s=_between(first.get("queued"), talk_begun),
        talk_s=_between(talk_begun, talk_ended),
        left_at=first.get("left") if talk_begun is None else None,
        waited_s=_between(first.get("queued"), first.get("left")),
        transfers=tuple(transfers) or (TransferPlan(),),
        message=message,
        facts=facts,
    )


def _between(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else max(0.0, end - begin)


def _player(
    plan: Plan, record: Record, flow: Flow, lengths: PromptSeconds, facts: RecordedFacts
) -> Player:
    queue = QueuePlan(answers_after_s=plan.wait_s, talk_s=plan.talk_s)
    world = World(queue=queue, transfers=plan.transfers, message=plan.message)
    player = Player(flow, lengths, dialled=record.dialled, facts=facts, world=world)
    facts.player = player
    return player


class _Ear:
    """Looks out for occasions on which the tree takes a key; ``count`` of them since the last key.

    ``start`` and ``end`` are when what was said on the latest of them begins and ends.
    """

    __slots__ = ("_digit", "_player", "_seen", "count", "end", "start")

    def __init__(self, player: Player, digit: str) -> None:
        self._player = player
        self._digit = digit
        self._seen = -1
        self.count = 0
        self.start = self.end = player.now

    def listen(self, until: float, most: float = math.inf) -> None:
        """Let time pass until so many occasions were there, or the instant would be passed."""
        player = self._player
        while player.end is None and not player.with_person:
            if player.turns != self._seen:
                self._seen = player.turns
                self._look()
            if self.count == most or player.next_at > until or player.next_at == math.inf:
                break
            player.let_happen()

    def _look(self) -> None:
        player = self._player
        if player.takes(self._digit):
            self.count += 1
            speaks = player.is_speaking
            self.start = player.said_from if speaks else player.now
            self.end = player.said_until if speaks else player.now


def _recorded_key(player: Player, at: float, digit: str) -> Pace:
    before, ear = player.now, _Ear(player, digit)
    ear.listen(at - LAG_S)
    player.run_until(at - LAG_S)
    if player.next_at > at or not player.takes(digit):
        ear.listen(at)
        player.run_until(at)
    player.press(digit)
    if ear.count == 0:
        return Pace(digit, 0, at - before)
    if at <= ear.end:
        return Pace(digit, ear.count, at - ear.start, while_said=True)
    return Pace(digit, ear.count, at - ear.end)


def _key_again(player: Player, pace: Pace) -> None:
    if pace.occasion == 0:
        player.wait(pace.seconds)
        player.press(pace.digit)
        return
    ear = _Ear(player, pace.digit)
    ear.listen(math.inf, pace.occasion)
    if ear.count < pace.occasion:
        return
    if pace.while_said:
        player.run_until(min(ear.start + pace.seconds, ear.end))
    else:
        player.run_until(ear.end + pace.seconds)
    player.press(pace.digit)


def _give_up(player: Player, plan: Plan) -> None:
    """Hang up where the caller did, if the caller did."""
    if plan.left_at is None:
        return
    if plan.waited_s is None:
        player.run_until(plan.left_at)
    else:
        player.run_while(lambda one: not one.is_waiting)
        player.run_until((player.waiting_since or player.now) + plan.waited_s)
    player.hang_up()
