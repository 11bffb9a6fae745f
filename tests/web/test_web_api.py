"""Each route, each refusal, each role; every answer is held against the published description."""

import asyncio
import hashlib
import io
import math
import re
import time
from typing import Any

import pytest
from aiohttp import ClientResponse
from argon2 import PasswordHasher
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from ari_app.core.commands import Refuse
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    WrapUpChanged,
)
from ari_app.core.values import AgentId, CallId, QueueName
from ari_app.web.docs_page import page
from ari_app.web.openapi import document
from ari_app.web.problems import Problem
from ari_app.web.route import Route
from ari_app.web.routes import ROUTES
from tests.web.conftest import Api
from tests.web.fakes import CALL, MACHINES, PASSWORD, pop

pytestmark = pytest.mark.asyncio
DOCUMENT = document(ROUTES)
WANG = AgentId("wang")

BODIES: dict[str, object] = {
    "/api/v1/outbox/retry": {"number": 7},
    "/api/v1/tickets/{ticket_id}": {"case_type": "投诉", "urgency": "急"},
    "/api/v1/tickets/{ticket_id}/draft": {"fields": {"urgency": "急"}, "seen": 0, "tab": "t1"},
    "/api/v1/tickets/{ticket_id}/dispatch": {"units": ["housing"]},
    "/api/v1/tickets/{ticket_id}/close": {},
    "/api/v1/tickets/{ticket_id}/reopen": {"reason": "市民反映未解决"},
    "/api/v1/tickets/{ticket_id}/join": {"repeat_of": "t-0"},
    "/api/v1/work-orders/{work_order_id}/extend": {"reason": "需现场勘查"},
    "/api/v1/work-orders/{work_order_id}/return": {"reason": "不属于本单位职责"},
    "/api/v1/work-orders/{work_order_id}/close": {"result": "已修复"},
    "/api/v1/intake": {"channel": "wechat", "intake_key": "m-1", "matter_cause": "噪音"},
    "/api/v1/sign-in": {"agent": "wang", "password": PASSWORD},
    "/api/v1/agent/not-ready": {"reason": "小休"},
    "/api/v1/wrap-up": {"wrap_up_s": 25},
    "/api/v1/calls/{call_id}/supervise": {"how": "listen", "reason": "质检"},
    "/api/v1/queues/{queue}/wrap-up": {"wrap_up_s": 25},
    "/api/v1/agents/{agent_id}/wrap-up": {"wrap_up_s": 25},
    "/api/v1/agents/{agent_id}/state": {"state": "paused", "reason": "培训"},
    "/api/v1/agents/{agent_id}/hand-over": {"to": "li"},
    "/api/v1/agent/hand-over": {"to": "li"},
    "/api/v1/surge": {"mode": "typhoon"},
    "/api/v1/flows/versions": {"message": "新菜单", "canary": {"percent": 5}},
    "/api/v1/flows/promote": {},
    "/api/v1/flows/rollback": {"to": 1},
    "/api/v1/config/{file}": {"text": "agents: {}"},
    "/api/v1/config/{file}/check": {"text": "agents: {}"},
    "/api/v1/config/{file}/{section}/{entry}": {"value": {"name": "王敏"}},
    "/api/v1/config/passwords/{agent_id}": {},
    "/api/v1/emergency": {"prompt": "typhoon", "until": 1763925000.0},
    "/api/v1/callbacks": {"number": "13800138000"},
    "/api/v1/tickets/{ticket_id}/duty-call": {"unit": "water", "urgency": "紧急"},
    "/api/v1/visits": {"ticket_ids": ["t-1"]},
    "/api/v1/visits/paused": {"is_paused": True},
    "/api/v1/calls/{call_id}/send-keys": {"digits": "12#"},
    "/api/v1/calls/{call_id}/consult": {"to": {"agent": "1002"}},
    "/api/v1/calls/{call_id}/transfer": {"to": {"queue": "general", "needs": {"en": 3}}},
    "/api/v1/calls/{call_id}/three-way": {"to": {"number": "110"}},
    "/api/v1/calls/{call_id}/mark-urgent": {"level": "紧急"},
    "/api/v1/calls/{call_id}/mark-confidential": {"on": True},
    "/api/v1/studio/files/{folder}/{tree_file}": {"text": "flow: main"},
    "/api/v1/studio/files/{folder}/{tree_file}/rename": {"to": "new.yaml"},
    "/api/v1/studio/check": {"changed": {"flows/main.yaml": "flow: main"}, "profile": "gbt33358"},
    "/api/v1/studio/drawing": {"file": "flows/main.yaml"},
    "/api/v1/studio/play": {"deeds": [{"do": "key", "key": "3"}]},
    "/api/v1/studio/comparison": {"day": "2026-11-22"},
}
MAY = {
    "wang": ("nobody", "person", "phone", "agent", "staff", "playback"),
    "boss": ("nobody", "person", "phone", "agent", "staff", "listener", "reader", "recordings",
             "playback", "auditor", "supervisor", "city"),
    "judge": ("nobody", "person", "phone", "listener", "reader", "recordings", "playback"),
    "auditor": ("nobody", "person", "reader", "auditor"),
    "chief": ("nobody", "person", "phone", "agent", "staff", "listener", "reader", "recordings",
              "playback", "auditor", "supervisor", "admin", "city"),
    "the city's program": ("nobody", "city"),
    "a channel's program": ("nobody", "intake"),
}  # fmt: skip
NOT_DESK = [route for route in ROUTES if route.role != "desk"]


