"""A day's calls out of the database, without the callers' numbers.

Decides what of a caller leaves the database, and which instants a day has.
"""

import asyncio
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from ari_app.cli.ivr_source import Stage, load_version, prompt_seconds
from ari_app.core.phone_number import region_of
from ari_app.db.engine import open_engine
from ari_app.db.journaled_calls import JournaledCall, journaled_calls
from ari_app.db.schema import check_database
from ari_app.settings import Settings
from ivr.play.journal import Record, Who
from ivr.play.masking import without_typed_numbers
from ivr.play.trace import PromptSeconds

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


class Shelf:
    """The versions in which calls were made: they tell a typed number from a menu's key."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stages: dict[str, tuple[Stage, PromptSeconds] | None] = {}

    def without_numbers(self, record: Record) -> Record:
        label = record.tree_version
        if label not in self._stages:
            self._stages[label] = self._load(label)
        found = self._stages[label]
        if found is None:
            return without_typed_numbers(record)
        stage, seconds = found
        return without_typed_numbers(record, stage.trees.for_dialled(record.dialled), seconds)

    def _load(self, label: str) -> tuple[Stage, PromptSeconds] | None:
        number = label.partition("-")[0]
        stage = load_version(self._settings, int(number)) if number.isdecimal() else None
        return (stage, prompt_seconds(stage.prompts)) if isinstance(stage, Stage) else None


def read_day(settings: Settings, day: datetime | None, mask: Mask | None = None) -> list[Record]:
    """A day's calls; without a mask call ids stay, to be looked up, and callers are left out."""
    begin = (day or datetime.now() - timedelta(days=1)).replace(  # noqa: DTZ005  (local, as people say it)
        hour=0, minute=0, second=0, microsecond=0
    )
    end = begin + timedelta(days=1)
    return asyncio.run(_read(settings, begin.timestamp(), end.timestamp(), mask))


async def _read(settings: Settings, since: float, until: float, mask: Mask | None) -> list[Record]:
    problem = await check_database(settings.database_url)
    if problem is not None:
        raise NotReadable(problem)
    engine = open_engine(settings.database_url)
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
