"""Who is asking, and may they: tokens, passwords, roles.

A token is 32 random bytes; only its SHA-256 is kept. Roles are read from the accounts at each
request, so that a change counts at once. Knows no route and nothing of what is asked.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ari_app.core.values import AgentId
from ari_app.web.ports import Clock, Credential, Credentials, Role, Session, Sessions, Unavailable
from ari_app.web.problems import Problem

log = structlog.get_logger(__name__)

_MAX_CACHED = 5_000


@dataclass(frozen=True, slots=True)
class Me:
    """The one who asks."""

    agent: AgentId
    role: Role
    token_hash: str
    expires_at: float


OPERATOR: Final = Me(AgentId("operator"), "operator", "", float("inf"))


class Tokens:
    """Sessions by token, kept in memory too: agents go on while the database is away."""

    def __init__(self, sessions: Sessions, now: Clock, operator_token: str = "") -> None:
        self._sessions = sessions
        self._now = now
        self._operator = hashed(operator_token) if operator_token else ""
        self._cache: dict[str, Session] = {}

    async def issue(self, agent: AgentId, lasts_s: float) -> tuple[str, Session]:
        token = secrets.token_urlsafe(32)
        session = Session(hashed(token), agent, self._now() + lasts_s)
        try:
            await self._sessions.add_session(session)
        except Unavailable as error:
            # Better a session that a restart of ours forgets than an agent who cannot work.
            log.warning("session.not_saved", agent_id=agent, error=str(error))
        self._remember(session)
        return token, session

    async def find(self, token: str) -> Session | None:
        token_hash = hashed(token)
        session = self._cache.get(token_hash) or await self._sessions.find_session(token_hash)
        if session is None or session.expires_at <= self._now():
            self._cache.pop(token_hash, None)
            return None
        self._remember(session)
        return session

    def is_operators(self, token: str) -> bool:
        return bool(self._operator) and secrets.compare_digest(hashed(token), self._operator)

    async def revoke(self, token_hash: str) -> None:
        await self._sessions.delete_session(token_hash)
        self._cache.pop(token_hash, None)

    def _remember(self, session: Session) -> None:
        if len(self._cache) >= _MAX_CACHED and session.token_hash not in self._cache:
            del self._cache[next(iter(self._cache))]
        self._cache[session.token_hash] = session


class Passwords:
    """Verification in threads of its own: argon2 takes tens of milliseconds and 64 MB a time."""

    def __init__(self, hasher: PasswordHasher, executor: Executor) -> None:
        self._hasher = hasher
        self._executor = executor
        self._nobody = hasher.hash(secrets.token_urlsafe(16))

    async def verify(self, credential: Credential | None, password: str) -> bool:
        """An unknown account costs the same work as a wrong password."""
        loop = asyncio.get_running_loop()
        stored = credential.password_hash if credential else self._nobody
        matches = await loop.run_in_executor(self._executor, self._matches, stored, password)
        return matches and credential is not None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


async def identify(authorization: str | None, tokens: Tokens, credentials: Credentials) -> Me:
    """The owner of an ``Authorization`` header's token; a 401 for anything else."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401)
    return await owner(token.strip(), tokens, credentials)


async def owner(token: str, tokens: Tokens, credentials: Credentials) -> Me:
    if tokens.is_operators(token):
        return OPERATOR
    session = await tokens.find(token)
    account = credentials.find(session.agent_id) if session else None
    if session is None or account is None:
        raise Problem(401)
    return Me(account.agent, account.role, session.token_hash, session.expires_at)


_MAY: Mapping[str, frozenset[Role]] = {
    "agent": frozenset({"agent", "supervisor", "admin"}),
    "supervisor": frozenset({"supervisor", "admin", "operator"}),
    "admin": frozenset({"admin", "operator"}),
}
_NEEDS = {"supervisor": "此操作需要班长权限。", "admin": "此操作需要管理员权限。"}


def permit(me: Me, role: Role) -> None:
    """A supervisor may do what an agent may, an admin both; the operator is nobody's desk."""
    if me.role not in _MAY[role]:
        raise Problem(403, detail=_NEEDS.get(role, ""))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
