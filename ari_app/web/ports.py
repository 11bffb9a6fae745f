"""What the API needs from the rest: sessions and lists to read, accounts, and how it is set up.

Protocols and plain values only. Knows neither the database nor the configuration files; whoever
puts the service together passes objects that fit.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from ari_app.core.outbound.asked import Visit
from ari_app.core.records import Audited, Json
from ari_app.core.rollout import Bounds
from ari_app.core.values import AgentId
from ari_app.tickets.case import Editor
from ari_app.tickets.work_order import Asked
from ari_app.web.bundle import STATIC

Role = Literal[
    "agent", "supervisor", "quality", "auditor", "admin", "operator", "city", "intake"
]  # fmt: skip
"""``quality`` judges talks (质检), ``auditor`` looks at who did what, and at reports.
``city`` is the city's ticket system, ``intake`` other channels: programs with a token.
``operator`` is no person: whoever runs commands on the service's own machine."""

StudioFolder = Literal["flows", "tests"]

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

    async def delete_sessions_of(self, agent: AgentId) -> None: ...


class Reads(Protocol):
    """Lists are newest first; rows carry the product's field names."""

    async def recent_calls(self, *, limit: int) -> list[Row]:
        """``agent`` is whose ticket it became, "" for nobody's."""
        ...

    async def recent_tickets(self, *, limit: int, caller: str | None) -> list[Row]: ...


class Audits(Protocol):
    """The audit. Writing raises OSError when it cannot be kept anywhere."""

    async def write_audit(self, row: Audited) -> None: ...

    async def audit_rows(self, *, limit: int, before: int | None, who: str) -> list[Row]: ...


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

    def offered(self) -> list[Row]:
        """The prompts to choose from."""
        ...


@dataclass(frozen=True, slots=True)
class Trees:
    """What may be done to all trees at once."""

    versions: Versions
    emergency: EmergencySwitch


class Studio(Protocol):
    """The folder of flows as an admin edits it. What cannot be done is a ``problems.Problem``.

    ``changed`` are texts that nobody has saved, by ``flows/main.yaml`` or ``tests/main.yaml``;
    None: as if the file were deleted. ``seen`` is the SHA-256 of what was read.
    """

    async def files(self) -> list[Row]: ...

    async def read(self, folder: StudioFolder, name: str) -> tuple[str, str]:
        """The text and its SHA-256."""
        ...

    async def write(self, folder: StudioFolder, name: str, text: str, seen: str | None) -> str:
        """``seen`` None: it must not be there yet. The SHA-256 of what is there now."""
        ...

    async def rename(self, folder: StudioFolder, name: str, to: str, seen: str) -> str: ...

    async def delete(self, folder: StudioFolder, name: str, seen: str) -> None: ...

    async def names(self) -> Row: ...

    async def check(self, changed: Mapping[str, str | None], profile: str) -> Row: ...

    async def draw(self, changed: Mapping[str, str | None], profile: str, file: str) -> Row: ...

    async def play(self, script: Mapping[str, object]) -> Row: ...

    def compare(
        self, changed: Mapping[str, str | None], day: date | None
    ) -> AsyncGenerator[Row, None]:
        """How far it is, and in the end what was found; who stops reading ends it."""
        ...


class TicketDesk(Protocol):
    """Tickets as people and departments change them. A refusal is a ``problems.Problem``."""

    async def find(self, ticket_id: str, editor: Editor) -> Row: ...

    async def edit(
        self, ticket_id: str, seen: int | None, fields: Mapping[str, object], editor: Editor
    ) -> Row: ...

    async def dispatch(
        self, ticket_id: str, units: Sequence[str], profile: str, editor: Editor
    ) -> Row: ...

    async def close(self, ticket_id: str, disposition: str | None, editor: Editor) -> Row: ...

    async def reopen(self, ticket_id: str, reason: str, editor: Editor) -> Row: ...

    async def join(self, ticket_id: str, first_id: str, editor: Editor) -> Row: ...

    async def repeats(self, ticket_id: str) -> Row: ...

    async def step(self, work_order_id: str, asked: Asked, who: str) -> Row: ...

    async def take_in(
        self, channel: str, key: str, arrived_at: float | None, fields: Mapping[str, object]
    ) -> Row: ...

    async def work_orders(self, unit: str | None, limit: int) -> list[Row]: ...

    def units(self) -> Row: ...

    async def draft(self, ticket_id: str, editor: Editor) -> Row:
        """What the editor has filled in and not saved; version 0 when there is nothing."""
        ...

    async def keep_draft(
        self, ticket_id: str, seen: int, tab: str, fields: Mapping[str, object], editor: Editor
    ) -> Row: ...

    async def in_hand(self, editor: Editor) -> Row:
        """The ticket of the call that the editor is on, with their draft."""
        ...

    async def served_by(self, agent: str, limit: int) -> list[Row]:
        """The tickets of an agent's own calls, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class PhoneLogin:
    """What a page shows to Asterisk as the phone of this name."""

    user: str
    secret: str
    expires_at: float
    lasts_s: float


class PhoneLogins(Protocol):
    """Short-lived logins of the phones in a browser."""

    @property
    def socket_url(self) -> str:
        """Asterisk's own SIP socket."""
        ...

    def is_browser(self, phone: str) -> bool: ...

    async def give(self, phone: str) -> PhoneLogin:
        """A new one; what was given before is good no more. Raises ``Unavailable``."""
        ...

    def take_back(self, phone: str) -> None: ...