def address(route: Route) -> str:
    names = {"call_id": CALL, "ticket_id": "t-1", "queue": "general", "number": "2",
             "entry_id": "callback-1", "file": "agents", "section": "agents", "entry": "1001",
             "language": "zh_CN", "prompt": "goodbye",
             "agent_id": "1001", "work_order_id": "t-1.w1", "name": "day",
             "folder": "flows", "tree_file": "main.yaml"}  # fmt: skip
    asked = "?figure=answered" if route.path.endswith("/{name}/calls") else ""
    return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], route.path) + asked


async def use(api: Api, route: Route, token: str) -> ClientResponse:
    version = "*" if "/config/" in route.path else '"2"'
    more = {"headers": {"If-Match": version}} if 428 in route.refusals else {}
    body = BODIES.get(route.path) if route.body else None
    return await api.call(route.method, address(route), token=token, json=body, **more)


async def token_of(api: Api, who: str) -> str:
    programs = {"the city's program": "city", "a channel's program": "intake"}
    if who not in programs:
        return await api.sign_in(who)
    return MACHINES[programs[who]]


async def some_token(api: Api, route: Route) -> str:
    """Of somebody who may do this."""
    return await token_of(api, "a channel's program" if route.role == "intake" else "chief")


async def check(route_path: str, method: str, answer: ClientResponse) -> Any:
    """The status is documented and the body has the documented shape."""
    operation = DOCUMENT["paths"][route_path][method.lower()]
    documented = operation["responses"][str(answer.status)]
    if not documented.get("content"):
        assert await answer.read() == b""
        return None
    assert answer.content_type in documented["content"]
    if "json" not in answer.content_type:
        return (await answer.read()).decode(errors="replace")
    if "json" not in answer.content_type or "ndjson" in answer.content_type:
        return await answer.text()
    schema = documented["content"][answer.content_type]["schema"]
    body = await answer.json()
    root = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(root).validate(body)
    return body


async def test_the_description_is_openapi_3_1_and_names_every_route(api: Api) -> None:
    answer = await api.get("openapi.json")
    served = await answer.json()
    validate(served)
    assert served == DOCUMENT
    assert sum(len(item) for item in served["paths"].values()) == len(ROUTES)


async def test_the_page_names_every_path_and_no_other_host(api: Api) -> None:
    answer = await api.get("docs")
    text = await answer.text()
    assert text == page(DOCUMENT)
    assert all(path in text for path in DOCUMENT["paths"])
    assert "://" not in text
    assert "<script" not in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("route", NOT_DESK, ids=lambda r: r.name)
