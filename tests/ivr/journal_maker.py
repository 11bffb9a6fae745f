"""Calls of an invented day, journaled as the service does it: seeded, so always the same.

Run as a program it writes the golden journal: ``python -m tests.ivr.journal_maker``.
"""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import ivr
from ivr.events import Key
from ivr.facts import FactValue
from ivr.journal import Record, Who, written
from ivr.simulate import Player
from ivr.trace import Answered, PromptSeconds
from ivr.world import QueuePlan, World

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "ivr" / "journals" / "default.jsonl"
MAIN = ROOT / "config" / "flows" / "main.yaml"
BEGIN = 1_795_276_800.0
KEYS = ("", "", "", "1", "2", "3", "3", "4", "5", "7", "9", "0", "83", "*1", "8", "*")


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
    flow: ivr.Flow, count: int, lengths: PromptSeconds = two_seconds, *, seed: int = 1
) -> Iterator[Record]:
    chance = random.Random(seed)
    for number in range(count):
        yield one_call(flow, number, lengths, chance)


def one_call(
    flow: ivr.Flow, number: int, lengths: PromptSeconds, chance: random.Random
) -> Record:
    facts = HeardFacts({"caller.is_repeat": chance.random() < 0.2})
    world = World(queue=QueuePlan(answers_after_s=round(chance.expovariate(1 / 20), 2)))
    player = Player(flow, lengths, dialled="12345", facts=facts, world=world)
    facts.player = player
    for digit in chance.choice(KEYS):
        player.wait(round(chance.uniform(0.5, 8.0), 2))
        player.press(digit)
    if chance.random() < 0.1:
        player.wait(round(chance.uniform(1, 60), 2))
        player.hang_up()
    trace = player.finish()
    rows: list[tuple[object, ...]] = [*facts.rows]
    for at, _, thing in trace.log:
        if isinstance(thing, Key):
            rows.append((round(at, 2), "key", thing.digit))
        elif isinstance(thing, ivr.ToQueue):
            rows.append((round(at, 2), "queued", thing.queue))
        elif isinstance(thing, Answered):
            rows.append((round(at, 2), "connected"))
        elif isinstance(thing, ivr.CallerLeft):
            rows.append((round(at, 2), "left"))
    return Record(
        call=f"c{number:05d}",
        arrived_at=BEGIN + number,
        dialled="12345",
        caller=Who(who=f"{chance.getrandbits(64):016x}", number="138********", region="浙江省杭州市"),
        outcome="answered" if trace.answered_at is not None else "abandoned_in_flow",
        queue=trace.queue.queue if trace.queue else "",
        tree_version="000001-0123456789ab",
        journal=tuple(sorted(rows, key=lambda row: float(str(row[0])))),
    )


def main_flow() -> ivr.Flow:
    found = ivr.load(MAIN.read_bytes(), "main.yaml")
    assert isinstance(found, ivr.Flow)
    return found


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    lines = (written(record) for record in made_calls(main_flow(), 200))
    GOLDEN.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
