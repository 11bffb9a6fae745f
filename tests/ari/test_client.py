"""The object model: what a refusal means, over both transports."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fake_asterisk import AUTHORIZATION, FakeAsterisk
from waiting import beside

from ari_app.ari import (
    AriError,
    Busy,
    Client,
    Event,
    Exists,
    Gone,
    HttpTransport,
    NotCreated,
    WebSocketLanes,
    WrongState,
)

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(params=["websocket", "http"])
async def client(
    request: pytest.FixtureRequest, fake: FakeAsterisk, lanes: WebSocketLanes
) -> AsyncIterator[Client]:
    if request.param == "websocket":
        yield Client(lanes)
        return
    http = HttpTransport(fake.base_url, AUTHORIZATION)
    async with beside(http.run()):
        yield Client(http)


async def test_a_repeated_originate_is_no_error(client: Client, fake: FakeAsterisk) -> None:
    for _ in range(2):
        channel = await client.channels.originate(channel_id="c1", endpoint="PJSIP/1001", app="app")
        assert channel.id == "c1"
    assert fake.channels == {"c1"}


async def test_an_exists_that_is_not_true_is_not_believed(
    client: Client, fake: FakeAsterisk
) -> None:
    lie = {"message": "Channel with given unique ID already exists"}
    fake.answers["POST", "channels/c1"] = (409, lie)
    with pytest.raises(NotCreated):
        await client.channels.originate(channel_id="c1", endpoint="PJSIP/nobody", app="app")


async def test_an_endpoint_without_a_phone_is_not_created(
    client: Client, fake: FakeAsterisk
) -> None:
    fake.answers["POST", "channels/create"] = (500, {"error": "Allocation failed"})
    with pytest.raises(NotCreated, match=r"channels.create: 500: Allocation failed"):
        await client.channels.create(channel_id="c1", endpoint="PJSIP/1001", app="app")


async def test_ending_what_is_over_is_no_error(client: Client) -> None:
    await client.channels.handle("gone").hangup(reason="normal")
    await client.channels.handle("gone").stop_moh()
    await client.bridges.handle("gone").destroy()
    await client.bridges.handle("gone").remove_channel(channel_id="c1")
    await client.playbacks.handle("gone").stop()
    await client.recordings.handle("gone").stop()
    await client.recordings.delete_stored("gone")


async def test_a_bridge_may_be_made_twice(client: Client, fake: FakeAsterisk) -> None:
    await client.bridges.create(bridge_id="b1")
    await client.bridges.create(bridge_id="b1")
    assert fake.bridges == {"b1"}


async def test_acting_on_a_channel_that_is_gone_raises_gone(
    client: Client, fake: FakeAsterisk
) -> None:
    bridge = await client.bridges.create(bridge_id="b1")
    with pytest.raises(Gone, match=r"channels.answer: 404: Channel not found"):
        await client.channels.handle("c1").answer()
    with pytest.raises(Gone, match=r"bridges.addChannel: 400: Channel not found"):
        await bridge.add_channel(channel_id="c1")


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (409, "Channel not in Stasis application", WrongState),
        (412, "Channel in invalid state", WrongState),
        (422, "Channel not in Stasis application", WrongState),
        (409, "Recording 'r' already exists and can not be overwritten", Exists),
        (409, "Bridge not in Stasis application", Gone),
        (503, "Asterisk not booted", Busy),
        (400, "Direction is required", AriError),
    ],
)
async def test_each_refusal_has_its_class(
    client: Client, fake: FakeAsterisk, status: int, message: str, kind: type[AriError]
) -> None:
    fake.channels.add("c1")
    fake.answers["POST", "channels/c1/record"] = (status, {"message": message})
    with pytest.raises(AriError) as caught:
        await client.channels.handle("c1").record(name="r", format="wav")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.message) == (status, message)


async def test_a_tolerated_refusal_is_returned(client: Client) -> None:
    response = await client.request(
        "channels.answer", {"channel_id": "c1"}, key="c1", tolerate=(Gone,)
    )
    assert response.status == 404


async def test_a_variable_that_is_not_set_is_none(client: Client, fake: FakeAsterisk) -> None:
    unset = {"message": "Provided variable was not found"}
    fake.answers["GET", "channels/c1/variable"] = (404, unset)
    assert await client.channels.handle("c1").get_variable(variable="X") is None
    with pytest.raises(Gone):
        await client.channels.handle("c2").get_variable(variable="X")


async def test_a_channel_with_broken_texts_has_no_snapshot(
    client: Client, fake: FakeAsterisk
) -> None:
    fake.answers["GET", "channels/c1"] = (200, None)
    assert await client.channels.handle("c1").get() is None


async def test_an_unknown_argument_is_refused_before_it_is_sent(
    client: Client, fake: FakeAsterisk
) -> None:
    with pytest.raises(AriError, match="has no argument colour"):
        await client.request("channels.answer", {"channel_id": "c1", "colour": 1}, key="c1")
    with pytest.raises(AriError, match="caller_id holds a character that JSON cannot carry"):
        await client.channels.originate(channel_id="c1", endpoint="PJSIP/1", caller_id="\ud83d")
    assert fake.requests == []


async def test_events_reach_their_functions_in_order_and_a_failing_one_harms_nobody(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def fail(event: Event) -> None:
        raise RuntimeError("a bug")

    client.on_event("StasisStart", fail)
    client.on_event("StasisStart", lambda event: seen.append(event.type))
    undo = client.on_event("*", lambda event: seen.append("any " + event.type))
    client.put_nowait(Event("StasisStart", {}))
    client.put_nowait(Event("Unheard", {}))
    undo()
    client.put_nowait(Event("Unheard", {}))
    assert seen == ["StasisStart", "any StasisStart", "any Unheard"]
    assert "ari.event_function_failed type=StasisStart" in caplog.text