@pytest.mark.parametrize("who", ["nobody", "wrong token", *MAY])
async def test_each_role_gets_what_the_table_says_and_nothing_more(
    api: Api, route: Route, who: str
) -> None:
    tokens = {"nobody": "", "wrong token": "A" * 43}
    token = tokens[who] if who in tokens else await token_of(api, who)
    answer = await use(api, route, token)
    await check(route.path, route.method, answer)
    may = route.role in MAY.get(who, ("nobody",))
    refused = 401 if who in tokens else 403
    assert answer.status == ((204 if route.answer is None else 200) if may else refused)
    if not may:
        assert api.ask.asked == api.trees.asked == api.studio.asked == []


# The login of a page's phone asks the core nothing; tests/web/test_web_phone.py has its refusals.
REFUSED = [r for r in NOT_DESK if 409 in r.refusals and r.path != "/api/v1/agent/phone"]


@pytest.mark.parametrize("route", REFUSED, ids=lambda r: r.name)
async def test_a_no_of_the_core_is_a_409_with_its_code(api: Api, route: Route) -> None:
    token = await some_token(api, route)
    api.ask.refuse = Refuse("not_now", "现在不行。")
    api.trees.refuse = api.tickets.refuse = Problem(409, "not_now", "现在不行。")
    api.configurations.refuse = api.prompts.refuse = api.trees.refuse
    api.studio.refuse = api.trees.refuse
    answer = await use(api, route, token)
    body = await check(route.path, route.method, answer)
    assert (answer.status, body["code"], body["detail"]) == (409, "not_now", "现在不行。")


@pytest.mark.parametrize("route", [r for r in NOT_DESK if r.body], ids=lambda r: r.name)
@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"7", b"{", b'"x"', b"\xff\xfe{}", b'{"agent": "\xff"}', b"[" * 30000,
        b'{"agent": 1, "password": [], "reason": 5, "wrap_up_s": "9"}',
        b'{"agent": "", "password": "", "reason": " \\u0000", "wrap_up_s": -1}',
        b'{"wrap_up_s": NaN, "reason": "a\\nb"}', b'{"wrap_up_s": 1e999, "reason": "\\ud800"}',
        b'{"agent":"wang","password":"x","reason":"x","wrap_up_s":1,"more":1}',
    ],
    ids=lambda data: repr(data[:24]),
)  # fmt: skip
async def test_hostile_bodies_are_refused_field_by_field(
    api: Api, route: Route, data: bytes
) -> None:
    token = await some_token(api, route)
    answer = await api.call(route.method, address(route), token=token, data=data)
    body = await check(route.path, route.method, answer)
    assert answer.status == 422
    assert body["errors"]
    assert all(error["message"] for error in body["errors"])
    assert api.ask.asked == []


USUAL = [r for r in NOT_DESK if r.body and not r.is_large]


@pytest.mark.parametrize("route", USUAL, ids=lambda r: r.name)
async def test_a_body_over_its_limit_is_a_413(api: Api, route: Route) -> None:
    token = await some_token(api, route)
    data = io.BytesIO(b" " * (route.most_bytes + 1))
    answer = await api.call(route.method, address(route), token=token, data=data)
    assert (await check(route.path, route.method, answer))["code"] == "too_large"
    assert answer.status == 413


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "limit=", "nonsense=1"])
@pytest.mark.parametrize("path", ["calls/recent", "tickets"])
async def test_a_query_that_makes_no_sense_is_a_422(api: Api, path: str, query: str) -> None:
    answer = await api.get(f"{path}?{query}", await api.sign_in())
    body = await check(f"/api/v1/{path}", "GET", answer)
    assert (answer.status, body["errors"][0]["field"]) == (422, query.split("=")[0])


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/nothing", "/api/v1/tickets/t-2", "/api/v1/tickets/..%2f..%2fetc",
             "/api/v1/tickets/%00", "/api/v1/tickets/%ff", "/api/v1/agents/"],
)  # fmt: skip
async def test_what_is_not_there_is_a_404_problem(api: Api, path: str) -> None:
    answer = await api.call("GET", path, token=await api.sign_in())
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["status"] == 404


