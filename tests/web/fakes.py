"""Stand-ins for the service behind the API: what was asked is kept, what is answered is set."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date
from pathlib import Path

from argon2 import PasswordHasher

from ari_app.core import events
from ari_app.core.board_view import Sections
from ari_app.core.commands import Refuse
from ari_app.core.desk_events import AgentSignedOut
from ari_app.core.outbound.asked import Visit
from ari_app.core.outbound.entry import Entry
from ari_app.core.records import Audited, Json
from ari_app.core.values import AgentId
from ari_app.tickets.case import Editor
from ari_app.tickets.work_order import Asked
from ari_app.web import Credential, Order, Session, Unavailable
from ari_app.web.floor import CallQuery, Recorded
from ari_app.web.ports import Changed, PhoneLogin, ReportQuery, Role, Row
from ari_app.web.problems import Problem

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "一个很长的口令 1"
HASH = HASHER.hash(PASSWORD)
AGENTS = ("wang", "li", "boss", "judge", "auditor", "chief")
OPERATOR = "the token of commands on this machine"
MACHINES: dict[Role, str] = {
    "city": "the token of the ticket system",
    "intake": "the token of channels",
}
CALL = "hotline-1763915000.12"


def agent_row(agent: str) -> dict[str, Json]:
    skills: dict[str, Json] = {"zh": 5, "en": 3}
    return {
        "agent": agent, "name": "王小明", "state": "paused", "reason": "signed_in",
        "since": 1763915000.5, "until": None, "call": None, "skills": skills,
        "phone": "sip", "seat": agent,
        "may_supervise": ["listen"] if agent in ("boss", "judge") else [],
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
    "phase": "ended", "outcome": "answered", "ended_at": 9.0, "agent": "",
}  # fmt: skip


WORK_ORDER: dict[str, Json] = {
    "work_order_id": "t-1.w1", "ticket_id": "t-1", "unit": "housing", "unit_label": "市住建局",
    "profile": "shandong_2020", "state": "dispatched", "card": None, "dispatched_at": 2.0,
    "ends_at": 99.0,
}  # fmt: skip


DRAFT: dict[str, Json] = {
    "ticket_id": "t-1", "fields": {"matter_cause": "路灯不亮"}, "version": 2, "saved_at": 3.0,
    "tab": "a1",
}  # fmt: skip


class FakeAsk:
    def __init__(self) -> None:
        self.asked: list[events.Asked] = []
        self.refuse: Refuse | None = None
        self.error: Exception | None = None
        self.open_pop: dict[str, Json] | None = None
        self.floor: Sections = {
            "agents": {"wang": {"state": "ready", "since": 1.0}},
            "calls": {CALL: {"phase": "queued", "caller": "138****8000"}},
        }
        self.components: dict[str, Json] = {"ari": "ok", "database": "ok"}
        self.signed_out: set[str] = set()

    async def ask(self, event: events.Asked) -> Refuse | None:
        if self.error:
            raise self.error
        self.asked.append(event)
        if isinstance(event, AgentSignedOut):
            self.signed_out.add(event.agent)
        return self.refuse

    def agents(self) -> list[dict[str, Json]]:
        return [agent_row(agent) for agent in AGENTS]

    def agent(self, agent_id: str) -> dict[str, Json] | None:
        if agent_id not in (*AGENTS, "1001"):
            return None
        is_out = agent_id in self.signed_out
        return agent_row(agent_id) | ({"state": "offline"} if is_out else {})

    def directory(self) -> dict[str, Json]:
        police: Json = {
            "number": "110", "label": "公安报警", "kind": "emergency", "can_be_called": True,
        }  # fmt: skip
        return {"numbers": [police], "queues": ["general"]}

    def queue_labels(self) -> dict[str, Json]:
        return {"night": "夜间值班"}

    def wrap_ups(self) -> dict[str, Json]:
        held: Json = {"queue": "general", "wrap_up_s": 30.0, "because": "mode"}
        return {"mode": "typhoon", "queues": [held], "agents": []}

    def surge(self) -> dict[str, Json]:
        return dict.fromkeys(("mode", "label", "since", "until", "by")) | {"on": False}

    def staffing(self) -> dict[str, Json]:
        return {
            "pause_reasons": [{"name": "meal", "label": "用餐", "limit_s": None}],
            "missed_offers": 2, "work_limit_s": 14400.0, "talk_limit_s": 36000.0,
            "rest_s": 900.0, "wrap_up_more": 1, "wrap_up_more_s": 30.0,
            "seats": [{"seat": "3001", "agent": None}],
            "modes": [{"mode": "typhoon", "label": "台风应急"}], "surge": self.surge(),
        }  # fmt: skip

    def queues(self) -> list[dict[str, Json]]:
        return [{
            "queue": "general", "strategy": "longest_idle", "waiting": 1, "offered": 0,
            "longest_wait_s": 2.0, "expected_wait_s": None, "handling_s": 180.0, "boost_s": 0.0,
            "agents": {"ready": 0, "talking": 1},
            "callers": [{
                "call": CALL, "position": 1, "waiting_s": 2.0, "expected_wait_s": None,
                "ahead_s": 0.0, "returned": False, "step": 0, "queues": ["general"], "sites": [],
                "needs": {"zh": 1}, "waits_for": None,
            }],
        }]  # fmt: skip

    def calls(self) -> list[dict[str, Json]]:
        return [{"call": CALL, "phase": "queued", "caller": "13800138000", "queue": "general",
                 "agent": None, "waiting_s": 2.0, "dialled": "12345", "language": "zh",
                 "arrived_at": 1.0}]  # fmt: skip

    def board(self) -> Sections:
        return self.floor

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

    def offered(self) -> list[Row]:
        return [{"prompt": "typhoon", "text": "台风来了，请留在家中。"}]


class FakeStudio:
    """Answers everything; ``asked`` has what for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refuse: Problem | None = None

    def _heard(self, *asked: object) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(asked)

    async def files(self) -> list[Row]:
        return [{"folder": "flows", "name": "main.yaml", "bytes": 9, "sha256": "a1",
                 "changed_at": 1.0}]  # fmt: skip

    async def read(self, folder: str, name: str) -> tuple[str, str]:
        self._heard("read", folder, name)
        return "flow: main\n", "a1"

    async def write(self, folder: str, name: str, text: str, seen: str | None) -> str:
        self._heard("write", folder, name, text, seen)
        return "b2"

    async def rename(self, folder: str, name: str, to: str, seen: str) -> str:
        self._heard("rename", folder, name, to, seen)
        return seen

    async def delete(self, folder: str, name: str, seen: str) -> None:
        self._heard("delete", folder, name, seen)

    async def names(self) -> Row:
        kinds = ("queues", "skills", "prompts", "numbers", "schedules", "languages", "fields",
                 "modes", "facts", "profiles")  # fmt: skip
        return {**{kind: [] for kind in kinds}, "flow_schema": {}, "cases_schema": {}}

    async def check(self, changed: Mapping[str, str | None], profile: str) -> Row:
        return {"is_fit": True, "problems": [], "trees": [], "proofs": [], "cases": []}

    async def draw(self, changed: Mapping[str, str | None], profile: str, file: str) -> Row:
        return {"flow": "", "svg": None, "boxes": [], "why": "not_readable", "detail": ""}

    async def play(self, script: Mapping[str, object]) -> Row:
        return {"problems": [], "entries": [], "now": None}

    async def compare(
        self, changed: Mapping[str, str | None], day: date | None
    ) -> AsyncGenerator[Row, None]:
        self._heard("compare", day)
        yield {"kind": "progress", "done": 0, "all": 1}
        yield {"kind": "found", "calls": 1, "moved": 0}


