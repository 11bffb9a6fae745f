"""Journaled calls without the numbers that callers typed.

Decides which keys were part of a number: those that a tree collected. Where the tree does not
explain the call, every long row of digits. Must not know callers' own numbers.
"""

from collections.abc import Iterator
from typing import Final

from ivr.events import Key
from ivr.fields import NodeRef
from ivr.model import Flow
from ivr.play.journal import Record
from ivr.play.replay import replay
from ivr.play.trace import PromptSeconds, Trace, Went

LONG_ROW: Final = 6
"""So many digits in a row may be a number of somebody: identity, telephone, case."""

ROW_GAP_S: Final = 5.0


def without_typed_numbers(
    record: Record, flow: Flow | None = None, lengths: PromptSeconds | None = None
) -> Record:
    """The same call with zeros for typed digits; ``flow`` is the tree in which it was made.

    A tree takes any digit alike where it collects a number, so the call goes the same way.
    """
    masked = None if flow is None or lengths is None else _collected(record, flow, lengths)
    if masked is None:
        masked = {at for row in _long_rows(record) for at in row}
    rows = [_zeroed(row) if at in masked else row for at, row in enumerate(record.journal)]
    return record.model_copy(update={"journal": tuple(rows)})


def _zeroed(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row[:2], "0", *row[3:]) if str(row[2]).isdigit() else row


def _keys(record: Record) -> list[int]:
    """The places of all keys in the journal."""
    return [at for at, row in enumerate(record.journal) if row[1] == "key" and len(row) > 2]


def _collected(record: Record, flow: Flow, lengths: PromptSeconds) -> set[int] | None:
    """Keys that were typed into a number, or during a talk; None if the tree explains nothing."""
    made = replay(record, flow, lengths)
    asked = made.trace.queue.queue if made.trace.queue else ""
    if asked != record.queue:
        return None
    nodes = [*_nodes_of_keys(made.trace)]
    return {
        at
        for number, at in enumerate(_keys(record))
        if number >= len(nodes) or flow.nodes[NodeRef(nodes[number])].type == "collect"
    }


def _nodes_of_keys(trace: Trace) -> Iterator[str]:
    """For each key the node where it was pressed."""
    node = ""
    for entry in trace.log:
        if isinstance(entry.thing, Key):
            yield node
        elif isinstance(entry.thing, Went):
            node = entry.thing.nodes[-1]


def _long_rows(record: Record) -> Iterator[list[int]]:
    """Each row of digits that were typed without a pause."""
    row: list[int] = []
    for at in _keys(record):
        if row and _seconds(record, at) - _seconds(record, row[-1]) > ROW_GAP_S:
            yield from _if_long(record, row)
            row = []
        row.append(at)
    yield from _if_long(record, row)


def _if_long(record: Record, row: list[int]) -> Iterator[list[int]]:
    if sum(str(record.journal[at][2]).isdigit() for at in row) >= LONG_ROW:
        yield row


def _seconds(record: Record, at: int) -> float:
    offset = record.journal[at][0]
    return float(offset) if isinstance(offset, int | float) else 0.0
