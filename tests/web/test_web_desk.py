"""The desk socket: who may connect, what arrives in which order, and what happens to the slow."""

import asyncio
import base64
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from jsonschema import Draft202012Validator

from ari_app.core import verbs
from ari_app.core.commands import Refuse, Tell
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    DeskConnected,
    DeskLost,
    TalkAsked,
)
from ari_app.core.values import AgentId, CallId, QueueName
from ari_app.web.openapi import document
from ari_app.web.routes import ROUTES
from tests.web.conftest import Api, until
from tests.web.fakes import CALL, pop

pytestmark = pytest.mark.asyncio
SCHEMAS = document(ROUTES)["components"]["schemas"]
SHAPES = {
    kind: name
    for name, schema in SCHEMAS.items()
    for type_ in [schema.get("properties", {}).get("type", {})]
    for kind in type_.get("enum", [type_.get("const")])
    if not name.endswith("Action")
}
WANG = AgentId("wang")


async def connect(api: Api, token: str, **headers: str) -> ClientWebSocketResponse:
    headers = {"Authorization": f"Bearer {token}", **headers} if token else headers
    return await api.client.ws_connect("/api/v1/desk", headers=headers)


async def heard(desk: ClientWebSocketResponse) -> dict[str, Any]:
    """The next message, which must be as documented."""
    message = await desk.receive_json(timeout=20)
    root = {"$ref": f"#/components/schemas/{SHAPES[message['type']]}"}
    Draft202012Validator({**root, "components": {"schemas": SCHEMAS}}).validate(message)
    return message


async def greeted(api: Api, agent: str = "wang") -> ClientWebSocketResponse:
    desk = await connect(api, await api.sign_in(agent))
    assert (await heard(desk))["type"] == "hello"
    return desk


async def closed(desk: ClientWebSocketResponse) -> int | None:
    """Read to the end; the close code."""
    while (await desk.receive(timeout=20)).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED):
        pass
    return desk.close_code


async def test_a_desk_hears_where_it_stands_and_the_open_pop_then_what_happens(api: Api) -> None:
    token = await api.sign_in()
    api.desks.tell(Tell(WANG, "call_ended", {"call": "earlier"}))
    api.ask.open_pop = pop()
    desk = await connect(api, token)
    hello, offer = await heard(desk), await heard(desk)
    assert (hello["agent"], hello["state"], hello["seq"]) == ("wang", "paused", 1)
    assert (offer["type"], offer["seq"], offer["call"]) == ("offer", 1, CALL)
    state = {"state": "ready", "reason": "", "since": 1.0, "until": None}
    for kind, data in [
        ("offer", pop("c2")),
        ("offer_changed", pop("c2")),
        ("offer_ended", {"call": "c2", "reason": "answered"}),
        ("connected", {"call": "c2"}),
        ("call_ended", {"call": "c2"}),
        ("state", state),
    ]:
        api.desks.tell(Tell(WANG, kind, data))
    messages = [await heard(desk) for _ in range(6)]
    assert [m["seq"] for m in messages] == [2, 3, 4, 5, 6, 7]
    assert [m["type"] for m in messages][-2:] == ["call_ended", "state"]


async def test_nobody_hears_what_is_told_to_another_agent(api: Api) -> None:
    wang, li = await greeted(api), await greeted(api, "li")
    api.desks.tell(Tell(AgentId("li"), "connected", {"call": "secret"}))
    api.desks.tell(Tell(WANG, "connected", {"call": "mine"}))
    assert (await heard(wang))["call"] == "mine"
    assert (await heard(li))["call"] == "secret"


async def test_the_service_learns_of_desks_that_come_and_go(api: Api) -> None:
    desk = await greeted(api)
    await until(lambda: api.ask.asked == [DeskConnected(WANG)])
    assert api.desks.connected() == {WANG}
    await desk.close()
    await until(lambda: api.ask.asked == [DeskConnected(WANG), DeskLost(WANG)])
    assert api.desks.connected() == frozenset()


async def test_a_browser_introduces_itself_with_the_first_message(api: Api) -> None:
    token = await api.sign_in()
    desk = await connect(api, "")
    await desk.send_json({"type": "hello", "token": token})
    assert (await heard(desk))["agent"] == "wang"