async def test_a_wrong_method_is_a_405_that_names_the_right_one(api: Api) -> None:
    answer = await api.get("sign-in")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert (await answer.json())["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("path", "body", "event"),
    [
        ("agent/ready", None, AgentAskedReady(WANG)),
        ("agent/not-ready", {"reason": " 小休 "}, AgentAskedPause(WANG, "小休")),
        ("agent/wrap-up-done", None, AgentFinishedWrapUp(WANG)),
        (f"calls/{CALL}/accept", None, AgentAccepted(WANG, CallId(CALL))),
        (f"calls/{CALL}/decline", None, AgentDeclined(WANG, CallId(CALL))),
        (f"calls/{CALL}/hang-up", None, AgentHungUp(WANG, CallId(CALL))),
        ("sign-out", None, AgentSignedOut(WANG)),
    ],
)
async def test_each_action_asks_for_the_owner_of_the_token(
    api: Api, path: str, body: object, event: object
) -> None:
    answer = await api.post(path, body, await api.sign_in())
    assert answer.status in (200, 204)
    assert api.ask.asked == [event]


@pytest.mark.parametrize("queue", [None, "general", "政企通"])
async def test_a_supervisor_changes_the_wrap_up(api: Api, queue: str | None) -> None:
    path = f"/api/v1/queues/{queue}/wrap-up" if queue else "/api/v1/wrap-up"
    token = await api.sign_in("boss")
    answer = await api.call("PUT", path, token=token, json={"wrap_up_s": 25})
    assert await answer.json() == {"queue": queue, "wrap_up_s": 25}
    assert api.ask.asked == [WrapUpChanged(QueueName(queue) if queue else None, 25)]


async def test_own_state_shows_the_open_pop(api: Api) -> None:
    token = await api.sign_in()
    api.ask.open_pop = pop()
    body = await check("/api/v1/agent", "GET", await api.get("agent", token))
    assert body["offer"]["caller"]["number"] == "13800138000"


async def test_tickets_are_asked_for_by_caller_and_limit(api: Api) -> None:
    await api.get("tickets?limit=7&caller=13800138000", await api.sign_in())
    assert api.reads.asked_for == (7, "13800138000")


async def test_only_the_hash_of_the_token_is_kept(api: Api) -> None:
    token = await api.sign_in()
    assert list(api.sessions.kept) == [hashlib.sha256(token.encode()).hexdigest()]
    assert len(token) >= 43


async def test_signing_in_tells_the_service_and_signing_out_ends_the_token(api: Api) -> None:
    answer = await api.post("sign-in", {"agent": "wang", "password": PASSWORD})
    body = await answer.json()
    assert body["expires_at"] == api.clock.at + 12 * 3600
    assert api.ask.asked == [AgentSignedIn(WANG)]
    assert (await api.post("sign-out", token=body["token"])).status == 204
    assert (await api.get("agent", body["token"])).status == 401
    assert api.sessions.kept == {}


async def test_a_token_ends_with_its_time_its_account_and_its_role(api: Api) -> None:
    token, boss = await api.sign_in(), await api.sign_in("boss")
    api.credentials.roles["boss"] = "agent"
    changed = await api.call("PUT", "/api/v1/wrap-up", token=boss, json={"wrap_up_s": 1})
    assert changed.status == 403
    del api.credentials.roles["boss"]
    assert (await api.get("agent", boss)).status == 401
    api.clock.at += 12 * 3600
    assert (await api.get("agent", token)).status == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic d2FuZzp4", "Bearer x y", "bearer " + "é" * 20]
)
async def test_a_strange_authorization_is_a_401(api: Api, header: str) -> None:
    await api.sign_in()
    answer = await api.client.get("/api/v1/agent", headers={"Authorization": header})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_an_unknown_agent_and_a_wrong_password_look_the_same(api: Api) -> None:
    answers = [
        await api.post("sign-in", {"agent": agent, "password": "wrong"})
        for agent in ("wang", "nobody", "工号'--")
    ]
    bodies = [await check("/api/v1/sign-in", "POST", answer) for answer in answers]
    assert [answer.status for answer in answers] == [401] * 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert api.ask.asked == []


