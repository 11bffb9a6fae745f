"""``python -m ari_app.runtime.compare_process``: a day's calls in unsaved trees and those served.

The question comes as one line of JSON; lines of JSON go out: how far it is, in the end what was
found. Decides what is told; which differences there are is ``ivr.play.compare``'s.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ari_app.db.day_records import NotReadable, read_span
from ari_app.flows.stage import Stage, load_stage, prompt_seconds
from ari_app.studio.checking import Row, rows
from ari_app.studio.stage import draft_of
from ivr.play.compare import Group, by_keys, by_way, compare
from ivr.play.journal import Record
from ivr.play.replay import ASSUMPTION

NICENESS: Final = 10
EVERY_CALLS: Final = 250
MOST_GROUPS: Final = 30
LONGER_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class CompareAsked:
    """Instants are epoch seconds. ``number`` is the version in service."""

    database_url: str
    config_dir: str
    flows_dir: str
    number: int
    changed: dict[str, str | None]
    since: float
    until: float

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def compared(asked: CompareAsked) -> Iterator[Row]:
    config_dir = Path(asked.config_dir)
    before = load_stage(config_dir, Path(asked.flows_dir) / f"{asked.number:06d}")
    after = draft_of(config_dir, asked.changed).stage()
    if isinstance(after, list):
        yield {"kind": "not_fit", "problems": rows(after, {})}
        return
    if isinstance(before, list):
        yield {"kind": "not_fit", "problems": rows(before, {})}
        return
    try:
        records = asyncio.run(read_span(asked.database_url, asked.since, asked.until))
    except NotReadable as error:
        yield {"kind": "away", "detail": str(error)}
        return
    yield {"kind": "progress", "done": 0, "all": len(records)}
    yield from _played(records, before, after)


def _played(records: Sequence[Record], before: Stage, after: Stage) -> Iterator[Row]:
    """In pieces, so that somebody who waits sees it go on."""
    first_s, second_s = prompt_seconds(before.prompts), prompt_seconds(after.prompts)
    whole = compare((), before.trees, after.trees, first_s, second_s)
    for begin in range(0, len(records), EVERY_CALLS):
        some = records[begin : begin + EVERY_CALLS]
        part = compare(some, before.trees, after.trees, first_s, second_s)
        whole.calls += part.calls
        whole.changes += part.changes
        whole.unlike_record += part.unlike_record
        whole.missing.update(part.missing)
        yield {"kind": "progress", "done": begin + len(some), "all": len(records)}
    moved, slower = whole.moved(), whole.slower(LONGER_S)
    yield {
        "kind": "found",
        "calls": whole.calls,
        "moved": len(moved),
        "moved_by_keys": _groups(by_keys(moved)),
        "moved_by_way": _groups(by_way(moved)),
        "slower": len(slower),
        "slower_by_keys": _groups(by_keys(slower)),
        "unlike_record": len(whole.unlike_record),
        "missing_facts": _counted(whole.missing),
        "assumption": ASSUMPTION,
    }


def _groups(groups: Sequence[Group]) -> list[Any]:
    return [asdict(one) for one in groups[:MOST_GROUPS]]


def _counted(missing: Counter[str]) -> dict[str, Any]:
    return dict(missing.most_common())


def main() -> None:
    os.nice(NICENESS)
    for row in compared(CompareAsked(**json.loads(sys.stdin.readline()))):
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
