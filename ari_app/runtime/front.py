"""What the API sees of the running service.

Translates between the web's protocols and the engine, the database and the accounts. Decides
nothing about calls.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy.exc import SQLAlchemyError

from ari_app.core.commands import Refuse
from ari_app.core.events import DeskEvent
from ari_app.core.records import Json
from ari_app.core.values import AgentId, Centre
from ari_app.db.repo import Repo
from ari_app.db.rows import StoredCall, StoredSession, StoredTicket
from ari_app.passwords import Passwords
from ari_app.runtime.clock import Clock
from ari_app.runtime.loop import STANDBY, Loop
from ari_app.web.ports import Credential, Row, Session, Unavailable

T = TypeVar("T")

READ_LIMIT_S = 1.0


class Front:
    """Implements ``core.ports.Ask``."""

    def __init__(
        self, loop: Loop, clock: Clock, is_standby: Callable[[], bool],
        status: Callable[[], dict[str, Json]],
    ) -> None:  # fmt: skip
        self._loop = loop
        self._clock = clock
        self._is_standby = is_standby
        self.status = status

    async def ask(self, event: DeskEvent) -> Refuse | None:
        return STANDBY if self._is_standby() else await self._loop.ask(event)

    def agents(self) -> list[dict[str, Json]]:
        return self._loop.engine.agent_rows()

    def agent(self, agent_id: str) -> dict[str, Json] | None:
        agent = self._loop.engine.dispatcher.agents.get(AgentId(agent_id))
        return None if agent is None else self._loop.engine.agent_row(agent)

    def calls(self) -> list[dict[str, Json]]:
        return self._loop.engine.call_rows(self._clock.now())

    def offer(self, agent_id: str) -> dict[str, Json] | None:
        return self._loop.engine.offer(AgentId(agent_id))


class Accounts:
    """Implements ``web.ports.Credentials``.

    The passwords are 144 random bits made at set-up, so a light hash protects them as well as a
    heavy one and 400 agents can sign in at the change of shift within seconds.
    """

    hasher = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)

    def __init__(self, centre: Centre, passwords: Passwords) -> None:
        self._centre = centre
        self._passwords = passwords
        self._hashes: dict[str, str] = {}

    def find(self, agent_id: str) -> Credential | None:
        profile = self._centre.agents.get(AgentId(agent_id))
        secret = self._passwords.agents.get(agent_id)
        if profile is None or secret is None:
            return None
        if agent_id not in self._hashes:
            self._hashes[agent_id] = self.hasher.hash(secret.api)
        return Credential(profile.agent_id, self._hashes[agent_id], profile.role)


class Records:
    """Implements ``web.ports.Reads`` and ``web.ports.Sessions``."""

    def __init__(self, repo: Repo, clock: Clock) -> None:
        self._repo = repo
        self._clock = clock

    async def recent_calls(self, *, limit: int) -> list[Row]:
        return [_call(row) for row in await _reached(self._repo.calls(limit))]

    async def recent_tickets(self, *, limit: int, caller: str | None) -> list[Row]:
        rows = (
            self._repo.tickets(limit)
            if caller is None
            else self._repo.recent_tickets(caller, 0.0, limit=limit)
        )
        return [_ticket(row) for row in await _reached(rows)]

    async def find_ticket(self, ticket_id: str) -> Row | None:
        row = await _reached(self._repo.ticket(ticket_id))
        return None if row is None else _ticket(row)

    async def add_session(self, session: Session) -> None:
        stored = StoredSession(session.token_hash, session.agent_id, session.expires_at)
        await _reached(self._repo.add_session(stored))

    async def find_session(self, token_hash: str) -> Session | None:
        row = await _reached(self._repo.session(token_hash, self._clock.now()))
        return None if row is None else Session(row.token_hash, row.agent_id, row.expires_at)

    async def delete_session(self, token_hash: str) -> None:
        await _reached(self._repo.delete_session(token_hash))


async def _reached(reading: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            return await reading
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable(type(error).__name__) from error


def _call(row: StoredCall) -> Row:
    return {
        "call_id": row.call_id,
        "arrived_at": row.arrived_at,
        "caller": row.caller,
        "dialled": row.dialled,
        "phase": row.phase,
        "outcome": row.outcome,
        "ended_at": row.ended_at,
        "source": row.source,
    }


def _ticket(row: StoredTicket) -> Row:
    fields: Mapping[str, Json] = row.fields
    return {**fields, "ticket_id": row.ticket_id, "call_id": row.call_id}
