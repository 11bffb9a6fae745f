"""The HTTP transport, with respx in place of the network."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import respx
from waiting import beside

from ari_app.ari import HttpTransport, TimedOut, Unreachable
from ari_app.ari.operations import OPERATIONS
from ari_app.ari.transport import lane_of

pytestmark = pytest.mark.asyncio
BASE = "http://asterisk.test:8088"
DROPPED = httpx.RemoteProtocolError("Server disconnected without sending a response.")
ANSWER, DTMF = OPERATIONS["channels.answer"], OPERATIONS["channels.sendDTMF"]


@pytest_asyncio.fixture
async def http() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport(BASE, "Basic secret", lanes=2)
    async with beside(transport.run()):
        yield transport


@respx.mock
async def test_a_request_has_its_path_query_body_and_login(http: HttpTransport) -> None:
    route = respx.post(f"{BASE}/ari/channels/a%2Fb", params={"endpoint": "PJSIP/1 0"})
    route.respond(200, json={"id": "a/b"})
    args = {"channel_id": "a/b", "endpoint": "PJSIP/1 0", "variables": {"CALL": "c1"}}
    response = await http.request(OPERATIONS["channels.originateWithId"], args, key="c")
    request = route.calls.last.request
    assert request.url.raw_path == b"/ari/channels/a%2Fb?endpoint=PJSIP%2F1%200"
    assert request.headers["Authorization"] == "Basic secret"
    assert request.headers["Content-Type"] == "application/json"
    assert request.content == b'{"variables":{"CALL":"c1"}}'
    assert (response.status, response.body) == (200, {"id": "a/b"})


@respx.mock
async def test_a_connection_that_was_closed_while_idle_is_tried_once_more(
    http: HttpTransport,
) -> None:
    route = respx.post(f"{BASE}/ari/channels/c1/answer")
    route.side_effect = [DROPPED, httpx.Response(204)]
    assert (await http.request(ANSWER, {"channel_id": "c1"}, key="c")).status == 204
    route.side_effect = [DROPPED, DROPPED]
    with pytest.raises(Unreachable, match="Server disconnected"):
        await http.request(ANSWER, {"channel_id": "c1"}, key="c")
    assert route.call_count == 4


@respx.mock
async def test_what_people_would_hear_twice_is_not_repeated(http: HttpTransport) -> None:
    route = respx.post(f"{BASE}/ari/channels/c1/dtmf").mock(side_effect=DROPPED)
    with pytest.raises(Unreachable):
        await http.request(DTMF, {"channel_id": "c1", "dtmf": "1"}, key="c")
    assert route.call_count == 1


@respx.mock
async def test_a_refused_connection_is_unreachable(http: HttpTransport) -> None:
    respx.post(f"{BASE}/ari/channels/c1/answer").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(Unreachable, match=r"channels.answer: no answer: refused"):
        await http.request(ANSWER, {"channel_id": "c1"}, key="c")


@respx.mock
async def test_requests_of_one_key_keep_their_order_and_others_pass_a_slow_one(
    http: HttpTransport,
) -> None:
    began, gate, served = asyncio.Event(), asyncio.Event(), list[str]()

    async def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/slow/answer"):
            began.set()
            await gate.wait()
        served.append(request.url.path.split("/")[3])
        return httpx.Response(204)

    respx.route().mock(side_effect=serve)
    async with asyncio.TaskGroup() as group:
        for channel in ("slow", "second", "third"):
            group.create_task(http.request(ANSWER, {"channel_id": channel}, key="call"))
        await began.wait()
        other = next(key for key in map(str, range(99)) if lane_of(key, 2) != lane_of("call", 2))
        await http.request(ANSWER, {"channel_id": "other"}, key=other)
        with pytest.raises(TimedOut):
            await http.request(ANSWER, {"channel_id": "late"}, key="call", limit_s=0.05)
        gate.set()
    assert served == ["other", "slow", "second", "third"]
