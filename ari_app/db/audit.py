"""The audit: who did what, as a chain of hashes in which a changed or missing row shows.

Knows SQL and the chain; not what is worth auditing. Each row's hash is SHA-256 over the hash before
it and the row as canonical JSON, so whoever changes a row would have to write all later ones anew;
keep the head (number and hash) elsewhere against that.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.core.records import Audited
from ari_app.db.fields import plain
from ari_app.db.models import Base

AUDIT, HEAD = Base.metadata.tables["audit"], Base.metadata.tables["audit_head"]
COVERED = ("seq", "key", "at", "who", "role", "what", "subject", "result", "data")
"""What the hash covers beside the hash before it."""
ROWS_AT_ONCE = 1000

Row = dict[str, Any]


def hash_of(previous: str, row: Mapping[str, Any]) -> str:
    """Lower-case hexadecimal."""
    covered = {name: row[name] for name in COVERED}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{previous}{text}".encode("ascii")).hexdigest()


class Chain:
    """Lengthens the chain; rows that are in it already are left out."""

    def add(self, connection: Connection, audited: Iterable[Audited]) -> None:
        head = connection.execute(select(HEAD).with_for_update()).mappings().first()
        seq, previous = (head["seq"], head["hash"]) if head else (0, "")
        rows: list[Row] = []
        for record in _new(connection, list(audited)):
            seq += 1
            row = _row(record, seq)
            row |= {"previous": previous, "hash": hash_of(previous, row)}
            previous = row["hash"]
            rows.append(row)
        if not rows:
            return
        connection.execute(insert(AUDIT), rows)
        change = update(HEAD) if head else insert(HEAD).values(one=1)
        connection.execute(change.values(seq=seq, hash=previous))


def _new(connection: Connection, audited: list[Audited]) -> list[Audited]:
    keys = [plain(record.key) for record in audited]
    known = set(connection.execute(select(AUDIT.c.key).where(AUDIT.c.key.in_(keys))).scalars())
    return [record for record in audited if plain(record.key) not in known]


def _row(record: Audited, seq: int) -> Row:
    return {
        "seq": seq,
        "key": plain(record.key),
        "at": float(record.at),
        "who": plain(record.who),
        "role": plain(record.role),
        "what": plain(record.what),
        "subject": plain(record.subject),
        "result": plain(record.result),
        # As it will be read again: a tuple comes back as a list.
        "data": json.loads(json.dumps(dict(record.data), allow_nan=False)),
    }


@dataclass
class Verdict:
    """What the chain looks like: how long it is, where it ends, and each fault in words."""

    count: int = 0
    head: str = ""
    faults: list[str] = field(default_factory=list)


class AuditReader:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def rows(self, limit: int, *, before: int | None = None, who: str = "") -> list[Row]:
        """The newest first; ``before`` is the number from which to go on."""
        chosen = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(AUDIT.c.seq < before)
        if who:
            chosen = chosen.where(AUDIT.c.who == who)
        return await self._read(chosen)

    async def verify(self) -> Verdict:
        """Walk the whole chain, a thousand rows at a time."""
        found, seq = Verdict(), 0
        async for row in self._walk():
            found.faults += _faults(row, seq, found.head)
            found.count += 1
            seq, found.head = row["seq"], row["hash"]
        found.faults += _at_the_end(await self._read(select(HEAD)), seq, found.head)
        return found

    async def _walk(self) -> AsyncIterator[Row]:
        last = -1
        while True:
            chosen = select(AUDIT).where(AUDIT.c.seq > last).order_by(AUDIT.c.seq)
            rows = await self._read(chosen.limit(ROWS_AT_ONCE))
            for row in rows:
                yield row
            if len(rows) < ROWS_AT_ONCE:
                return
            last = rows[-1]["seq"]

    async def _read(self, chosen: Select[Any]) -> list[Row]:
        async with self._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(chosen)).mappings()]


def _faults(row: Row, before: int, head: str) -> list[str]:
    faults = []
    if row["seq"] != before + 1:
        faults.append(f"{_named(before + 1, row['seq'] - 1)} missing")
    elif row["previous"] != head:
        faults.append(f"row {row['seq']} does not follow row {before}: one of both was replaced")
    if row["hash"] != hash_of(row["previous"], row):
        faults.append(f"row {row['seq']} was changed: its hash does not fit what it says")
    return faults


def _at_the_end(heads: list[Row], seq: int, head: str) -> list[str]:
    if not heads:
        return [] if seq == 0 else ["audit_head is missing: whether rows are missing is not known"]
    if heads[0]["seq"] > seq:
        return [f"{_named(seq + 1, heads[0]['seq'])} missing at the end"]
    if (heads[0]["seq"], heads[0]["hash"]) != (seq, head):
        return [f"row {seq} is not the one that audit_head names as the last, {heads[0]['seq']}"]
    return []


def _named(first: int, last: int) -> str:
    return f"row {first} is" if first == last else f"rows {first} to {last} are"
