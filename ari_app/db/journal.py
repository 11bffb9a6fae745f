"""A file of records that the database could not take yet: JSON lines, each append on the disk.

Knows no database. Only what was acknowledged counts: a last line torn by a crash never was. Not
thread-safe; the recorder makes one call at a time.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import structlog

from ari_app.core.records import Record

_log = structlog.get_logger()

_KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in get_args(Record)}


def to_line(record: Record, **extra: str) -> bytes:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    # Not "kind": some records have a field of that name.
    body = {"record": type(record).__name__, **extra, **values}
    # A snapshot that JSON cannot hold must not cost the record: what it cannot say becomes text.
    return json.dumps(body, separators=(",", ":"), default=str).encode() + b"\n"


def from_line(line: bytes) -> Record:
    """The record of one line, or ValueError. Fields of another version are left out."""
    try:
        body: dict[str, Any] = json.loads(line)
        kind = _KINDS[body.get("record") or body["kind"]]  # the latter: of an earlier release
        known = {field.name for field in fields(kind)}
        return kind(**{name: value for name, value in body.items() if name in known})
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"not a record: {error!r}") from error


class Journal:
    """The file at ``path``; what can never be stored goes to ``<path>.rejected`` for people."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rejected_path = path.with_name(path.name + ".rejected")
        self.line_count = 0

    def open(self) -> bool:
        """Make the file ready; true when it holds records."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            self._path.touch()
            _sync_folder(self._path.parent)
            return False
        data = self._path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.truncate(self._path, data.rfind(b"\n") + 1)
        self.line_count = data.count(b"\n")
        return self.line_count > 0

    def append(self, records: Iterable[Record]) -> None:
        """Return when the records are on the disk; OSError, and nothing added, if that failed."""
        lines = [to_line(record) for record in records]
        with self._path.open("ab") as file:
            start = file.tell()
            try:
                file.write(b"".join(lines))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self._path, start)
                raise
        self.line_count += len(lines)

    def read(self, offset: int, limit: int) -> tuple[list[Record], int]:
        """Up to ``limit`` records from ``offset``, and the offset after them."""
        records: list[Record] = []
        with self._path.open("a+b") as file:  # also when somebody has removed it
            file.seek(offset)
            for _ in range(limit):
                line = file.readline()
                if not line:
                    break
                try:
                    records.append(from_line(line))
                except ValueError as error:
                    _log.error("journal.line_rejected", file=str(self._path), problem=str(error))
                    self._reject(line)
            return records, file.tell()

    def size(self) -> int:
        return self._path.stat().st_size

    def clear(self) -> None:
        with self._path.open("r+b") as file:
            file.truncate(0)
            os.fsync(file.fileno())
        self.line_count = 0

    def reject(self, record: Record, problem: str) -> None:
        """Keep a record that the database will never take, with the reason."""
        _log.error("record.rejected", file=str(self.rejected_path), problem=problem)
        self._reject(to_line(record, problem=problem))

    def _reject(self, line: bytes) -> None:
        with self.rejected_path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