class FakeReads:
    is_away = False
    asked_for: tuple[object, ...] = ()

    async def recent_calls(self, *, limit: int) -> list[dict[str, Json]]:
        if self.is_away:
            raise Unavailable("database")
        self.asked_for = (limit,)
        return [dict(PAST_CALL)]

    async def recent_tickets(self, *, limit: int, caller: str | None) -> list[dict[str, Json]]:
        self.asked_for = (limit, caller)
        return [TICKET]


class FakeAudits:
    def __init__(self) -> None:
        self.written: list[Audited] = []
        self.error: OSError | None = None

    async def write_audit(self, row: Audited) -> None:
        if self.error:
            raise self.error
        self.written.append(row)

    async def audit_rows(self, *, limit: int, before: int | None, who: str) -> list[Row]:
        return [
            {"seq": 7, "at": row.at, "who": row.who, "role": row.role, "what": row.what,
             "subject": row.subject, "result": row.result, "data": dict(row.data), "hash": "ab"}
            for row in self.written if who in ("", row.who)
        ][:limit]  # fmt: skip


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

    async def delete_sessions_of(self, agent: AgentId) -> None:
        self.kept = {key: one for key, one in self.kept.items() if one.agent_id != agent}


class FakeCredentials:
    def __init__(self) -> None:
        self.roles = {
            "wang": "agent", "li": "agent", "boss": "supervisor", "judge": "quality",
            "auditor": "auditor", "chief": "admin",
        }  # fmt: skip

    def find(self, agent_id: str) -> Credential | None:
        role = self.roles.get(agent_id)
        return Credential(AgentId(agent_id), HASH, role) if role else None  # type: ignore[arg-type]