class Deliveries(Protocol):
    """What leaves for the city's ticket system."""

    async def shown(self, limit: int) -> Row:
        """How much waits, since when, and the latest ``limit`` dead events."""
        ...

    async def retry(self, seq: int | None) -> Row:
        """Send a dead event again, None for all; how many are, and how many need not be."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that was changed: what is answered, and for the audit its text before and after."""

    row: Row
    before: bytes
    after: bytes


class Configurations(Protocol):
    """The files of the configuration. ``seen`` is the SHA-256 of what the editor has read, None
    overwrites whatever is there. What cannot be done is raised as a ``problems.Problem``."""

    async def listed(self) -> Row: ...

    async def show(self, name: str) -> Row: ...

    async def check(self, name: str, text: str) -> Row: ...

    async def write(self, name: str, text: str, seen: str | None) -> Changed: ...

    async def put(
        self, name: str, path: tuple[str, ...], value: Json, seen: str | None
    ) -> Changed: ...

    async def remove(self, name: str, path: tuple[str, ...], seen: str | None) -> Changed: ...

    async def reload(self) -> Row: ...

    async def renew_password(self, agent_id: str, which: Literal["sip", "api"]) -> Row: ...


class PromptFiles(Protocol):
    """What callers hear, as text and as audio. Refusals are ``problems.Problem``."""

    async def listed(self) -> Row: ...

    async def sound(self, language: str, prompt: str) -> bytes:
        """As a WAV file."""
        ...

    def upload_place(self, language: str, prompt: str) -> Path:
        """An empty file for what is being sent, on the disk where prompts lie."""
        ...

    async def put(self, language: str, prompt: str, upload: Path) -> Row:
        """The upload becomes the studio file, if it is fit; it is gone afterwards."""
        ...

    async def remove(self, language: str, prompt: str) -> Row: ...


@dataclass(frozen=True, slots=True)
class Editing:
    """What an admin edits in the page, beside the trees."""

    configurations: Configurations
    prompts: PromptFiles


class DialReads(Protocol):
    """The dial list: open entries as they stand now, past ones from the database."""

    def is_paused(self) -> bool:
        """No return visit begins."""
        ...

    def open_entries(self, kinds: Sequence[str]) -> list[Row]: ...

    async def entries(self, kinds: Sequence[str], limit: int) -> list[Row]: ...

    async def visits_of(self, ticket_ids: Sequence[str]) -> list[Visit]: ...

    async def visits_closed(self, since: float, until: float, limit: int) -> list[Visit]: ...


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """``first`` and ``last`` as they were written; ``by`` cuts the period."""

    name: str
    first: str = ""
    last: str = ""
    by: Literal["", "hour", "day"] = ""


class Reports(Protocol):
    """Figures from the journal. What there is not is raised as a ``problems.Problem``."""

    async def report(self, query: ReportQuery) -> Row: ...

    async def calls(self, query: ReportQuery, figure: str, row: str, limit: int) -> Row: ...


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
    ice_servers: tuple[str, ...] = ()
    operator_token: str = ""
    """What commands on this machine show instead of signing in; empty lets none of them in."""
    auditors_hear: bool = False
    """May auditors play recordings."""
    static_dir: Path = STATIC
    """Where the built pages are."""
    machine_tokens: Mapping[Role, str] = field(default_factory=dict)
    """The same for the programs of the city's ticket system and of other channels."""
