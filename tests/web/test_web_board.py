"""The board's socket: who may look, what is pushed, how often, and what happens to the slow."""

import asyncio
import base64
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from ari_app.core.board_view import Sections
from ari_app.web.boards import Boards, differences
from tests.web.conftest import Api, until
from tests.web.fakes import CALL

pytestmark = pytest.mark.asyncio


async def connect(api: Api, token: str, **headers: str) -> ClientWebSocketResponse:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return await api.client.ws_connect("/api/v1/board", headers={**bearer, **headers})


async def opened(api: Api, who: str = "boss") -> tuple[ClientWebSocketResponse, dict[str, Any]]:
    board = await connect(api, await api.sign_in(who))
    return board, await board.receive_json(timeout=20)


async def closed(board: ClientWebSocketResponse) -> int | None:
    while (await board.receive(timeout=20)).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED):
        pass
    return board.close_code


async def test_a_board_gets_the_whole_picture_then_only_what_changes(api: Api) -> None:
    board, first = await opened(api)
    assert first["type"] == "snapshot"
    assert first["agents"] == {"wang": {"state": "ready", "since": 1.0}}
    assert first["calls"][CALL]["phase"] == "queued"
    api.ask.floor = {
        "agents": {"wang": {"state": "talking", "since": 2.0}, "li": {"state": "ready"}},
        "calls": {},
    }
    api.boards.touch()
    change = await board.receive_json(timeout=20)
    assert change == {
        "type": "change", "seq": first["seq"] + 1, "now": api.clock.at,
        "agents": {"wang": {"state": "talking", "since": 2.0}, "li": {"state": "ready"}},
        "calls": {CALL: None},
    }  # fmt: skip


async def test_all_boards_get_the_same_bytes_made_once(api: Api) -> None:
    looks = 0
    floor = api.ask.floor

    def look() -> Sections:
        nonlocal looks
        looks += 1
        return floor

    boards = [await opened(api, who) for who in ("boss", "chief", "boss")]
    api.ask.board = look  # type: ignore[method-assign]
    api.boards._look = look
    floor["agents"] = {"wang": {"state": "paused"}}
    api.boards.touch()
    told = [await board.receive_str(timeout=20) for board, _ in boards]
    assert len(set(told)) == 1
    assert looks == 1


async def test_what_happens_at_once_goes_out_in_one_frame(api: Api) -> None:
    board, _ = await opened(api)
    for number in range(50):
        api.ask.floor["agents"] = {"wang": {"state": "ready", "since": float(number)}}
        api.boards.touch()
    change = await board.receive_json(timeout=20)
    assert change["agents"]["wang"]["since"] == 49.0
    api.boards.touch()  # nothing changed: nothing is sent
    api.ask.floor["agents"] = {}
    api.boards.touch()
    assert (await board.receive_json(timeout=20))["agents"] == {"wang": None}


async def test_who_looks_is_told_to_who_makes_the_figures(api: Api) -> None:
    first, _ = await opened(api)
    second, _ = await opened(api, "chief")
    assert api.watched == [True]
    await first.close()
    await second.close()
    await until(lambda: api.watched == [True, False])
    assert api.boards.count == 0


@pytest.mark.parametrize("who", ["nobody", "wrong token", "wang"])
async def test_only_supervisors_may_look(api: Api, who: str) -> None:
    token = {"nobody": "", "wrong token": "A" * 43}.get(who)
    token = await api.sign_in(who) if token is None else token
    if not token:
        board = await connect(api, "")
        await board.send_json({"type": "hello", "token": "A" * 43})
        assert await closed(board) == 4401
        return
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect(api, token)
    assert refused.value.status == (403 if who == "wang" else 401)
    assert api.boards.count == 0


async def test_an_agents_token_in_the_first_message_opens_no_board(api: Api) -> None:
    token = await api.sign_in("wang")
    board = await connect(api, "")
    await board.send_json({"type": "hello", "token": token})
    assert await closed(board) == 4401


async def test_a_page_of_another_host_opens_no_board(api: Api) -> None:
    token = await api.sign_in("boss")
    with pytest.raises(WSServerHandshakeError) as refused:
        await connect(api, token, Origin="https://evil.example")
    assert refused.value.status == 403
    allowed = await connect(api, token, Origin="https://desk.example.gov.cn")
    assert (await allowed.receive_json(timeout=20))["type"] == "snapshot"


