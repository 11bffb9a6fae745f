"""The calls of a span of time as records to be replayed, without the callers' numbers.

Decides what of a caller leaves the database. Knows SQL only by ``journaled_calls``.
"""

import hashlib
import hmac
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from ari_app.core.phone_number import region_of
from ari_app.db.engine import open_engine
from ari_app.db.journaled_calls import JournaledCall, journaled_calls
from ari_app.db.schema import check_database
from ivr.play.journal import Record, Who

KEPT_DIGITS: Final = 3
_HASH_DIGITS: Final = 16


class NotReadable(Exception):
    """The database cannot be used; the message says why."""


class Mask:
    """Numbers as keyed hashes. Whoever does not have the key cannot try numbers out."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hashed(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:_HASH_DIGITS]

    def who(self, number: str, region: str) -> Who:
        """The same hash for the same number; three digits; the region of the number's range."""
        if not number:
            return Who()
        cut = number[:KEPT_DIGITS] + "*" * max(0, len(number) - KEPT_DIGITS)
        shown = cut if len(number) > 2 * KEPT_DIGITS else "*" * len(number)
        return Who(who=self.hashed(number), number=shown, region=region or region_of(number))


async def read_span(
    database_url: str, since: float, until: float, mask: Mask | None = None
) -> list[Record]:
    """Instants are epoch seconds, ``until`` is not included; without a mask call ids stay, to be
    looked up, and callers are left out."""
    problem = await check_database(database_url)
    if problem is not None:
        raise NotReadable(problem)
    engine = open_engine(database_url)
    try:
        return [record_of(call, mask) async for call in journaled_calls(engine, since, until)]
    except (SQLAlchemyError, OSError) as error:
        raise NotReadable(str(error)) from error
    finally:
        await engine.dispose()


def record_of(call: JournaledCall, mask: Mask | None) -> Record:
    rows = tuple(tuple(row) for row in call.journal if isinstance(row, list) and len(row) >= 2)
    queues = [str(row[2]) for row in rows if row[1] == "queued" and len(row) > 2]
    return Record(
        call=mask.hashed(call.call_id) if mask else call.call_id,
        arrived_at=round(call.arrived_at, 2),
        dialled=call.dialled,
        caller=mask.who(call.caller, call.region) if mask else Who(),
        outcome=call.outcome,
        queue=queues[-1] if queues else "",
        tree_version=call.tree_version,
        journal=rows,
    )
