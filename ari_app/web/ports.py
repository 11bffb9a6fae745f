"""What the API needs from the rest: sessions and lists to read, accounts, and how it is set up.

Protocols and plain values only. Knows neither the database nor the configuration files; whoever
puts the service together passes objects that fit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from ari_app.core.records import Json
from ari_app.core.rollout import Bounds
from ari_app.core.values import AgentId

Role = Literal["agent", "supervisor", "admin", "operator"]
"""``operator`` is no person: whoever runs commands on the service's own machine."""

Row = dict[str, Json]
Clock = Callable[[], float]


class Unavailable(Exception):
    """Raised by ``Reads`` and ``Sessions`` while the database is away; becomes a 503."""


@dataclass(frozen=True, slots=True)
class Credential:
    """An account that may sign in. ``password_hash`` is argon2's encoded form."""

    agent: AgentId
    password_hash: str
    role: Role = "agent"


class Credentials(Protocol):
    def find(self, agent_id: str) -> Credential | None: ...


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in desk; only the SHA-256 of its token is known, in hex."""

    token_hash: str
    agent_id: str
    expires_at: float


class Sessions(Protocol):
    async def add_session(self, session: Session) -> None: ...

    async def find_session(self, token_hash: str) -> Session | None: ...

    async def delete_session(self, token_hash: str) -> None: ...


class Reads(Protocol):
    """Lists are newest first; rows carry the product's field names."""

    async def recent_calls(self, *, limit: int) -> list[Row]: ...

    async def recent_tickets(self, *, limit: int, caller: str | None) -> list[Row]: ...

    async def find_ticket(self, ticket_id: str) -> Row | None: ...


@dataclass(frozen=True, slots=True)
class Order:
    """How the folder of flows is to be applied: at once, or on trial for some of the calls."""

    message: str
    percent: float = 0.0
    dialled: frozenset[str] = frozenset()
    bounds: Bounds = field(default_factory=Bounds)
    force: bool = False

    @property
    def is_trial(self) -> bool:
        return self.percent > 0 or bool(self.dialled)


class Versions(Protocol):
    """The versions of the trees. What cannot be done is raised as a ``problems.Problem``."""

    async def apply(self, order: Order, by: str) -> Row: ...

    async def promote(self, by: str) -> Row: ...

    async def rollback(self, by: str, to: int | None = None) -> Row: ...

    async def status(self) -> Row: ...

    async def history(self) -> list[Row]: ...

    async def files(self, number: int) -> Row: ...


class EmergencySwitch(Protocol):
    """The announcement said before everything else."""

    async def switch_on(self, prompt: str, until: float, by: str) -> Row: ...

    async def switch_off(self, by: str) -> Row: ...

    def shown(self) -> Row: ...


@dataclass(frozen=True, slots=True)
class Trees:
    """What may be done to all trees at once."""

    versions: Versions
    emergency: EmergencySwitch


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the API is set up; durations in seconds.

    ``allowed_origins`` are pages of other hosts that may open the desk socket, written as a
    browser sends them (``https://desk.example.gov.cn``). ``optional_components`` may fail
    without the service being "not ready". ``hasher`` has the parameters of the stored hashes,
    so that an unknown account takes as long to refuse as a wrong password.
    """

    allowed_origins: frozenset[str] = frozenset()
    session_s: float = 12 * 3600.0
    ask_s: float = 2.0
    desk_hello_s: float = 5.0
    desk_heartbeat_s: float = 10.0
    desk_send_s: float = 5.0
    desk_backlog_count: int = 256
    optional_components: frozenset[str] = frozenset({"redis"})
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    operator_token: str = ""
    """What commands on this machine show instead of signing in; empty lets none of them in."""