class Clock:
    def __init__(self) -> None:
        self.at = 1763915000.0

    def __call__(self) -> float:
        return self.at


class FakeTicketDesk:
    """One ticket with one work order; keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refuse: Problem | None = None

    def _heard(self, *asked: object) -> Row:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(asked)
        return {**TICKET, "version": 3, "work_orders": [WORK_ORDER]}

    async def find(self, ticket_id: str, editor: Editor) -> Row:
        if ticket_id != "t-1":
            raise Problem(404, "no_such_ticket", "没有这个工单，请检查工单号。")
        return self._heard("find", ticket_id, editor)

    async def edit(
        self, ticket_id: str, seen: int | None, fields: Mapping[str, object], editor: Editor
    ) -> Row:
        return self._heard("edit", ticket_id, seen, dict(fields), editor.who)

    async def dispatch(
        self, ticket_id: str, units: Sequence[str], profile: str, editor: Editor
    ) -> Row:
        return self._heard("dispatch", ticket_id, list(units), profile, editor.who)

    async def close(self, ticket_id: str, disposition: str | None, editor: Editor) -> Row:
        return self._heard("close", ticket_id, disposition, editor.who)

    async def reopen(self, ticket_id: str, reason: str, editor: Editor) -> Row:
        return self._heard("reopen", ticket_id, reason, editor.who)

    async def join(self, ticket_id: str, first_id: str, editor: Editor) -> Row:
        return self._heard("join", ticket_id, first_id, editor.who)

    async def repeats(self, ticket_id: str) -> Row:
        return {"count": 1, "repeats": [{"ticket_id": "t-0", "score": 0.8}]}

    async def step(self, work_order_id: str, asked: Asked, who: str) -> Row:
        self._heard("step", work_order_id, asked, who)
        return WORK_ORDER

    async def take_in(
        self, channel: str, key: str, arrived_at: float | None, fields: Mapping[str, object]
    ) -> Row:
        self._heard("take_in", channel, key, arrived_at, dict(fields))
        return {"ticket_id": f"i-{channel}-1", "created": True}

    async def work_orders(self, unit: str | None, limit: int) -> list[Row]:
        return [WORK_ORDER]

    def units(self) -> Row:
        unit: Row = {
            "unit": "housing", "label": "市住建局", "categories": ["02"], "has_duty_phones": True,
        }  # fmt: skip
        return {"units": [unit], "profiles": {"shandong_2020": "山东省（2020）"}}

    async def draft(self, ticket_id: str, editor: Editor) -> Row:
        self._heard("draft", ticket_id, editor.who)
        return DRAFT

    async def keep_draft(
        self, ticket_id: str, seen: int, tab: str, fields: Mapping[str, object], editor: Editor
    ) -> Row:
        self._heard("keep_draft", ticket_id, seen, tab, dict(fields), editor.who)
        return DRAFT

    async def in_hand(self, editor: Editor) -> Row:
        if editor.on_call is None:
            return {"ticket": None, "draft": None}
        return {"ticket": self._heard("in_hand", editor), "draft": DRAFT}

    async def served_by(self, agent: str, limit: int) -> list[Row]:
        self.asked.append(("served_by", agent, limit))
        return [{**TICKET, "case_type": "投诉", "matter_cause": None}]


class FakeDeliveries:
    """One event is dead, no. 7. No. 6 was, but a later one of its ticket has been sent."""

    def __init__(self) -> None:
        self.retried: list[int | None] = []

    async def shown(self, limit: int) -> Row:
        dead: dict[str, Json] = {
            "number": 7, "ticket_id": "t-1", "kind": "ticket.created", "created_at": 1.0,
            "attempts": 1, "problem": "HTTP 422: no such category",
        }  # fmt: skip
        return {
            "has_receiver": True, "problem": None, "pending": 2, "dead": 1, "oldest_at": 1.0,
            "dead_events": [dead][:limit],
        }  # fmt: skip

    async def retry(self, seq: int | None) -> Row:
        self.retried.append(seq)
        return {"retried": int(seq in (7, None)), "superseded": int(seq in (6, None))}


class FakeReports:
    """One row, of a queue whose name a spreadsheet would run."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    async def report(self, query: ReportQuery) -> Row:
        self.asked.append((query,))
        if query.name == "nothing":
            raise Problem(404, "no_such_report", "没有报表 nothing。")
        figure: dict[str, Json] = {"name": "offered", "label": "请求人工", "says": "…"}
        return {
            "report": query.name, "from": "2026-11-23T00:00:00+08:00", "to": "x", "zone": "x",
            "by": query.by, "keys": ["queue"], "figures": [figure],
            "rows": [{"queue": "=1+1", "offered": 3}],
        }  # fmt: skip

    async def calls(self, query: ReportQuery, figure: str, row: str, limit: int) -> Row:
        self.asked.append((query, figure, row, limit))
        return {"count": 1, "calls": [{"call_id": CALL, "counts": True}]}


