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
from types import MappingProxyType
from typing import Literal

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ari_app.core.values import AgentId
from ari_app.web.ports import Clock, Credential, Credentials, Role, Session, Sessions, Unavailable
from ari_app.web.problems import Problem

log = structlog.get_logger(__name__)

_MAX_CACHED = 5_000


Right = Literal[
    "person", "agent", "phone", "staff", "listener", "reader", "recordings", "playback",
    "auditor", "supervisor", "admin", "city", "intake",
]  # fmt: skip

MAY: Mapping[Right, frozenset[Role]] = {
    # Whoever signs in.
    "person": frozenset({"agent", "supervisor", "quality", "auditor", "admin"}),
    # Takes calls and works on tickets.
    "agent": frozenset({"agent", "supervisor", "admin"}),
    # Has a phone and a desk that is told things.
    "phone": frozenset({"agent", "supervisor", "quality", "admin"}),
    # An agent, or a command on this machine.
    "staff": frozenset({"agent", "supervisor", "admin", "operator"}),
    # Is beside others' talks; how, says ``may_supervise``.
    "listener": frozenset({"supervisor", "quality", "admin", "operator"}),
    # Reports and everybody's calls.
    "reader": frozenset({"supervisor", "quality", "auditor", "admin", "operator"}),
    # Plays recordings; auditors too where the settings say so.
    "recordings": frozenset({"supervisor", "quality", "admin", "operator"}),
    # The same, and agents of their own calls.
    "playback": frozenset({"agent", "supervisor", "quality", "admin"}),
    "auditor": frozenset({"supervisor", "auditor", "admin", "operator"}),
    "supervisor": frozenset({"supervisor", "admin", "operator"}),
    "admin": frozenset({"admin", "operator"}),
    # Programs with a token of their own.
    "city": frozenset({"city", "supervisor", "admin", "operator"}),
    "intake": frozenset({"intake", "operator"}),
}
"""Each right and the roles that have it."""


@dataclass(frozen=True, slots=True)
class Me:
    """The one who asks."""

    agent: AgentId
    role: Role
    token_hash: str
    expires_at: float
    more: frozenset[Right] = frozenset()
    """Rights beyond the role's own, by the settings."""


class Tokens:
    """Sessions by token, kept in memory too: agents go on while the database is away."""

    def __init__(
        self,
        sessions: Sessions,
        now: Clock,
        machines: Mapping[Role, str],
        more: Mapping[Role, frozenset[Right]] = MappingProxyType({}),
    ) -> None:
        self._sessions = sessions
        self._now = now
        self.more = more
        self._machines = {role: hashed(token) for role, token in machines.items() if token}
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

    def machine(self, token: str) -> Me | None:
        """The program that shows this token; every one is compared, whichever it is."""
        given = hashed(token)
        found = [one for one, own in self._machines.items() if secrets.compare_digest(given, own)]
        return Me(AgentId(found[0]), found[0], "", float("inf")) if found else None

    async def revoke(self, token_hash: str) -> None:
        await self._sessions.delete_session(token_hash)
        self._cache.pop(token_hash, None)

    async def revoke_all_of(self, agent: AgentId) -> None:
        """Whoever is in with the password of before."""
        for known in [one for one in self._cache.values() if one.agent_id == agent]:
            del self._cache[known.token_hash]
        try:
            await self._sessions.delete_sessions_of(agent)
        except Unavailable as error:
            # The new password is made already, and must be told. Meanwhile no session is found.
            log.error("session.not_revoked", agent_id=agent, error=str(error))

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
    return tokens.machine(token) or await person(token, tokens, credentials)


async def person(token: str, tokens: Tokens, credentials: Credentials) -> Me:
    """Who signed in with a password; programs' tokens are none of these."""
    session = await tokens.find(token)
    account = credentials.find(session.agent_id) if session else None
    if session is None or account is None:
        raise Problem(401)
    more = tokens.more.get(account.role, frozenset())
    return Me(account.agent, account.role, session.token_hash, session.expires_at, more)


_NEEDS: Mapping[Right, str] = {
    "listener": "此操作需要班长或质检员权限。",
    "reader": "此操作需要班长、质检员或审计员权限。",
    "recordings": "您没有收听录音的权限。",
    "playback": "您没有收听录音的权限。",
    "auditor": "此操作需要班长或审计员权限。",
    "supervisor": "此操作需要班长权限。",
    "admin": "此操作需要管理员权限。",
    "city": "此操作由工单系统（city 令牌）或班长进行。",
    "intake": "此操作由其他受理渠道（intake 令牌）进行。",
}


def may(me: Me, right: Right) -> bool:
    """A supervisor may do what an agent may, an admin both; the operator is nobody's desk."""
    return me.role in MAY[right] or right in me.more


def permit(me: Me, right: Right) -> None:
    if not may(me, right):
        raise Problem(403, detail=_NEEDS.get(right, ""))


def rights(me: Me) -> list[Right]:
    return [right for right in MAY if may(me, right)]


def still_is(me: Me, credentials: Credentials) -> bool:
    """Whether the account is there and has the role that was permitted; programs have none."""
    account = credentials.find(me.agent)
    return not me.token_hash or (account is not None and account.role == me.role)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
