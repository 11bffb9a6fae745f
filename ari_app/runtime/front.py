"""What the API sees of the running service.

Translates between the web's protocols and the engine, the database and the accounts. Decides
nothing about calls.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy.exc import SQLAlchemyError

from ari_app.core import desk_view, staff_view
from ari_app.core.board_view import Floor
from ari_app.core.commands import Refuse
from ari_app.core.engine import Engine
from ari_app.core.events import Asked
from ari_app.core.orders import shown_mode
from ari_app.core.queue_view import queue_rows
from ari_app.core.records import Audited, Json
from ari_app.core.values import AgentId, Centre
from ari_app.db.audit import AuditReader
from ari_app.db.recorder import Recorder
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

    async def ask(self, event: Asked) -> Refuse | None:
        return STANDBY if self._is_standby() else await self._loop.ask(event)

    def agents(self) -> list[dict[str, Json]]:
        return self._loop.engine.agent_rows()

    def agent(self, agent_id: str) -> dict[str, Json] | None:
        return desk_view.own_row(self._loop.engine, AgentId(agent_id), self._clock.now())

    def directory(self) -> dict[str, Json]:
        return desk_view.directory(self._loop.engine)

    def queue_labels(self) -> dict[str, Json]:
        return desk_view.queue_labels(self._loop.engine.dispatcher.centre)

    def wrap_ups(self) -> dict[str, Json]:
        return staff_view.wrap_ups(self._loop.engine.dispatcher)

    def surge(self) -> dict[str, Json]:
        return shown_mode(self._loop.engine.dispatcher.orders)

    def staffing(self) -> dict[str, Json]:
        return staff_view.staffing(self._loop.engine.dispatcher)

    def queues(self) -> list[dict[str, Json]]:
        return queue_rows(self._loop.engine.dispatcher, self._clock.now())

    def calls(self) -> list[dict[str, Json]]:
        return self._loop.engine.call_rows(self._clock.now())

    def offer(self, agent_id: str) -> dict[str, Json] | None:
        pop = self._loop.engine.offer(AgentId(agent_id))
        return None if pop is None else self.dressed(pop)

    def dressed(self, pop: Mapping[str, Json]) -> dict[str, Json]:
        """A pop with what only desks show."""
        return desk_view.dressed(self._loop.engine, pop, self._clock.now())


def floor_of(engine: Engine) -> Floor:
    """What a board looks at."""
    calls = engine.call_engine.calls
    return Floor(engine.dispatcher, calls, engine.monitor, engine.emergency)


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

    def change(self, centre: Centre, passwords: Passwords) -> None:
        """Whoever is not in the centre is nobody from the next request on."""
        before, self._centre, self._passwords = self._passwords, centre, passwords
        same = {i for i, one in passwords.agents.items() if before.agents.get(i) == one}
        self._hashes = {i: one for i, one in self._hashes.items() if i in same}

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
        rows = await _reached(self._repo.calls(limit))
        agents = await _reached(self._repo.agents_of_calls([row.call_id for row in rows]))
        return [_call(row) | {"agent": agents.get(row.call_id, "")} for row in rows]

    async def recent_tickets(self, *, limit: int, caller: str | None) -> list[Row]:
        rows = (
            self._repo.tickets(limit)
            if caller is None
            else self._repo.recent_tickets(caller, 0.0, limit=limit)
        )
        return [_ticket(row) for row in await _reached(rows)]

    async def add_session(self, session: Session) -> None:
        stored = StoredSession(session.token_hash, session.agent_id, session.expires_at)
        await _reached(self._repo.add_session(stored))

    async def find_session(self, token_hash: str) -> Session | None:
        row = await _reached(self._repo.session(token_hash, self._clock.now()))
        return None if row is None else Session(row.token_hash, row.agent_id, row.expires_at)

    async def delete_session(self, token_hash: str) -> None:
        await _reached(self._repo.delete_session(token_hash))

    async def delete_sessions_of(self, agent: AgentId) -> None:
        await _reached(self._repo.delete_sessions_of(agent))


class AuditBook:
    """Implements ``web.ports.Audits``. The recorder writes: a database away loses no row."""

    def __init__(self, recorder: Recorder, reader: AuditReader) -> None:
        self._recorder, self._reader = recorder, reader

    async def write_audit(self, row: Audited) -> None:
        await self._recorder.write(row)

    async def audit_rows(self, *, limit: int, before: int | None, who: str) -> list[Row]:
        return await _reached(self._reader.rows(limit, before=before, who=who))


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
