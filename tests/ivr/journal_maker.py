"""Calls of an invented day, journaled as the service does it: seeded, so always the same.

Run as a program it writes the golden journal: ``python -m tests.ivr.journal_maker``.
"""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import ivr
from ivr.facts import FactValue
from ivr.play.journal import Record, Who, written
from ivr.play.simulate import Player
from ivr.play.trace import Answered, Entry, PromptSeconds
from ivr.play.world import QueuePlan, TransferPlan, World

JOURNALS = Path(__file__).resolve().parent / "journals"
GOLDEN = JOURNALS / "golden.jsonl"
BEGIN = 1_795_276_800.0
GOLDEN_KEYS = (
    "",
    "",
    "1 1",
    "1 2",
    "1 2",
    "1 * 2",
    "2",
    "2",
    "3",
    "4 12345678",
    "0",
    "8 1 1",
    "*2",
)
TRANSFERS = ("answered", "busy", "no_answer")


def two_seconds(prompt: ivr.Prompt) -> float:
    return 2.0


class HeardFacts:
    """Answers from a table, and keeps what was asked."""

    def __init__(self, values: Mapping[str, FactValue]) -> None:
        self.values = values
        self.player: Player | None = None
        self.rows: list[tuple[object, ...]] = []

    def value(self, name: str) -> FactValue | None:
        at = round(self.player.now, 2) if self.player else 0.0
        self.rows.append((at, "fact", name, self.values.get(name)))
        return self.values.get(name)


def made_calls(
    flow: ivr.Flow,
    count: int,
    lengths: PromptSeconds = two_seconds,
    keys: tuple[str, ...] = GOLDEN_KEYS,
) -> Iterator[Record]:
    chance = random.Random(1)
    for number in range(count):
        yield one_call(flow, number, lengths, chance, chance.choice(keys))


def one_call(
    flow: ivr.Flow, number: int, lengths: PromptSeconds, chance: random.Random, keys: str
) -> Record:
    """Each word of ``keys`` is typed once the tree takes its first key; most callers stay."""
    facts = HeardFacts({"caller.is_vip": chance.random() < 0.05})
    talk_s = chance.choice((None, 60.0))
    world = World(
        queue=QueuePlan(round(chance.expovariate(1 / 30), 2), talk_s=talk_s),
        transfers=(TransferPlan(chance.choice(TRANSFERS)),),  # type: ignore[arg-type]
    )
    player = Player(flow, lengths, dialled="12345", facts=facts, world=world)
    facts.player = player
    for word in keys.split():
        _type(player, word, chance)
    if chance.random() < 0.1:
        player.wait(round(chance.uniform(1, 60), 2))
        player.hang_up()
    trace = player.finish()
    rows = [*facts.rows, *(row for entry in trace.log if (row := _row(entry)))]
    queues = [str(row[2]) for row in rows if row[1] == "queued"]
    return Record(
        call=f"c{number:05d}",
        arrived_at=BEGIN + number,
        dialled="12345",
        caller=Who(
            who=f"{chance.getrandbits(64):016x}", number="138********", region="浙江省杭州市"
        ),
        outcome="answered" if trace.answered_at is not None else "finished_in_flow",
        queue=queues[-1] if queues else "",
        tree_version="000001-0123456789ab",
        journal=tuple(sorted(rows, key=lambda row: float(str(row[0])))),
    )


def _type(player: Player, word: str, chance: random.Random) -> None:
    while not player.takes(word[0]) and player.next_at < 1e9 and not player.is_waiting:
        player.let_happen()
    for digit in word:
        player.wait(round(chance.uniform(0.3, 2.5), 2))
        player.press(digit)


def _row(entry: Entry) -> tuple[object, ...] | None:
    """As ``ari_app/core/heard.py`` keeps it."""
    at = round(entry.at, 2)
    match entry.thing:
        case ivr.Key(digit):
            return at, "key", digit
        case ivr.ToQueue(queue):
            return at, "queued", queue
        case Answered(by):
            return (at, "transfer", "answered") if by.isdigit() else (at, "connected")
        case ivr.TalkEnded() | ivr.TransferEnded():
            return at, "talk_ended"
        case ivr.TransferFailed(reason):
            return at, "transfer", reason
        case ivr.MessageTaken(seconds):
            return at, "message", seconds
        case ivr.CallerLeft():
            return at, "left"
    return None


def golden_flow(which: str) -> ivr.Flow:
    found = ivr.load((JOURNALS / which / "main.yaml").read_bytes(), f"{which}/main.yaml")
    assert isinstance(found, ivr.Flow), found
    return found


if __name__ == "__main__":
    lines = (written(record) for record in made_calls(golden_flow("before"), 300))
    GOLDEN.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