@pytest.mark.parametrize(
    "first",
    ["x", "[]", "{}", '{"type":"hello"}', '{"type":"hello","token":"%s"}' % ("A" * 43),
     '{"type":"ready"}', b"\x00\xff"],
)  # fmt: skip
async def test_who_does_not_introduce_himself_is_closed(api: Api, first: str | bytes) -> None:
    desk = await connect(api, "")
    if isinstance(first, str):
        await desk.send_str(first)
    else:
        await desk.send_bytes(first)
    assert await closed(desk) == 4401
    assert api.ask.asked == []


@pytest.mark.parametrize("hello_s", [0.05])
async def test_who_says_nothing_is_closed_after_a_while(api: Api) -> None:
    desk = await connect(api, "")
    assert await closed(desk) == 4401
    assert api.ask.asked == []


@pytest.mark.parametrize("how", ["wrong", "signed out", "expired", "removed"])
async def test_a_token_that_is_not_good_any_more_opens_nothing(api: Api, how: str) -> None:
    token = await api.sign_in()
    if how == "signed out":
        await api.post("sign-out", token=token)
    elif how == "expired":
        api.clock.at += 13 * 3600
    elif how == "removed":
        del api.credentials.roles["wang"]
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect(api, "A" * 43 if how == "wrong" else token)
    assert refused.value.status == 401
    desk = await connect(api, "")
    await desk.send_json({"type": "hello", "token": "A" * 43 if how == "wrong" else token})
    assert await closed(desk) == 4401


def foreign_origins(own: str, port: int) -> list[str]:
    """200 origins that are not ours but try to look like it."""
    tricks = [
        "null", "", "*", own + "/", own.upper(), own + ".evil.cn", own + "@evil.cn", f"{own}:80",
        own.replace("http", "https"), own.replace("http", "ws"), own.replace("http", "ftp"),
        f"http://evil.cn#{own}", f"http://evil.cn?{own}", f"http://127.0.0.1:{port + 1}",
        "http://127.0.0.1", f"http://127.1:{port}", f"http://2130706433:{port}",
        f"http://0x7f.0.0.1:{port}", f"http://[::1]:{port}", f"http://[::ffff:127.0.0.1]:{port}",
        f"http://localhost:{port}", f"{own} http://evil.cn", f"http://evil.cn {own}",
        f"{own},http://evil.cn", "file://", "data:text/html,x", "chrome-extension://abc",
        "https://desk.example.gov.cn.evil.cn", "https://desk.example.gov.cn:444",
        "http://desk.example.gov.cn", "https://evil-desk.example.gov.cn", f"http://0.0.0.0:{port}",
        "https://desk.example.gov.cn/", "HTTPS://DESK.EXAMPLE.GOV.CN", f"http://127.0.0.2:{port}",
        "https://x.desk.example.gov.cn", "https://desk.example.gov.cn@evil.cn",
        f"//127.0.0.1:{port}",
    ]  # fmt: skip
    return tricks + [f"https://evil{n}.cn" for n in range(200 - len(tricks))]


async def test_none_of_200_foreign_origins_gets_in_even_with_a_good_token(api: Api) -> None:
    token = await api.sign_in()
    port = api.client.port or 0
    origins = foreign_origins(f"http://127.0.0.1:{port}", port)
    assert len(set(origins)) == 200
    for origin in origins:
        with pytest.raises(WSServerHandshakeError) as refused:
            await connect(api, token, Origin=origin)
        assert refused.value.status == 403
    assert api.ask.asked == []


async def test_our_own_and_the_allowed_origins_get_in(api: Api) -> None:
    token = await api.sign_in()
    for origin in (f"http://127.0.0.1:{api.client.port}", "https://desk.example.gov.cn"):
        desk = await connect(api, token, Origin=origin)
        assert (await heard(desk))["type"] == "hello"


async def test_the_newest_desk_of_an_agent_wins_and_the_older_is_told_why(api: Api) -> None:
    older, newer = await greeted(api), await greeted(api)
    goodbye = await heard(older)
    assert (goodbye["type"], goodbye["code"]) == ("closed", 4001)
    assert await closed(older) == 4001
    api.desks.tell(Tell(WANG, "connected", {"call": "c"}))
    assert (await heard(newer))["type"] == "connected"
    assert DeskLost(WANG) not in api.ask.asked


