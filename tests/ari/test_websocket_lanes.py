"""Requests over WebSocket lanes, against the fake Asterisk."""

import asyncio
import json
from random import Random

import aiohttp
import pytest
from fake_asterisk import AUTHORIZATION, FakeAsterisk
from waiting import beside, eventually

from ari_app.ari import Client, TimedOut, Unreachable, WebSocketLanes
from ari_app.ari.kept_socket import KeptSocket, Patience
from ari_app.ari.operations import OPERATIONS, Operation
from ari_app.ari.transport import lane_of
from ari_app.ari.websocket_lanes import LANE_PATIENCE, Lane

PING = OPERATIONS["asterisk.ping"]
GET = OPERATIONS["channels.get"]


def key_on(lane: int, lanes: int = 3) -> str:
    return next(key for key in map(str, range(1000)) if lane_of(key, lanes) == lane)


@pytest.mark.asyncio
async def test_each_lane_registers_under_a_name_of_its_own(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    assert set(fake.apps) == {"app-lane-0", "app-lane-1", "app-lane-2"}


@pytest.mark.asyncio
async def test_requests_of_one_call_are_sent_without_waiting_and_carried_out_in_order(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    gate = fake.hold("channels/c0")
    paths = [f"channels/c{number}" for number in range(20)]
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(lanes.request(GET, {"channel_id": f"c{number}"}, key="call"))
        await eventually(lambda: lanes.pending_count == 20)
        gate.set()
    assert [path for _, path in fake.requests] == paths
    assert lanes.pending_count == 0


@pytest.mark.asyncio
async def test_a_blocked_request_stalls_its_own_lane_only(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    gate = fake.hold("channels/c1")
    async with asyncio.TaskGroup() as group:
        group.create_task(lanes.request(GET, {"channel_id": "c1"}, key=key_on(0)))
        await eventually(lambda: lanes.pending_count == 1)
        assert (await lanes.request(PING, {}, key=key_on(1))).status == 200
        with pytest.raises(TimedOut):
            await lanes.request(PING, {}, key=key_on(0), limit_s=0.05)
        gate.set()
    # The answer that came too late is dropped and the lane goes on.
    assert (await lanes.request(PING, {}, key=key_on(0))).status == 200


@pytest.mark.asyncio
async def test_a_request_whose_answer_was_lost_is_repeated_on_the_new_connection(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    key, app = key_on(2), "app-lane-2"
    gate = fake.hold("channels/c1")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(lanes.request(GET, {"channel_id": "c1"}, key=key))
        await eventually(lambda: lanes.pending_count == 1)
        fake.drop(app)
        await eventually(lambda: fake.connections.count(app) == 2)
        gate.set()
    assert task.result().status == 404


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("operation", "args"),
    [
        ("channels.playWithId", {"channel_id": "c1", "playback_id": "p", "media": ["sound:x"]}),
        ("channels.originateWithId", {"channel_id": "c1", "endpoint": "PJSIP/1001", "app": "app"}),
    ],
)
async def test_what_must_not_happen_twice_is_not_repeated(
    lanes: WebSocketLanes, fake: FakeAsterisk, operation: str, args: dict[str, object]
) -> None:
    key, app = key_on(2), "app-lane-2"
    row = OPERATIONS[operation]
    fake.hold(row.path.removeprefix("/").format(channelId="c1", playbackId="p"))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(failure(lanes, row, args, key))
        await eventually(lambda: lanes.pending_count == 1)
        fake.drop(app)
    assert isinstance(task.result(), Unreachable)


async def failure(
    lanes: WebSocketLanes, row: Operation, args: dict[str, object], key: str
) -> Exception:
    with pytest.raises(Unreachable) as caught:
        await lanes.request(row, args, key=key)
    return caught.value


@pytest.mark.asyncio
async def test_without_a_connection_a_request_waits_no_longer_than_its_limit(
    session: aiohttp.ClientSession,
) -> None:
    lanes = WebSocketLanes(session, "http://127.0.0.1:9", "app", AUTHORIZATION, rng=Random(1))
    with pytest.raises(TimedOut):
        await lanes.request(PING, {}, key="call", limit_s=0.05)


class ClosingSocket(KeptSocket):
    """A socket on its way out: after one answer, open by name and refusing every frame at once."""

    def __init__(self, lane: Lane) -> None:
        self.lane, self.sent_count = lane, 0

    async def send(self, frame: bytes) -> None:
        self.sent_count += 1
        if self.sent_count > 1:
            raise ConnectionError("closing")
        answer = {"type": "RESTResponse", "request_id": "1", "status_code": 200, "uri": ""}
        asyncio.get_running_loop().call_soon(self.lane.socket_text, json.dumps(answer))


@pytest.mark.asyncio
async def test_a_socket_that_is_closing_does_not_hold_up_everything_else() -> None:
    lane = Lane(LANE_PATIENCE)
    lane.socket = ClosingSocket(lane)
    async with beside(lane.socket_opened()):
        await eventually(lambda: lane.is_open)
        with pytest.raises(TimedOut):
            await lane.request(PING, {}, 0.1)
    assert 2 < lane.socket.sent_count < 50


@pytest.mark.asyncio
async def test_a_frame_that_cannot_be_read_is_counted_and_the_lane_goes_on(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    for frame in ("not JSON", '{"type":"RESTResponse"}', '{"type":"RESTResponse","request_id":"x",'
                  '"status_code":200}', "[]"):  # fmt: skip
        await fake.apps["app-lane-0"].send_str(frame)
    assert (await lanes.request(PING, {}, key=key_on(0))).status == 200
    assert lanes.malformed_count == 3  # an answer nobody waits for is well-formed


@pytest.mark.asyncio
async def test_a_lane_that_was_replaced_still_serves(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    await fake.emit("app-lane-0", "ApplicationReplaced")
    assert (await lanes.request(PING, {}, key=key_on(0))).status == 200
    assert fake.connections.count("app-lane-0") == 1


@pytest.mark.asyncio
async def test_a_cancelled_request_leaves_nothing_behind(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    gate = fake.hold("channels/c1")
    task = asyncio.ensure_future(lanes.request(GET, {"channel_id": "c1"}, key=key_on(0)))
    await eventually(lambda: lanes.pending_count == 1)
    task.cancel()
    await asyncio.wait([task])
    assert lanes.pending_count == 0
    gate.set()
    assert (await lanes.request(PING, {}, key=key_on(0))).status == 200


class Owner:
    def __init__(self) -> None:
        self.lost: list[str] = []
        self.opened = 0

    def socket_connecting(self) -> None: ...

    async def socket_opened(self) -> None:
        self.opened += 1

    def socket_text(self, text: str) -> None: ...

    def socket_lost(self, reason: str) -> None:
        self.lost.append(reason)


@pytest.mark.asyncio
async def test_a_silent_peer_is_dead_after_the_patience_and_a_new_socket_is_made(
    fake: FakeAsterisk, session: aiohttp.ClientSession
) -> None:
    owner = Owner()
    socket = KeptSocket(
        session, f"{fake.base_url}/ari/events?app=a", AUTHORIZATION, owner=owner,
        patience=Patience(ping_s=0.05, dead_s=0.2), rng=Random(1),
    )  # fmt: skip
    async with beside(socket.run()):
        await eventually(lambda: socket.is_open)
        loop = asyncio.get_running_loop()
        healthy_until = loop.time() + 0.5
        await eventually(lambda: loop.time() > healthy_until)
        assert not owner.lost
        fake.ignores_pings = True
        await eventually(lambda: owner.lost)
        fake.ignores_pings = False
        await eventually(lambda: owner.opened == 2)


@pytest.mark.asyncio
async def test_a_refused_login_waits_a_second_before_the_next_try(
    fake: FakeAsterisk, session: aiohttp.ClientSession
) -> None:
    owner, loop = Owner(), asyncio.get_running_loop()
    fake.refuses_logins = True
    socket = KeptSocket(
        session, f"{fake.base_url}/ari/events?app=a", AUTHORIZATION, owner=owner,
        patience=Patience(ping_s=1, dead_s=2), rng=Random(1),
    )  # fmt: skip
    began = loop.time()
    async with beside(socket.run()):
        await eventually(lambda: owner.lost)
        assert owner.lost == ["refused with status 401"]
        fake.refuses_logins = False
        await eventually(lambda: socket.is_open)
    assert loop.time() - began >= 1.0


@pytest.mark.asyncio
async def test_the_client_pipelines_over_lanes_and_maps_refusals(
    lanes: WebSocketLanes, fake: FakeAsterisk
) -> None:
    client = Client(lanes)
    channel = await client.channels.originate(channel_id="c.1", endpoint="PJSIP/1", key="c")
    bridge = await client.bridges.create(bridge_id="c.br", key="c")
    await bridge.add_channel(channel_id=channel.id)
    await channel.hangup()
    await channel.hangup()
    await bridge.destroy()
    assert fake.channels == set()
    assert fake.bridges == set()


@pytest.mark.asyncio
async def test_a_lane_that_lost_its_name_and_answers_nothing_is_opened_anew(
    fake: FakeAsterisk, session: aiohttp.ClientSession
) -> None:
    made = WebSocketLanes(
        session, fake.base_url, "app", AUTHORIZATION, lanes=1, rng=Random(1),
        patience=Patience(ping_s=0.05, dead_s=0.2, last_retry_s=0.2),
    )  # fmt: skip
    async with beside(made.run()):
        await eventually(lambda: made.open_count == 1)
        fake.forget("app-lane-0")
        await eventually(lambda: fake.connections.count("app-lane-0") == 2)
        assert (await made.request(PING, {}, key="call", limit_s=5.0)).status == 200
