"""What happened to a call in its tree: kept with the call's end, so that it can be replayed.

Decides what is kept and how much of it. Each row is seconds since the call arrived, a kind and its
values; docs/developers.md lists the kinds. Knows no tree and no file.
"""

from ari_app.core.records import Json
from ivr.facts import Facts, FactValue

MOST_ROWS = 200
"""A tree asks and hears a few dozen things; the last row is kept free for how the call ended."""

KEY, FACT, QUEUED, CONNECTED, TALK_ENDED, TRANSFER, MESSAGE, LEFT = (
    "key", "fact", "queued", "connected", "talk_ended", "transfer", "message", "left",
)  # fmt: skip

Row = tuple[Json, ...]
Rows = tuple[Row, ...]


def heard(rows: Rows, offset_s: float, kind: str, *values: Json) -> Rows:
    """The rows with one more, unless there are too many."""
    if len(rows) >= MOST_ROWS - (kind != LEFT):
        return rows
    return (*rows, (round(offset_s, 2), kind, *values))


def to_json(rows: Rows) -> list[Json]:
    return [[*row] for row in rows]


def from_json(saved: Json) -> Rows:
    rows = saved if isinstance(saved, list) else []
    return tuple(tuple(row) for row in rows if isinstance(row, list))


class HeardFacts:
    """A call's facts, with a note of each question and its answer."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.asked: list[tuple[str, FactValue | None]] = []

    def value(self, name: str) -> FactValue | None:
        answer = self._facts.value(name)
        self.asked.append((name, answer))
        return answer
