"""Stand-ins for the service behind the API: what was asked is kept, what is answered is set."""

from argon2 import PasswordHasher

from ari_app.core.commands import Refuse
from ari_app.core.events import DeskEvent
from ari_app.core.records import Json
from ari_app.core.values import AgentId
from ari_app.web import Credential, Order, Session, Unavailable
from ari_app.web.ports import Row
from ari_app.web.problems import Problem

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "一个很长的口令 1"
HASH = HASHER.hash(PASSWORD)
AGENTS = ("wang", "li", "boss", "chief")
OPERATOR = "the token of commands on this machine"
CALL = "hotline-1763915000.12"


def agent_row(agent: str) -> dict[str, Json]:
    skills: dict[str, Json] = {"zh": 5, "en": 3}
    return {
        "agent": agent, "name": "王小明", "state": "paused", "reason": "signed_in",
        "since": 1763915000.5, "until": None, "call": None, "skills": skills,
    }  # fmt: skip


def pop(call: str = CALL) -> dict[str, Json]:
    return {
        "call": call, "queue": "general", "dialled": "12345", "language": "en",
        "caller": {"number": "13800138000", "region": "北京市", "name": "\ud800<b>"},
        "ivr_path": [["welcome", "3"], ["english", ""]], "waited_s": 3.2,
        "priority": 0, "answer": "desk",
        "earlier_calls": [{"call_id": "x"}], "open_tickets": [], "until": 1763915020.0,
    }  # fmt: skip


TICKET: dict[str, Json] = {
    "ticket_id": "t-1", "call_id": CALL, "outcome": None, "caller_number": "13800138000",
    "dialled_number": "12345", "language": "zh", "arrived_at": 1.0, "answered_at": None,
    "ended_at": None, "agent_id": None, "recording_ref": None,
}  # fmt: skip
PAST_CALL: dict[str, Json] = {
    "call_id": CALL, "arrived_at": 1.0, "caller": "13800138000", "dialled": "12345",
    "phase": "ended", "outcome": "answered", "ended_at": 9.0,
}  # fmt: skip


class FakeAsk:
    def __init__(self) -> None:
        self.asked: list[DeskEvent] = []
        self.refuse: Refuse | None = None
        self.error: Exception | None = None
        self.open_pop: dict[str, Json] | None = None
        self.components: dict[str, Json] = {"ari": "ok", "database": "ok"}

    async def ask(self, event: DeskEvent) -> Refuse | None:
        if self.error:
            raise self.error
        self.asked.append(event)
        return self.refuse

    def agents(self) -> list[dict[str, Json]]:
        return [agent_row(agent) for agent in AGENTS]

    def agent(self, agent_id: str) -> dict[str, Json] | None:
        return agent_row(agent_id) if agent_id in AGENTS else None

    def calls(self) -> list[dict[str, Json]]:
        return [{"call": CALL, "phase": "queued", "caller": "13800138000", "queue": "general",
                 "agent": None, "waiting_s": 2.0, "dialled": "12345", "language": "zh",
                 "arrived_at": 1.0}]  # fmt: skip

    def offer(self, agent_id: str) -> dict[str, Json] | None:
        return self.open_pop

    def status(self) -> dict[str, Json]:
        return self.components


VERSION: Row = {
    "number": 2, "label": "2-6739291c", "message": "新菜单", "author": "root", "made_at": 1.0,
    "sha256": "67", "parent": 1, "state": "in_service",
}  # fmt: skip
CALM: Row = {"on": False, "prompt": None, "until": None, "since": None, "by": None}


class FakeTrees:
    """Both what may be done with versions and the switch of the emergency announcement."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refuse: Problem | None = None
        self.on: Row = CALM

    def _heard(self, *asked: object) -> Row:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(asked)
        return VERSION

    async def apply(self, order: Order, by: str) -> Row:
        return {**self._heard("apply", order, by), "findings": []}

    async def promote(self, by: str) -> Row:
        return self._heard("promote", by)

    async def rollback(self, by: str, to: int | None = None) -> Row:
        return self._heard("rollback", by, to)

    async def status(self) -> Row:
        calls: Row = {"begun": 1, "through": 1, "abandoned": 0, "errors": 0,
                      "abandoned_share": 0.0, "errors_share": 0.0}  # fmt: skip
        return {
            "version": VERSION, "since": 1.0, "calls": calls, "canary": None,
            "canary_stopped": "", "folder": "differs", "loaded": [2], "last_failure": None,
        }  # fmt: skip

    async def history(self) -> list[Row]:
        return [VERSION]

    async def files(self, number: int) -> Row:
        return {**self._heard("files", number), "files": {"main.yaml": "flow: main"}}

    async def switch_on(self, prompt: str, until: float, by: str) -> Row:
        self._heard("switch_on", prompt, until, by)
        self.on = {"on": True, "prompt": prompt, "until": until, "since": 1.0, "by": by}
        return self.on

    async def switch_off(self, by: str) -> Row:
        self._heard("switch_off", by)
        self.on = CALM
        return self.on

    def shown(self) -> Row:
        return self.on


class FakeReads:
    is_away = False
    asked_for: tuple[object, ...] = ()

    async def recent_calls(self, *, limit: int) -> list[dict[str, Json]]:
        if self.is_away:
            raise Unavailable("database")
        self.asked_for = (limit,)
        return [PAST_CALL]

    async def recent_tickets(self, *, limit: int, caller: str | None) -> list[dict[str, Json]]:
        self.asked_for = (limit, caller)
        return [TICKET]

    async def find_ticket(self, ticket_id: str) -> dict[str, Json] | None:
        return TICKET if ticket_id == "t-1" else None


class FakeSessions:
    def __init__(self) -> None:
        self.kept: dict[str, Session] = {}
        self.is_away = False

    async def add_session(self, session: Session) -> None:
        if self.is_away:
            raise Unavailable("database")
        self.kept[session.token_hash] = session

    async def find_session(self, token_hash: str) -> Session | None:
        return self.kept.get(token_hash)

    async def delete_session(self, token_hash: str) -> None:
        self.kept.pop(token_hash, None)


class FakeCredentials:
    def __init__(self) -> None:
        self.roles = {"wang": "agent", "li": "agent", "boss": "supervisor", "chief": "admin"}

    def find(self, agent_id: str) -> Credential | None:
        role = self.roles.get(agent_id)
        return Credential(AgentId(agent_id), HASH, role) if role else None  # type: ignore[arg-type]


class Clock:
    def __init__(self) -> None:
        self.at = 1763915000.0

    def __call__(self) -> float:
        return self.at
