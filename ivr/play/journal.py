"""Calls that were really made, as one line of JSON each.

Decides the form of a line. Must not know where calls are stored, nor any tree.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.problems import Problem

FORMAT: Final = 1


class Who(BaseModel):
    """A caller without the number: ``who`` is the same for all calls of one number in a file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    who: str = ""
    number: str = ""
    region: str = ""


class Record(BaseModel):
    """One call. ``journal`` holds [seconds since the call began, kind, values...]."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal[1] = FORMAT
    call: str
    arrived_at: float
    dialled: str = ""
    caller: Who = Who()
    outcome: str = ""
    queue: str = ""
    tree_version: str = ""
    journal: tuple[Annotated[tuple[object, ...], Field(min_length=2)], ...]

    def happened(self) -> Iterator[tuple[float, str, tuple[object, ...]]]:
        """What happened, in order of time."""
        rows = [row for row in self.journal if isinstance(row[0], int | float)]
        for row in sorted(rows, key=lambda row: float(row[0])):  # type: ignore[arg-type]
            yield float(row[0]), str(row[1]), tuple(row[2:])  # type: ignore[arg-type]


def read_records(lines: Iterable[str], filename: str) -> Iterator[Record | Problem]:
    """Every call of a file, and a problem for each line that is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Record.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            said = f"this is not a journaled call: {where}: {first['msg']}."
            hint = "Export it anew: hotline ivr journal."
            yield Problem(filename, number, 1, "E109", said, hint)


def written(record: Record) -> str:
    """The line of a call, without its end of line."""
    return json.dumps(
        record.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