async def test_guessing_is_stopped_for_the_guesser_alone(api: Api) -> None:
    wrong = {"agent": "wang", "password": "wrong"}
    answers = await asyncio.gather(*(api.post("sign-in", wrong) for _ in range(30)))
    assert sorted(answer.status for answer in answers) == [401] * 5 + [429] * 25
    stopped = await api.post("sign-in", {"agent": "wang", "password": PASSWORD})
    assert (await check("/api/v1/sign-in", "POST", stopped))["code"] == "too_many_tries"
    assert 0 < int(stopped.headers["Retry-After"]) <= 60
    assert await api.sign_in("li")
    api.clock.at += int(stopped.headers["Retry-After"])
    assert await api.sign_in("wang")


async def test_somebody_who_knows_the_password_is_never_stopped(api: Api) -> None:
    for _ in range(30):
        await api.sign_in("wang")


async def test_one_address_cannot_try_many_accounts(api: Api) -> None:
    statuses = [
        (await api.post("sign-in", {"agent": f"a{n}", "password": "x"})).status for n in range(130)
    ]
    assert statuses == [401] * 100 + [429] * 30


async def test_a_password_is_checked_beside_the_event_loop() -> None:
    """With the real cost of argon2, and the same for an account that is not there."""
    from concurrent.futures import ThreadPoolExecutor

    from ari_app.web import Credential
    from ari_app.web.auth import Passwords

    hasher = PasswordHasher()
    known = Credential(WANG, hasher.hash("right"))
    quickest: dict[Credential | None, float] = {known: math.inf, None: math.inf}
    turns = 0
    with ThreadPoolExecutor(1) as executor:
        passwords = Passwords(hasher, executor)
        for _ in range(30):  # the quickest of several: a busy machine makes some of them slow
            for credential in (known, None):
                begun = time.perf_counter()
                check_ = asyncio.ensure_future(passwords.verify(credential, "wrong"))
                while not check_.done():
                    await asyncio.sleep(0)
                    turns += 1
                quickest[credential] = min(quickest[credential], time.perf_counter() - begun)
                assert check_.result() is False
            if 0.5 < (ratio := quickest[None] / quickest[known]) < 2:
                break
    assert 0.5 < ratio < 2
    assert turns > 10


async def test_signed_in_agents_go_on_while_the_database_is_away(api: Api) -> None:
    api.sessions.is_away = True
    token = await api.sign_in()
    assert (await api.post("agent/ready", token=token)).status == 200


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError()])
async def test_a_service_that_does_not_answer_is_a_503(api: Api, error: Exception) -> None:
    token = await api.sign_in()
    api.ask.error = error
    answer = await api.post("agent/ready", token=token)
    assert (await check("/api/v1/agent/ready", "POST", answer))["code"] == "unavailable"


async def test_a_database_that_is_away_is_a_503_and_a_bug_is_a_500(api: Api) -> None:
    token = await api.sign_in()
    api.reads.is_away = True
    assert (await api.get("calls/recent", token)).status == 503
    api.ask.error = ZeroDivisionError("13800138000")
    answer = await api.post("agent/ready", token=token)
    assert answer.status == 500
    assert "ZeroDivision" not in await answer.text()


async def test_not_ready_says_why_and_an_optional_part_does_not_count(api: Api) -> None:
    api.ask.components = {"ari": "ok", "database": "ok", "redis": "connection refused"}
    assert (await api.client.get("/readyz")).status == 200
    api.ask.components["ari"] = "no connection"
    ready = await api.client.get("/readyz")
    assert (ready.status, await check("/readyz", "GET", ready)) == (
        503,
        {"ready": False, "reasons": ["ari: no connection"]},
    )
    status = await check("/status", "GET", await api.client.get("/status"))
    assert status["status"] == "fail"
    assert status["components"]["ari"] == {"status": "fail", "detail": "no connection"}
    assert status["components"]["database"] == {"status": "ok"}
    assert (await api.client.get("/livez")).status == 200


async def test_answers_may_not_be_kept_or_sniffed(api: Api) -> None:
    for path in ("/livez", "/api/v1/agents", "/nothing"):
        answer = await api.client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
