"""What the client relies on, shown on the real Asterisk: over both transports where it matters."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from itertools import count
from random import Random

import aiohttp
import pytest
import pytest_asyncio
from real_asterisk import RealAsterisk
from waiting import beside, eventually

from ari_app.ari import (
    AriError,
    Channel,
    Client,
    Event,
    EventLink,
    Exists,
    Gone,
    HttpTransport,
    LinkState,
    NotCreated,
    TimedOut,
    Unreachable,
    WebSocketLanes,
)
from ari_app.ari.link import PROBE
from ari_app.ari.operations import OPERATIONS
from ari_app.ari.transport import lane_of

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]
PROMPT = ["sound:demo-congrats"]  # 20 s and more
PATIENCE_S = 30.0
"""A busy machine's disk may keep Asterisk for longer than a caller should wait."""
_numbers = count(1)


class App:
    """A connected app: its client, its link and every event so far."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.events: list[Event] = []
        self.states: list[LinkState] = []
        self.lags: list[float] = []
        client.on_event("*", self.events.append)

    def saw(self, type: str, **fields: str) -> bool:
        return self.count(type, **fields) > 0

    def count(self, type: str, **fields: str) -> int:
        return sum(event.type == type and _has(event, fields) for event in self.events)

    async def happened(self, type: str, times: int, **fields: str) -> None:
        await eventually(lambda: self.count(type, **fields) == times)

    async def channel(self, endpoint: str = "Local/wait@test") -> Channel:
        """A channel that is in our app and up."""
        channel_id = f"c{next(_numbers)}"
        channel = await self.client.channels.originate(
            channel_id=channel_id, endpoint=endpoint, app="app", variables={"CALL_ID": channel_id}
        )
        await eventually(lambda: self.saw("StasisStart", channel=channel_id))
        return channel


def _has(event: Event, fields: dict[str, str]) -> bool:
    return all(event.data.get(kind, {}).get("id") == id for kind, id in fields.items())


async def _nothing() -> None: ...


def make_link(
    session: aiohttp.ClientSession, asterisk: RealAsterisk, login: str, app: App, lanes: object
) -> EventLink:
    assert isinstance(lanes, WebSocketLanes | HttpTransport)
    loop = asyncio.get_running_loop()
    return EventLink(
        session, asterisk.base_url, "app", login, sink=app.client, transport=lanes,
        on_connected=_nothing, on_state=lambda state, _: app.states.append(state),
        on_lag=app.lags.append, clock=loop.time, rng=Random(1),
    )  # fmt: skip


@pytest_asyncio.fixture(params=["websocket", "http"])
async def app(
    request: pytest.FixtureRequest,
    asterisk: RealAsterisk,
    session: aiohttp.ClientSession,
    authorization: str,
    real_lanes: WebSocketLanes,
    real_http: HttpTransport,
) -> AsyncIterator[App]:
    transport = real_lanes if request.param == "websocket" else real_http
    made = App(Client(transport, limit_s=PATIENCE_S))
    link = make_link(session, asterisk, authorization, made, transport)
    async with beside(link.run()):
        await eventually(lambda: link.state is LinkState.LIVE)
        yield made
        for id in (await made.client.applications.get("app"))["channel_ids"]:
            with contextlib.suppress(Gone):  # it may be going by itself
                await made.client.channels.handle(id).hangup()


async def test_a_call_from_its_creation_to_its_end(app: App) -> None:
    channel = await app.channel()
    assert await channel.get_variable(variable="CALL_ID") == channel.id
    assert await channel.get_variable(variable="NOT_SET") is None
    snapshot = await channel.get()
    assert snapshot is not None
    assert snapshot["state"] == "Up"
    await channel.answer()
    await channel.set_variable(variable="X", value="值 & ü/%2F")
    assert await channel.get_variable(variable="X") == "值 & ü/%2F"
    bridge = await app.client.bridges.create(bridge_id=f"{channel.id}.br", name="a name")
    await bridge.add_channel(channel_id=channel.id)
    await eventually(lambda: app.saw("ChannelEnteredBridge", channel=channel.id))
    assert (await bridge.get())["channels"] == [channel.id]
    assert bridge.id in {item["id"] for item in await app.client.bridges.list()}
    await bridge.start_moh()
    await bridge.stop_moh()
    await bridge.stop_moh()
    await bridge.remove_channel(channel_id=channel.id)
    await bridge.remove_channel(channel_id=channel.id)
    await bridge.destroy()
    await bridge.destroy()
    await channel.hangup(reason="normal")
    await eventually(lambda: app.saw("ChannelDestroyed", channel=channel.id))
    await channel.hangup(reason_code="16")
    with pytest.raises(Gone):
        await channel.answer()
    assert not app.saw("ChannelVarset")  # the filter holds


async def test_every_other_verb_is_taken(app: App) -> None:
    channel = await app.channel()
    await channel.ring()
    await channel.ring_stop()
    await channel.start_moh(moh_class="default")
    await channel.stop_moh()
    await channel.mute()
    await channel.unmute()
    await channel.hold()
    await channel.unhold()
    await channel.send_dtmf(dtmf="12", duration_ms=100)
    with pytest.raises(AriError, match="403"):
        await channel.rtp_statistics()  # a Local channel has none
    await app.client.applications.subscribe("app", event_source=[f"channel:{channel.id}"])
    await app.client.applications.unsubscribe("app", event_source=[f"channel:{channel.id}"])
    await app.client.applications.unsubscribe("app", event_source=["channel:nobody"])
    with pytest.raises(Gone):
        await app.client.applications.subscribe("app", event_source=["channel:nobody"])
    await app.client.asterisk.ping()
    await app.client.asterisk.set_variable(variable="BEAT", value="7")
    assert await app.client.asterisk.get_variable(variable="BEAT") == "7"
    assert await app.client.asterisk.get_variable(variable="NOT_SET") == ""
    info = await app.client.asterisk.get_info()
    assert info["system"]["version"].startswith("22.")
    endpoint = await app.client.endpoints.get(tech="PJSIP", resource="offline")
    assert endpoint["state"] == "offline"
    await channel.continue_in_dialplan(context="test", extension="wait", priority=1)
    await eventually(lambda: app.saw("StasisEnd", channel=channel.id))


async def test_channels_and_bridges_may_be_made_twice_with_one_id(app: App) -> None:
    channel = await app.channel()
    again = await app.client.channels.originate(
        channel_id=channel.id, endpoint="Local/wait@test", app="app"
    )
    assert again == channel
    with pytest.raises(Exists):
        await app.client.request(
            "channels.originateWithId",
            {"channel_id": channel.id, "endpoint": "Local/wait@test", "app": "app"},
            key="",
        )
    for _ in range(2):
        bridge = await app.client.bridges.create(bridge_id=f"{channel.id}.br")
    await bridge.destroy()


async def test_a_created_channel_is_rung_by_dial(app: App) -> None:
    channel_id = f"c{next(_numbers)}"
    for _ in range(2):
        channel = await app.client.channels.create(
            channel_id=channel_id, endpoint="Local/wait@test", app="app", app_args="agent"
        )
    await eventually(lambda: app.saw("StasisStart", channel=channel_id))
    await channel.dial(timeout_s=5)
    await eventually(lambda: app.saw("Dial", peer=channel_id))


async def test_an_endpoint_that_nobody_answers_at_is_not_created(app: App) -> None:
    for endpoint in ("PJSIP/nobody", "PJSIP/offline", "Foo/nobody"):
        with pytest.raises(NotCreated, match="500: Allocation failed"):
            await app.client.channels.originate(
                channel_id=f"c{next(_numbers)}", endpoint=endpoint, app="app", key="fresh"
            )


async def test_an_agent_of_a_caller_who_is_gone_is_not_rung(app: App) -> None:
    with pytest.raises(Gone, match="originator"):
        await app.client.channels.originate(
            channel_id=f"c{next(_numbers)}",
            endpoint="Local/wait@test",
            app="app",
            originator="nobody",
        )


async def test_after_one_true_exists_asterisk_tells_it_untruly(app: App) -> None:
    """The same connection answers 409 "already exists" for a channel that it cannot make."""
    channel = await app.channel()
    args = {"channel_id": channel.id, "endpoint": "Local/wait@test", "app": "app"}
    unknown = args | {"channel_id": "never-was", "endpoint": "Foo/nobody"}
    with pytest.raises(Exists):
        await app.client.request("channels.originateWithId", args, key="k")
    with pytest.raises(Exists):
        await app.client.request("channels.originateWithId", unknown, key="k")
    with pytest.raises(NotCreated):
        await app.client.channels.originate(
            channel_id="never-was", endpoint="Foo/nobody", app="app", key="k"
        )


async def test_a_local_channel_to_an_unknown_extension_is_made_and_destroyed(app: App) -> None:
    channel_id = f"c{next(_numbers)}"
    await app.client.channels.originate(
        channel_id=channel_id, endpoint="Local/nobody@test", app="app"
    )
    await eventually(lambda: app.saw("ChannelDestroyed", channel=channel_id))
    assert not app.saw("StasisStart", channel=channel_id)


async def test_a_playback_with_a_used_id_is_played_again(app: App) -> None:
    channel = await app.channel()
    playback_id = f"{channel.id}.p"
    playback = await channel.play(playback_id=playback_id, media=PROMPT)
    await eventually(lambda: app.saw("PlaybackStarted", playback=playback_id))
    await channel.play(playback_id=playback_id, media=PROMPT)
    assert (await playback.get())["id"] == playback_id
    for times in (1, 2):
        await app.happened("PlaybackStarted", times, playback=playback_id)
        await playback.stop()
        await app.happened("PlaybackFinished", times, playback=playback_id)
    await playback.stop()
    with pytest.raises(Gone):
        await playback.get()


async def test_a_recording_may_have_a_slash_in_its_name(app: App) -> None:
    channel = await app.channel()
    name = f"2026-01/{channel.id}"
    recording = await channel.record(name=name, format="wav", max_duration_s=30, beep=False)
    await eventually(lambda: app.saw("RecordingStarted"))
    with pytest.raises(Exists):
        await channel.record(name=name, format="wav")
    assert (await recording.get())["name"] == name
    await recording.stop()
    await eventually(lambda: app.saw("RecordingFinished"))
    await recording.stop()
    assert (await app.client.recordings.get_stored(name))["format"] == "wav"
    await app.client.recordings.delete_stored(name)
    await app.client.recordings.delete_stored(name)


async def test_a_snoop_enters_the_app_and_ends_with_its_channel(app: App) -> None:
    channel = await app.channel()
    snoop = await channel.snoop(snoop_id=f"{channel.id}.s", app="app", spy="both", app_args="a,b")
    await eventually(lambda: app.saw("StasisStart", channel=snoop.id))
    await channel.hangup()
    await eventually(lambda: app.saw("StasisEnd", channel=snoop.id))


async def test_adding_what_is_gone_says_gone(app: App) -> None:
    channel = await app.channel()
    bridge = await app.client.bridges.create(bridge_id=f"{channel.id}.br")
    with pytest.raises(Gone, match="400: Channel not found"):
        await bridge.add_channel(channel_id="nobody")
    await bridge.destroy()
    with pytest.raises(Gone, match=r"Bridge not (found|in Stasis application)"):
        await bridge.add_channel(channel_id=channel.id)


async def test_a_set_variable_during_a_prompt_blocks_its_lane_only(
    app: App, real_lanes: WebSocketLanes
) -> None:
    client, channel = Client(real_lanes, limit_s=PATIENCE_S), await app.channel()
    mine, other = (next(k for k in map(str, range(99)) if lane_of(k, 6) == n) for n in (0, 1))
    playing = client.channels.handle(channel.id, key=mine)
    playback = await playing.play(playback_id=f"{channel.id}.p", media=PROMPT)
    await eventually(lambda: app.saw("PlaybackStarted", playback=playback.id))
    async with asyncio.TaskGroup() as group:
        blocked = group.create_task(playing.set_variable(variable="X", value="1"))
        await eventually(lambda: real_lanes.pending_count == 1)
        await client.asterisk.ping(key=other)
        with pytest.raises(TimedOut):
            await client.request("asterisk.ping", {}, key=mine, limit_s=0.2)
        assert not blocked.done()
        await client.playbacks.handle(playback.id, key=other).stop()
    await client.asterisk.ping(key=mine)


async def test_the_second_connection_of_a_name_takes_over_and_loses_no_event(
    app: App,
    asterisk: RealAsterisk,
    session: aiohttp.ClientSession,
    authorization: str,
    real_lanes: WebSocketLanes,
) -> None:
    channel = await app.channel()
    heir = App(Client(real_lanes, limit_s=PATIENCE_S))
    link = make_link(session, asterisk, authorization, heir, real_lanes)
    async with beside(link.run()):
        await eventually(lambda: link.state is LinkState.LIVE)
        await eventually(lambda: app.states[-1] is LinkState.REPLACED)
        # The loser closed its socket: the app must not die of it.
        await channel.hangup()
        await eventually(lambda: heir.saw("StasisEnd", channel=channel.id))
        await heir.channel()
        assert app.states[-1] is LinkState.REPLACED
        assert not app.saw("StasisEnd", channel=channel.id)


async def test_an_allowed_list_swallows_answers_until_it_is_emptied_by_name(
    asterisk: RealAsterisk,
    session: aiohttp.ClientSession,
    authorization: str,
    real_http: HttpTransport,
) -> None:
    """Why we filter by `disallowed` and always name `allowed` too."""
    client = Client(real_http, limit_s=PATIENCE_S)
    url, headers = f"{asterisk.base_url}/ari/events?app=f", {"Authorization": authorization}
    ask = {"type": "RESTRequest", "request_id": "1", "method": "GET", "uri": "asterisk/ping"}

    async def set_filter(rules: dict[str, object]) -> None:
        args = {"application_name": "f", "filter": rules}
        await client.request("applications.filter", args, key="f")

    async with session.ws_connect(url, headers=headers) as socket:
        await set_filter({"allowed": [{"type": "StasisStart"}]})
        await set_filter({"disallowed": [{"type": "ChannelVarset"}]})
        await socket.send_json(ask)
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.3)
    async with session.ws_connect(url.replace("=f", "=g"), headers=headers) as socket:
        await client.applications.filter("g", disallowed=["ChannelVarset", "RESTNothing"])
        await socket.send_json(ask | {"uri": "channels/nobody", "transaction_id": "t"})
        answer = await socket.receive_json(timeout=5)
    assert {"asterisk_id", "timestamp"} < set(answer)
    assert {key: answer[key] for key in answer if key not in ("asterisk_id", "timestamp")} == {
        "type": "RESTResponse", "transaction_id": "t", "request_id": "1", "status_code": 404,
        "reason_phrase": "Not Found", "uri": "channels/nobody", "content_type": "application/json",
        "message_body": '{"message":"Channel not found"}', "application": "g",
    }  # fmt: skip


async def test_a_wrong_password_is_refused(
    asterisk: RealAsterisk, session: aiohttp.ClientSession
) -> None:
    http = HttpTransport(asterisk.base_url, "Basic d3Jvbmc6d3Jvbmc=")
    async with beside(http.run()):
        with pytest.raises(AriError) as caught:
            await Client(http).asterisk.ping()
    assert caught.value.status == 401


async def test_a_hung_asterisk_is_noticed_and_found_again(app: App, asterisk: RealAsterisk) -> None:
    asterisk.process.send_signal(signal.SIGSTOP)
    try:
        await eventually(lambda: app.states[-1] is not LinkState.LIVE, within_s=20)
        with pytest.raises((TimedOut, Unreachable)):
            await app.client.request("asterisk.ping", {}, key="k", limit_s=0.2)
    finally:
        asterisk.process.send_signal(signal.SIGCONT)
    await eventually(lambda: app.states[-1] is LinkState.LIVE, within_s=20)
    await app.client.asterisk.ping()


async def test_a_probe_tells_whether_a_new_socket_has_the_name_that_an_old_one_gives_back(
    asterisk: RealAsterisk,
    session: aiohttp.ClientSession,
    authorization: str,
    real_http: HttpTransport,
) -> None:
    """Now and then the old one's end takes the name from the new one, whose socket stays open:
    about one time in a hundred here (decision 57). Whichever it was, the probe must tell."""
    url, headers = f"{asterisk.base_url}/ari/events?app=p", {"Authorization": authorization}
    operation, args = OPERATIONS["events.userEvent"], {"event_name": PROBE, "application": "p"}

    async def opened(pause_s: float) -> aiohttp.ClientWebSocketResponse:
        await asyncio.sleep(pause_s)
        return await session.ws_connect(url, headers=headers)

    dice, old = Random(1), await opened(0.0)
    for _ in range(100):
        opening = asyncio.create_task(opened(dice.uniform(0.0, 0.002)))
        await asyncio.sleep(dice.uniform(0.0, 0.002))
        await old.close()
        old = await opening
        status = (await real_http.request(operation, args, key="p")).status
        assert status in (204, 404)
        while status == 204 and (await old.receive_json(timeout=10))["type"] != "ChannelUserevent":
            pass
    await old.close()