async def test_100_desks_of_one_agent_at_once_leave_exactly_one(api: Api) -> None:
    token = await api.sign_in()
    desks = await asyncio.gather(*(connect(api, token) for _ in range(100)))
    codes: list[int | None] = []

    async def follow(desk: ClientWebSocketResponse) -> None:
        codes.append(await closed(desk))

    async with asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(follow(desk)) for desk in desks]
        await until(lambda: len(codes) == 99)
        [newest] = [task for task in following if not task.done()]
        api.desks.tell(Tell(WANG, "connected", {"call": "c"}))
        assert not newest.done()
        newest.cancel()
    assert codes == [4001] * 99
    assert api.desks.connected() == {WANG}
    assert DeskLost(WANG) not in api.ask.asked


def asks(verb: verbs.Verb) -> TalkAsked:
    return TalkAsked(WANG, CallId(CALL), verb)


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ({"type": "ready"}, AgentAskedReady(WANG)),
        ({"type": "not_ready", "reason": "小休"}, AgentAskedPause(WANG, "小休")),
        ({"type": "wrap_up_done"}, AgentFinishedWrapUp(WANG)),
        ({"type": "accept", "call": CALL}, AgentAccepted(WANG, CallId(CALL))),
        ({"type": "decline", "call": CALL}, AgentDeclined(WANG, CallId(CALL))),
        ({"type": "hang_up", "call": CALL}, AgentHungUp(WANG, CallId(CALL))),
        ({"type": "hold", "call": CALL}, asks(verbs.Hold())),
        ({"type": "resume", "call": CALL}, asks(verbs.Resume())),
        ({"type": "complete_transfer", "call": CALL}, asks(verbs.CompleteTransfer())),
        (
            {"type": "consult", "call": CALL, "to": {"agent": "1002"}},
            asks(verbs.Consult(verbs.ToAgent(AgentId("1002")))),
        ),
        (
            {"type": "transfer", "call": CALL, "to": {"queue": "general", "needs": {"en": 3}}},
            asks(verbs.BlindTransfer(verbs.ToQueue(QueueName("general"), (("en", 3),)))),
        ),
        (
            {"type": "three_way", "call": CALL, "to": {"number": "110"}},
            asks(verbs.ThreeWay(verbs.ToNumber("110"))),
        ),
        ({"type": "three_way", "call": CALL}, asks(verbs.ThreeWay(None))),
        ({"type": "send_keys", "call": CALL, "digits": "1#"}, asks(verbs.SendKeys("1#"))),
        (
            {"type": "mark_urgent", "call": CALL, "level": "急"},
            asks(verbs.MarkUrgent(verbs.Urgency.URGENT)),
        ),
        (
            {"type": "mark_confidential", "call": CALL, "on": True},
            asks(verbs.MarkConfidential(True)),
        ),
    ],
)
async def test_actions_are_asked_and_answered_with_their_reference(
    api: Api, action: dict[str, object], event: object
) -> None:
    desk = await greeted(api)
    await desk.send_json({**action, "ref": "r-1"})
    assert await heard(desk) == {"type": "reply", "ref": "r-1", "ok": True}
    assert api.ask.asked[-1] == event
    api.ask.refuse = Refuse("not_now", "现在不行。")
    await desk.send_json({**action, "ref": 2})
    reply = {"type": "reply", "ref": 2, "ok": False, "code": "not_now", "message": "现在不行。"}
    assert await heard(desk) == reply


@pytest.mark.parametrize(
    "text",
    ["", "x", "null", "[]", "7", '{"type":"fly"}', '{"type":"accept"}', "[" * 20000, '{"ref":"r"}',
     '{"type":"accept","call":7,"ref":"r"}', '{"type":"not_ready","reason":""}',
     '{"type":"consult","call":"1","to":{}}', '{"type":"send_keys","call":"1","digits":"x"}',
     '{"type":"transfer","call":"1","to":{"agent":"1","queue":"q"}}',
     '{"type":"ready","ref":{"a":1}}', '{"type":"ready","extra":1}',
     '{"type":"hello","token":"x"}'],
)  # fmt: skip
async def test_a_message_that_makes_no_sense_is_answered_and_changes_nothing(
    api: Api, text: str
) -> None:
    desk = await greeted(api)
    await desk.send_str(text)
    reply = await heard(desk)
    assert (reply["ok"], reply["code"]) == (False, "bad_message")
    assert reply["ref"] == ("r" if '"ref":"r"' in text else None)
    assert api.ask.asked == [DeskConnected(WANG)]
    await desk.send_str('{"type":"ready"}')
    assert (await heard(desk))["ok"] is True


