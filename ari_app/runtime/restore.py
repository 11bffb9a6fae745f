"""Where everybody stood when the service last wrote it down.

Decides what of a stored row can be taken up again. What has happened since is found out from
Asterisk, by the reconciliation that follows.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ari_app.core import agent as agents
from ari_app.core import call as calls
from ari_app.core.agent import Agent
from ari_app.core.call import Call
from ari_app.core.call_restored import restored
from ari_app.core.phone_number import caller_of
from ari_app.core.records import Json, SaveAgent
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, CallId, PlayId
from ari_app.db.recorder import Recorder
from ari_app.db.repo import Repo
from ari_app.db.rows import StoredAgent, StoredCall

_log = structlog.get_logger()

READ_LIMIT_S = 3.0
LOOK_S = 1.0
"""How often the waiting for the journal looks up, and says that it waits."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What the core is begun with."""

    calls: Mapping[CallId, Call] = field(default_factory=dict)
    agents: Mapping[AgentId, Agent] = field(default_factory=dict)
    orders: Mapping[str, Json] = field(default_factory=dict)


async def restore(
    repo: Repo, recorder: Recorder, shelf: Shelf, now: float, watchdog_fd: int | None = None
) -> Restored:
    """Open calls, agents and standing orders; nothing when the database is away."""
    try:
        await _caught_up(recorder, watchdog_fd)
        async with asyncio.timeout(READ_LIMIT_S):
            open_calls, stored_agents = await repo.open_calls(), await repo.agents()
            orders = await repo.orders()
    except (SQLAlchemyError, OSError) as error:
        _log.error("restore.impossible", problem=type(error).__name__)
        return Restored()
    return Restored(
        {CallId(row.call_id): _call(row, shelf) for row in open_calls},
        {AgentId(row.agent_id): _agent(row, now) for row in stored_agents},
        orders,
    )


async def _caught_up(recorder: Recorder, watchdog_fd: int | None) -> None:
    """However long the journal is: who waits where is in it. TimeoutError when the database has
    refused it for ``READ_LIMIT_S``."""
    refused_s = 0.0
    while True:
        try:
            async with asyncio.timeout(LOOK_S):
                return await recorder.caught_up()
        except TimeoutError:
            refused_s = refused_s + LOOK_S if recorder.is_stuck else 0.0
            if refused_s >= READ_LIMIT_S:
                raise
        if watchdog_fd is not None:
            os.write(watchdog_fd, b".")


def _call(row: StoredCall, shelf: Shelf) -> Call:
    """A call whose snapshot cannot be read begins anew: it must be closed by somebody."""
    if row.snapshot is None:
        return _anew(row, shelf)
    try:
        return restored(
            row.call_id, row.caller, row.dialled, row.arrived_at, row.phase, row.snapshot
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        _log.error("restore.bad_snapshot", call_id=row.call_id, problem=repr(error))
        return _anew(row, shelf)


def _anew(row: StoredCall, shelf: Shelf) -> Call:
    tree, before = shelf.begin(CallId(row.call_id), row.dialled)
    return Call(
        CallId(row.call_id), caller_of(row.caller, ""), row.dialled, row.arrived_at, before,
        plays=calls.RESUMED_IDS, offers=calls.RESUMED_IDS, play=PlayId(f"{row.call_id}.p1"),
        tree=tree,
    )  # fmt: skip


def _agent(row: StoredAgent, now: float) -> Agent:
    record = SaveAgent(
        row.agent_id, row.state, row.reason, row.since, row.until, row.call_id, row.snapshot
    )
    try:
        return agents.restored(record, now)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        _log.error("restore.bad_snapshot", agent_id=row.agent_id, problem=repr(error))
        return Agent(AgentId(row.agent_id))