class FakeDials:
    """One callback waits; ticket t-1 may be visited."""

    def __init__(self) -> None:
        entry = Entry("callback-1", "callback", "t-1", "13800000000", 1.0, 2.0, queue="general")
        self.rows: list[Row] = [entry.shown()]

    def is_paused(self) -> bool:
        return False

    def open_entries(self, kinds: Sequence[str]) -> list[Row]:
        return [row for row in self.rows if row["kind"] in kinds]

    async def entries(self, kinds: Sequence[str], limit: int) -> list[Row]:
        return self.open_entries(kinds)[:limit]

    async def visits_of(self, ticket_ids: Sequence[str]) -> list[Visit]:
        return [Visit(one, "13800000000") for one in ticket_ids if one == "t-1"]

    async def visits_closed(self, since: float, until: float, limit: int) -> list[Visit]:
        return [Visit("t-1", "13800000000")]


FOUND: Row = {
    "call_id": CALL, "arrived_at": 5.25, "answered_at": 7.0, "ended_at": 60.0, "wait_s": 1.75,
    "caller": "13800138000", "region": "北京市", "dialled": "12345", "language": "zh",
    "queue": "general", "outcome": "answered", "agents": ["wang"], "ticket_id": "t-1",
    "case_type": None, "urgency": None, "is_confidential": False,
    "recordings": [{"file": f"{CALL}.wav", "kind": "talk", "duration_s": 4.0, "problem": None}],
    "gaps": [{"from_s": 1.0, "to_s": 2.0, "by": "wang", "check": "silent"}],
}  # fmt: skip


