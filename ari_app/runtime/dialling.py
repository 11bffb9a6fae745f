"""The dial list as it is begun with, and what the API sees of it.

Wiring: decides nothing about who is called. Without a trunk nobody can be called, so nothing is
put on the list.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ari_app.configuration import Groundwork
from ari_app.core.events import EntriesRead
from ari_app.core.outbound.asked import Visit
from ari_app.core.outbound.dial_list import DialList
from ari_app.core.outbound.entry import Entry, restored
from ari_app.core.records import Json
from ari_app.db.dial_rows import DialRows, Row
from ari_app.db.recorder import Recorder, back_off
from ari_app.runtime.loop import Loop
from ari_app.settings import Settings
from ari_app.web.ports import Unavailable

_log = structlog.get_logger()

READ_LIMIT_S = 3.0


def open_dial_list(settings: Settings, configuration: Groundwork, is_paused: Json) -> DialList:
    """One that waits for its entries, where there is a trunk: see ``read_dial_list``."""
    has_trunk = bool(settings.trunk_out)
    policy = configuration.outbound
    agents = configuration.centre.agents.values()
    return DialList(
        replace(policy, is_enabled=policy.is_enabled and has_trunk),
        None if has_trunk else (),
        units=configuration.rules.units,
        supervisors=[one.agent_id for one in agents if one.role == "supervisor"],
        is_paused=is_paused is True,
    )


async def read_dial_list(
    rows: DialRows, recorder: Recorder, post: Callable[[EntriesRead], None]
) -> None:
    """Not before the journal is in the database: what was done in an outage is only there, and so
    is what was promised."""
    attempt = 0
    while True:
        await recorder.caught_up()
        entries = await _entries(rows)
        if entries is not None:
            return post(EntriesRead(tuple(entries)))
        attempt += 1
        await back_off(attempt)


async def _entries(rows: DialRows) -> list[Entry] | None:
    """None while the database is away."""
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            snapshots = await rows.open_entries()
    except (SQLAlchemyError, OSError) as error:
        _log.error("restore.impossible", problem=type(error).__name__)
        return None
    found: list[Entry] = []
    for snapshot in snapshots:
        try:
            found.append(restored(snapshot))
        except (KeyError, TypeError, ValueError) as error:
            _log.error("restore.bad_snapshot", entry=snapshot.get("entry_id"), problem=repr(error))
    return found


class Dials:
    """Implements ``web.ports.DialReads``."""

    def __init__(self, loop: Loop, rows: DialRows) -> None:
        self._loop = loop
        self._rows = rows

    def is_paused(self) -> bool:
        return self._loop.engine.dial_list.is_paused

    def open_entries(self, kinds: Sequence[str]) -> list[dict[str, Json]]:
        return [row for row in self._loop.engine.dial_list.rows() if row["kind"] in kinds]

    async def entries(
        self, kinds: Sequence[str], limit: int, *, ticket_id: str | None = None
    ) -> list[dict[str, Json]]:
        try:
            found = await self._rows.entries(kinds, limit, ticket_id=ticket_id)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(type(error).__name__) from error
        live = {str(row["entry_id"]): row for row in self.open_entries(kinds)}
        if ticket_id is not None:
            live = {key: row for key, row in live.items() if row["ticket_id"] == ticket_id}
        past = [dict(row) for row in found if row["entry_id"] not in live]
        return [*live.values(), *past][:limit]

    async def visits_of(self, ticket_ids: Sequence[str]) -> list[Visit]:
        return await self._visits(self._rows.tickets(ticket_ids))

    async def visits_closed(self, since: float, until: float, limit: int) -> list[Visit]:
        return await self._visits(self._rows.closed_tickets(since, until, limit))

    async def _visits(self, reading: Awaitable[list[Row]]) -> list[Visit]:
        try:
            rows = await reading
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(type(error).__name__) from error
        return [
            Visit(
                row["ticket_id"],
                row["caller_number"] or "",
                row["language"] or "",
                row["dialled_number"] or "",
            )
            for row in rows
        ]
