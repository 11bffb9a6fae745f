"""Where everybody stood when the service last wrote it down.

Decides what of a stored row can be taken up again. What has happened since is found out from
Asterisk, by the reconciliation that follows.
"""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

import ivr
from ari_app.core import agent as agents
from ari_app.core import call as calls
from ari_app.core.agent import Agent
from ari_app.core.call import Call, Phase
from ari_app.core.phone_number import caller_of
from ari_app.core.records import SaveAgent
from ari_app.core.values import AgentId, CallId
from ari_app.db.recorder import Recorder
from ari_app.db.repo import Repo
from ari_app.db.rows import StoredCall

_log = structlog.get_logger()

READ_LIMIT_S = 3.0

Restored = tuple[dict[CallId, Call], dict[AgentId, Agent]]


async def restore(repo: Repo, recorder: Recorder, flow: ivr.Flow, now: float) -> Restored:
    """The open calls and the agents; nothing when the database is away."""
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            await recorder.caught_up()
            open_calls, stored_agents = await repo.open_calls(), await repo.agents()
    except (SQLAlchemyError, OSError) as error:
        _log.error("restore.impossible", problem=type(error).__name__)
        return {}, {}
    taken = [call for row in open_calls if (call := _call(row, flow)) is not None]
    people = [
        SaveAgent(row.agent_id, row.state, row.reason, row.since, row.until, row.call_id,
                  row.snapshot)
        for row in stored_agents
    ]  # fmt: skip
    return (
        {call.call_id: call for call in taken},
        {AgentId(one.agent_id): agents.restored(one, now) for one in people},
    )


def _call(row: StoredCall, flow: ivr.Flow) -> Call | None:
    """An offer does not outlive the service: its leg is hung up and the caller waits again."""
    call_id, caller = CallId(row.call_id), caller_of(row.caller, "")
    if row.snapshot is None:
        return Call(call_id, caller, row.dialled, row.arrived_at, ivr.start(flow))
    try:
        call = calls.restored(
            row.call_id, row.caller, row.dialled, row.arrived_at, row.phase, row.snapshot
        )
    except (KeyError, ValueError, TypeError) as error:
        _log.error("restore.bad_snapshot", call_id=row.call_id, problem=repr(error))
        return None
    if call.phase in (Phase.OFFERED, Phase.CONNECTING):
        return call.waiting_again()
    return call
