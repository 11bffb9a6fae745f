"""The login of the phone in a page, and the SIP socket that leads to Asterisk."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer

from ari_app.web import cookie
from tests.web.conftest import Api, until
from tests.web.test_sip_guard import message, register

pytestmark = pytest.mark.asyncio

WANG = register("wang", "wang")


class Asterisk:
    """The other end: keeps what arrives, says what it is told to."""

    def __init__(self) -> None:
        self.heard: list[str | bytes] = []
        self.sockets: list[web.WebSocketResponse] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self.sockets.append(socket)
        async for frame in socket:
            self.heard.append(frame.data)
        return socket


@pytest_asyncio.fixture
async def asterisk(api: Api) -> AsyncIterator[Asterisk]:
    one = Asterisk()
    app = web.Application()
    app.router.add_get("/ws", one.serve)
    async with TestServer(app) as server:
        api.phones.socket_url = f"ws://127.0.0.1:{server.port}/ws"
        yield one
        for socket in one.sockets:
            await socket.close()


async def line(api: Api, token: str, *, protocols: tuple[str, ...] = ("sip",), **headers: str):
    said = {"Authorization": f"Bearer {token}"} if token else {}
    return await api.client.ws_connect("/sip", protocols=protocols, headers={**said, **headers})


async def refusal(api: Api, token: str = "", **more: str) -> int:
    with pytest.raises(WSServerHandshakeError) as caught:
        await line(api, token, **more)
    return caught.value.status


async def closed(socket: ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(20):
        while not socket.closed:
            await socket.receive()
    return socket.close_code


async def test_an_agent_gets_a_login_for_the_own_phone_and_each_one_ends_the_last(api: Api):
    token = await api.sign_in()
    first = await (await api.post("agent/phone", token=token)).json()
    second = await (await api.post("agent/phone", token=token)).json()
    assert first["user"] == "wang"
    assert first["sip_uri"] == "sip:wang@hotline.invalid"
    assert first["socket"] == "/sip"
    assert first["lasts_s"] == 3600.0
    assert first["password"] != second["password"]
    assert api.phones.given == ["wang", "wang"]


async def test_nobody_gets_one_without_being_signed_in(api: Api):
    assert (await api.post("agent/phone")).status == 401
    assert api.phones.given == []


async def test_a_desk_phone_needs_no_login_of_a_page(api: Api):
    token = await api.sign_in()
    api.phones.browsers.clear()
    answer = await api.post("agent/phone", token=token)
    assert answer.status == 409
    assert (await answer.json())["code"] == "no_browser_phone"


async def test_a_supervisors_login_is_audited_without_its_secret(api: Api):
    token = await api.sign_in("boss")
    await api.post("agent/phone", token=token)
    row = api.audits.written[-1]
    assert row.what == "POST /api/v1/agent/phone"
    assert "secret" not in str(row)


async def test_frames_pass_both_ways_as_they_are(api: Api, asterisk: Asterisk):
    page = await line(api, await api.sign_in())
    assert page.protocol == "sip"
    await page.send_str(WANG.decode())
    await page.send_bytes(WANG)
    await until(lambda: len(asterisk.heard) == 2)
    assert asterisk.heard == [WANG.decode(), WANG]
    await asterisk.sockets[0].send_str("SIP/2.0 200 OK")
    assert await page.receive_str(timeout=20) == "SIP/2.0 200 OK"


async def test_the_line_says_that_it_is_alive_without_asking_asterisk(api: Api, asterisk: Asterisk):
    page = await line(api, await api.sign_in())
    await page.send_str("\r\n\r\n")
    assert await page.receive_str(timeout=20) == "\r\n"
    assert asterisk.heard == []


async def test_a_page_that_calls_somebody_is_cut_off(api: Api, asterisk: Asterisk):
    page = await line(api, await api.sign_in())
    called = message("INVITE sip:110@h SIP/2.0", "From: <sip:wang@h>;tag=a", "To: <sip:110@h>")
    await page.send_bytes(called)
    assert await closed(page) == 1008
    assert asterisk.heard == []


async def test_pages_of_others_and_pages_without_a_session_stay_outside(
    api: Api, asterisk: Asterisk
):
    token = await api.sign_in()
    assert await refusal(api) == 401
    assert await refusal(api, "wrong") == 401
    assert await refusal(api, token, Origin="https://evil.example") == 403
    shown = f"{cookie.NAME}={token}"
    assert await refusal(api, Cookie=shown) == 403
    assert await refusal(api, Cookie=shown, Origin="https://desk.example.gov.cn") == 403
    assert await refusal(api, Cookie=f"{cookie.NAME}=old", Origin=own(api)) == 401
    assert asterisk.sockets == []
    page = await line(api, "", Cookie=shown, Origin=own(api))
    assert page.protocol == "sip"


def own(api: Api) -> str:
    return str(api.client.make_url("")).rstrip("/")


async def test_a_socket_that_speaks_no_sip_is_refused(api: Api, asterisk: Asterisk):
    assert await refusal(api, await api.sign_in(), protocols=()) == 400


async def test_without_asterisk_the_page_is_told_to_come_back(api: Api):
    assert await refusal(api, await api.sign_in()) == 503


async def test_the_newest_page_has_the_line(api: Api, asterisk: Asterisk):
    token = await api.sign_in()
    first = await line(api, token)
    second = await line(api, token)
    assert await closed(first) == 4001
    await second.send_str("\r\n\r\n")
    assert await second.receive_str(timeout=20) == "\r\n"


async def test_signing_out_ends_the_line_and_the_login(api: Api, asterisk: Asterisk):
    token = await api.sign_in()
    page = await line(api, token)
    await api.post("sign-out", token=token)
    assert await closed(page) == 4002
    assert api.phones.taken_back == ["wang"]


async def test_whoever_was_signed_out_by_others_loses_the_line_at_the_next_word(
    api: Api, asterisk: Asterisk
):
    page = await line(api, await api.sign_in())
    api.ask.signed_out.add("wang")
    await page.send_bytes(WANG)
    assert await closed(page) == 4002
    assert asterisk.heard == []


async def test_the_line_ends_with_the_session(api: Api, asterisk: Asterisk):
    token = await api.sign_in()
    api.clock.at += 12 * 3600 - 0.3
    page = await line(api, token)
    assert await closed(page) == 4002


async def test_when_one_side_ends_nothing_of_the_line_is_left(api: Api, asterisk: Asterisk):
    token = await api.sign_in()
    before = len(asyncio.all_tasks())
    page = await line(api, token)
    await until(lambda: asterisk.sockets)
    await page.close()
    await until(lambda: asterisk.sockets[0].closed)
    other = await line(api, token)
    await until(lambda: len(asterisk.sockets) == 2)
    await asterisk.sockets[1].close()
    assert await closed(other) == 1013
    await until(lambda: len(asyncio.all_tasks()) <= before)


async def test_a_frame_too_large_ends_the_line(api: Api, asterisk: Asterisk):
    page = await line(api, await api.sign_in())
    await page.send_bytes(b"x" * (64 * 1024 + 1))
    frame = await page.receive(timeout=20)
    assert frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    assert asterisk.heard == []