async def test_a_service_that_does_not_answer_is_said_so(api: Api) -> None:
    desk = await greeted(api)
    api.ask.error = TimeoutError()
    await desk.send_str('{"type":"ready","ref":1}')
    assert (await heard(desk))["code"] == "unavailable"


@pytest.mark.parametrize(("data", "code"), [(b"x" * 70_000, 1009), (b"\xff\xfe", 1007)])
async def test_too_large_and_not_utf_8_ends_the_socket(api: Api, data: bytes, code: int) -> None:
    desk = await greeted(api)
    await desk._writer.send_frame(data, WSMsgType.TEXT)
    assert await closed(desk) == code
    await until(lambda: not api.desks.connected())


async def test_signing_out_closes_the_desk_at_once(api: Api) -> None:
    token = await api.sign_in()
    desk = await connect(api, token)
    await heard(desk)
    await api.post("sign-out", token=token)
    assert (await heard(desk))["code"] == 4002
    assert await closed(desk) == 4002


async def test_a_desk_ends_with_its_token(api: Api) -> None:
    token = await api.sign_in()
    api.clock.at += 12 * 3600 - 0.2
    desk = await connect(api, token)
    assert (await heard(desk))["type"] == "hello"
    assert (await heard(desk))["code"] == 4002
    assert await closed(desk) == 4002


async def test_an_account_that_is_removed_loses_its_desk(api: Api) -> None:
    desk = await greeted(api)
    del api.credentials.roles["wang"]
    await desk.send_str('{"type":"ready"}')
    assert await closed(desk) == 4002
    assert AgentAskedReady(WANG) not in api.ask.asked


async def test_at_shutdown_desks_are_sent_away_but_not_reported_lost(api: Api) -> None:
    desk = await greeted(api)
    closing = asyncio.ensure_future(api.client.server.close())
    assert (await heard(desk))["code"] == 1001
    assert await closed(desk) == 1001
    await closing
    assert DeskLost(WANG) not in api.ask.asked


async def deaf_desk(api: Api) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connects as a desk and then never reads."""
    token = await api.sign_in()
    reader, writer = await asyncio.open_connection("127.0.0.1", api.client.port, limit=1024)
    key = base64.b64encode(b"0" * 16).decode()
    lines = [
        "GET /api/v1/desk HTTP/1.1", f"Host: 127.0.0.1:{api.client.port}", "Upgrade: websocket",
        "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
        f"Authorization: Bearer {token}", "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    await until(lambda: WANG in api.desks.connected())
    return reader, writer


@pytest.mark.parametrize("burst", [True, False])
async def test_a_desk_that_does_not_read_is_cut_and_nobody_else_waits(
    api: Api, burst: bool
) -> None:
    other = await greeted(api, "li")
    _, writer = await deaf_desk(api)
    big = Tell(WANG, "offer", {"call": "x" * 60_000})
    sent = 0
    while WANG in api.desks.connected() and sent < 5000:
        api.desks.tell(big)
        sent += 1
        if not burst:
            await asyncio.sleep(0.001)
        elif sent == 300:
            break
    await until(lambda: api.desks.connected() == {"li"})
    assert sent < 5000
    assert DeskLost(WANG) in api.ask.asked
    api.desks.tell(Tell(AgentId("li"), "connected", {"call": "c"}))
    assert (await heard(other))["type"] == "connected"
    writer.close()


async def test_a_stalled_send_ends_without_any_further_message(api: Api) -> None:
    _, writer = await deaf_desk(api)
    for _ in range(150):
        api.desks.tell(Tell(WANG, "offer", {"call": "x" * 60_000}))
    await until(lambda: not api.desks.connected())
    writer.close()


async def test_200_desks_come_back_after_a_restart(api: Api) -> None:
    """Each gets its greeting; the agents here share three accounts, one desk each stays."""
    tokens = [await api.sign_in(agent) for agent in ("wang", "li", "boss")]
    desks = await asyncio.gather(*(connect(api, tokens[n % 3]) for n in range(200)))
    hellos = [json.loads((await desk.receive(timeout=20)).data) for desk in desks]
    assert {hello["type"] for hello in hellos} == {"hello"}
    assert len(api.desks.connected()) == 3
