"""Reading Asterisk's event log (CEL as CSV) from where the last reading ended.

Knows the file and its columns, not what a call is. A last line without its end is left for later,
a line that is no event is passed over. A file that was moved to ``<name>.1`` is read to its end
before the new one. A file is known by its number on the disk and its first bytes, for numbers are
given again.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from ari_app.db.rows import CelPosition

_log = structlog.get_logger()
_COLUMN_COUNT = 12
_FINGERPRINT_LENGTH = 40
_BEGINNING = re.compile(rb'"\d+\.\d{6}","')


@dataclass(frozen=True, slots=True)
class CelRow:
    at: float
    event: str
    channel_id: str
    linked_id: str
    channel: str
    caller: str
    caller_name: str
    exten: str
    context: str
    app: str
    extra: str
    mark: str
    """Name of an event that the dialplan wrote itself."""
    place: CelPosition
    """Where the row begins."""

    def details(self) -> dict[str, Any]:
        try:
            value = json.loads(self.extra) if self.extra else {}
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class CelFile:
    def __init__(self, path: Path, position: CelPosition | None = None) -> None:
        self._path = path
        self.position = position or CelPosition("", 0)

    def read(self) -> Iterator[CelRow]:
        """The rows written since the last reading; blocking, so call it in a thread."""
        old = self._path.with_name(self._path.name + ".1")
        current = _identity(self._path)
        if self.position.identity not in ("", current) and (
            _identity(old) == self.position.identity
        ):
            yield from self._read_on(old, self.position)
        if not current:
            return
        is_same = current == self.position.identity
        start = self.position if is_same else CelPosition(current, 0)
        if start.offset > self._path.stat().st_size:
            start = CelPosition(current, 0)
        yield from self._read_on(self._path, start)

    def _read_on(self, path: Path, start: CelPosition) -> Iterator[CelRow]:
        place = start
        for text in _records(path, start.offset):
            row = parse(text, place)
            place = CelPosition(start.identity, place.offset + len(text))
            self.position = place
            if row is not None:
                yield row


def _records(path: Path, offset: int) -> Iterator[bytes]:
    """Whole records with every byte between them; a quoted caller may hold line ends."""
    with path.open("rb") as file:
        file.seek(offset)
        text = b""
        for line in file:
            if text and _BEGINNING.match(line):
                yield text  # it never got its closing quote
                text = b""
            text += line
            if line.endswith(b"\n") and text.count(b'"') % 2 == 0:
                yield text
                text = b""


def parse(line: bytes, place: CelPosition) -> CelRow | None:
    """One event; None when the line is none. Bytes that are no UTF-8 are shown as such."""
    text = line.decode("utf-8", "replace")
    try:
        columns = next(csv.reader(io.StringIO(text, newline=""), strict=True))
        if len(columns) != _COLUMN_COUNT:
            raise ValueError(f"{len(columns)} columns, expected {_COLUMN_COUNT}")
        (at, event, channel_id, linked_id, channel, caller) = columns[:6]
        (caller_name, exten, context, app, extra, mark) = columns[6:]
        return CelRow(
            float(at), event, channel_id, linked_id, channel, caller,
            caller_name, exten, context, app, extra, mark, place,
        )  # fmt: skip
    except (ValueError, csv.Error, StopIteration) as error:
        _log.warning("cel.line_skipped", offset=place.offset, problem=str(error))
        return None


def _identity(path: Path) -> str:
    """Empty while there is no file, or not enough of it to know it again."""
    try:
        with path.open("rb") as file:
            first = file.read(_FINGERPRINT_LENGTH)
            number = path.stat().st_ino
    except FileNotFoundError:
        return ""
    return f"{number}-{first.hex()}" if len(first) == _FINGERPRINT_LENGTH else ""