async def test_signing_out_closes_the_boards_of_that_session_only(api: Api) -> None:
    token = await api.sign_in("boss")
    mine, _ = await connect(api, token), await opened(api)
    other, _ = await opened(api)
    assert (await api.post("sign-out", token=token)).status == 204
    assert await closed(mine) == 4002
    api.ask.floor["agents"] = {}
    api.boards.touch()
    assert (await other.receive_json(timeout=20))["type"] == "change"


async def test_a_demoted_supervisor_is_sent_away(api: Api) -> None:
    board, _ = await opened(api)
    api.credentials.roles["boss"] = "agent"
    api.ask.floor["agents"] = {}
    api.boards.touch()
    assert await closed(board) == 4002


async def test_an_alert_told_to_many_is_shown_once(api: Api) -> None:
    board, _ = await opened(api)
    data = {"agent": "wang", "name": "王小明", "what": "missed_offers", "since": 1.0}
    for _ in range(3):
        api.boards.alert("staff_alert", data)
    api.boards.alert("offer", {"call": CALL})
    change = await board.receive_json(timeout=20)
    [alert] = change["alerts"].values()
    assert (alert["kind"], alert["agent"], alert["at"]) == ("staff_alert", "wang", api.clock.at)


async def test_a_board_that_does_not_read_is_cut_and_nobody_else_waits(api: Api) -> None:
    other, _ = await opened(api, "chief")
    token = await api.sign_in("boss")
    host, port = api.client.host, api.client.port
    _, writer = await asyncio.open_connection(host, port, limit=1)
    key = base64.b64encode(b"0123456789abcdef").decode()
    writer.write(
        f"GET /api/v1/board HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    await until(lambda: api.boards.count == 2)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    frames = 0
    while api.boards.count == 2 and frames < 5000:
        frames += 1
        api.ask.floor["agents"] = {"wang": {"reason": str(frames) + "x" * 60_000}}
        api.boards.push()
        await asyncio.sleep(0.001)
    assert api.boards.count == 1
    assert frames < 5000
    assert json.loads(await other.receive_str(timeout=20))["type"] == "change"
    writer.close()


async def test_a_fault_in_a_row_does_not_end_the_pushing(api: Api) -> None:
    board, _ = await opened(api)
    api.ask.floor["agents"] = {"wang": {"state": object()}}  # type: ignore[dict-item]
    api.boards.touch()
    await asyncio.sleep(0)
    await until(lambda: "wang" in api.boards._shown["agents"])
    api.ask.floor["agents"] = {"wang": {"state": "ready"}}
    await until(lambda: (api.boards.touch(), not api.boards._wake.is_set())[1])
    assert (await board.receive_json(timeout=20))["agents"] == {"wang": {"state": "ready"}}


async def test_the_service_closes_all_boards_when_it_stops(api: Api) -> None:
    board, _ = await opened(api)
    api.boards.close_all()
    assert await closed(board) == 1001


async def test_rows_that_are_gone_are_told_as_none_and_sections_too() -> None:
    before: Sections = {"a": {"1": {"x": 1}, "2": {"x": 2}}, "b": {"1": None}}
    after: Sections = {"a": {"1": {"x": 1}, "3": {"x": 3}}, "b": {"1": None}}
    assert differences(before, after) == {"a": {"2": None, "3": {"x": 3}}}
    assert differences(after, after) == {}


class TestAQuietFloor:
    @pytest.fixture
    def board_quiet_s(self) -> float:
        return 0.05

    async def test_boards_are_told_that_they_are_still_connected(self, api: Api) -> None:
        board, first = await opened(api)
        for _ in range(2):
            alive = await board.receive_json(timeout=20)
            assert alive == {"type": "alive", "seq": first["seq"], "now": api.clock.at}
        api.ask.floor["agents"] = {}
        api.boards.touch()
        while (told := await board.receive_json(timeout=20))["type"] == "alive":
            pass
        assert (told["type"], told["agents"]) == ("change", {"wang": None})

    async def test_touches_that_change_nothing_do_not_silence_it(self, api: Api) -> None:
        board, _ = await opened(api)

        async def touched() -> None:
            while True:
                api.boards.touch()
                await asyncio.sleep(0.001)

        touching = asyncio.create_task(touched())
        assert (await board.receive_json(timeout=20))["type"] == "alive"
        touching.cancel()

    async def test_who_may_not_look_any_more_is_sent_away_though_nothing_happens(
        self, api: Api
    ) -> None:
        board, _ = await opened(api)
        api.credentials.roles["boss"] = "agent"
        assert await closed(board) == 4002


async def test_nobody_who_looks_costs_nothing() -> None:
    def look() -> Sections:
        raise AssertionError("nobody watches")

    boards = Boards(look, lambda: 0.0)
    boards.touch()
    assert not boards._wake.is_set()