class FakeCalls:
    """One call, of Wang's; keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[CallQuery] = []
        self.rows: list[Row] = [dict(FOUND)]
        self.is_over = True

    async def search(self, query: CallQuery) -> list[Row]:
        self.asked.append(query)
        return [dict(row) for row in self.rows]

    async def recorded(self, call_id: str) -> Recorded | None:
        if call_id != CALL:
            return None
        secret = bool(self.rows[0]["is_confidential"])
        files = (f"{CALL}.wav", "..wav", "/etc/passwd")
        gaps = ({"from_s": 1.0, "to_s": 2.0, "check": "silent"},)
        return Recorded(CALL, self.is_over, (AgentId("wang"),), secret, files, gaps)


SAVED: Row = {"changed": ["agents"], "problems": [], "phones_problem": "", "sha256": "b" * 64}


class FakeConfigurations:
    """One file, agents; keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refuse: Problem | None = None

    def _heard(self, *asked: object) -> Changed:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(asked)
        return Changed(SAVED, b"a: 1\nb: 2\n", b"a: 1\nb: 3\n")

    async def listed(self) -> Row:
        listed: Row = {"file": "agents", "sha256": "a" * 64, "is_live": True}
        return {
            "files": [listed], "problems": [], "phones_problem": "",
            "restart_only": ["hotline.yaml"],
        }  # fmt: skip

    async def show(self, name: str) -> Row:
        self._heard("show", name)
        if name != "agents":
            raise Problem(404, "no_such_file", "没有配置文件。")
        return {
            "file": name, "is_there": True, "is_live": True, "sha256": "a" * 64,
            "text": "agents: {}", "data": {"agents": {}},
        }  # fmt: skip

    async def check(self, name: str, text: str) -> Row:
        self._heard("check", name, text)
        return {"is_fit": True, "problems": [], "data": None}

    async def write(self, name: str, text: str, seen: str | None) -> Changed:
        return self._heard("write", name, text, seen)

    async def put(self, name: str, path: tuple[str, ...], value: Json, seen: str | None) -> Changed:
        return self._heard("put", name, path, value, seen)

    async def remove(self, name: str, path: tuple[str, ...], seen: str | None) -> Changed:
        return self._heard("remove", name, path, seen)

    async def reload(self) -> Row:
        return self._heard("reload").row

    async def renew_password(self, agent_id: str, which: str) -> Row:
        self._heard("renew_password", agent_id, which)
        return {"agent": agent_id, "which": which, "password": "brand new"}


class FakePrompts:
    """One prompt in one language."""

    def __init__(self, folder: Path) -> None:
        self.uploads: list[bytes] = []
        self.folder = folder
        self.refuse: Problem | None = None

    async def listed(self) -> Row:
        wording: Row = {
            "language": "zh_CN", "text": "您好", "seconds": 1.0, "source": "voice",
            "is_outdated": False, "heard": "zh_CN",
        }  # fmt: skip
        language: Row = {
            "language": "zh_CN", "fallback": None, "has_voice": True, "missing": 0,
        }  # fmt: skip
        prompt: Row = {
            "prompt": "goodbye", "spoken_in": [], "used_by": ["main"], "wordings": [wording],
        }  # fmt: skip
        return {"languages": [language], "prompts": [prompt], "menu_s": 14.0, "problems": []}

    async def sound(self, language: str, prompt: str) -> bytes:
        if (language, prompt) != ("zh_CN", "goodbye"):
            raise Problem(404, "no_sound", "没有录音。")
        return b"RIFF" + bytes(range(96))

    def upload_place(self, language: str, prompt: str) -> Path:
        return self.folder / "upload.wav"

    async def put(self, language: str, prompt: str, upload: Path) -> Row:
        if self.refuse is not None:
            raise self.refuse
        self.uploads.append(upload.read_bytes())  # noqa: ASYNC240
        return {
            "seconds": 1.0, "level_dbfs": -20.0, "peak_dbfs": -3.0, "clipped": 0,
            "rate_hz": 48000, "channels": 1, "findings": [],
        }  # fmt: skip

    async def remove(self, language: str, prompt: str) -> Row:
        if self.refuse is not None:
            raise self.refuse
        return {"source": "voice", "needs_build": False}


class FakePhones:
    """Logins of phones in a browser; Asterisk is wherever ``socket_url`` says."""

    def __init__(self) -> None:
        self.browsers = {"wang", "li", "boss", "chief", "judge"}
        self.given: list[str] = []
        self.taken_back: list[str] = []
        self.socket_url = "ws://127.0.0.1:9/ws"
        self.error: Exception | None = None

    def is_browser(self, phone: str) -> bool:
        return phone in self.browsers

    async def give(self, phone: str) -> PhoneLogin:
        if self.error:
            raise self.error
        self.given.append(phone)
        return PhoneLogin(phone, f"secret {len(self.given)}", 1763918600.0, 3600.0)

    def take_back(self, phone: str) -> None:
        self.taken_back.append(phone)
