"""The events link, against the fake Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import aiohttp
import pytest
import pytest_asyncio
from fake_asterisk import AUTHORIZATION, FakeAsterisk
from waiting import beside, eventually

from ari_app.ari import Event, EventLink, LinkState, WebSocketLanes
from ari_app.ari.kept_socket import Patience
from ari_app.ari.link import PROBE

pytestmark = pytest.mark.asyncio
NOW = datetime(
    2026, 1, 2, 3, 4, 6, tzinfo=UTC
).timestamp()  # the fake's stamps are half a second older


@dataclass
class Watcher:
    """What the link was seen to do, and the reconciliation that it is given."""

    events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)
    states: list[LinkState] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    reconciled: int = 0
    may_reconcile: asyncio.Event = field(default_factory=asyncio.Event)
    failures: list[Exception] = field(default_factory=list)

    async def reconcile(self) -> None:
        await self.may_reconcile.wait()
        self.reconciled += 1
        if self.failures:
            raise self.failures.pop()

    def on_state(self, state: LinkState, reason: str) -> None:
        self.states.append(state)

    @property
    def seen(self) -> list[object]:
        return [event.data.get("n") for event in list(self.events._queue)]  # type: ignore[attr-defined]


@pytest_asyncio.fixture
async def watcher() -> Watcher:
    made = Watcher()
    made.may_reconcile.set()
    return made


@pytest_asyncio.fixture
async def link(
    fake: FakeAsterisk, session: aiohttp.ClientSession, lanes: WebSocketLanes, watcher: Watcher
) -> AsyncIterator[EventLink]:
    yield EventLink(
        session, fake.base_url, "app", AUTHORIZATION, sink=watcher.events, transport=lanes,
        on_connected=watcher.reconcile, on_state=watcher.on_state, on_lag=watcher.lags.append,
        clock=lambda: NOW, rng=Random(1),
        patience=Patience(ping_s=0.1, dead_s=0.4, last_retry_s=0.2),
    )  # fmt: skip


def live(link: EventLink) -> bool:
    return link.state is LinkState.LIVE


async def test_the_link_filters_reconciles_and_then_is_live(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    async with beside(link.run()):
        await eventually(lambda: live(link))
        assert watcher.states == [LinkState.CONNECTING, LinkState.SYNCING, LinkState.LIVE]
        assert watcher.reconciled == 1
        assert {"type": "ChannelVarset"} in fake.filters["app"]["disallowed"]
        assert fake.filters["app"]["allowed"] == []
    assert link.state is LinkState.DISCONNECTED


async def test_events_wait_in_order_behind_the_reconciliation(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    watcher.may_reconcile.clear()
    async with beside(link.run()):
        await eventually(lambda: link.state is LinkState.SYNCING and "app" in fake.filters)
        for number in range(3):
            await fake.emit("app", "ChannelDtmfReceived", n=number)
        await fake.apps["app"].send_str("garbage")
        await eventually(lambda: link.malformed_count == 1)
        assert watcher.events.empty()
        watcher.may_reconcile.set()
        await fake.emit("app", "ChannelDtmfReceived", n=3)
        await eventually(lambda: watcher.events.qsize() == 4)
        assert watcher.seen == [0, 1, 2, 3]


async def test_lag_is_reported_for_live_events(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    async with beside(link.run()):
        await eventually(lambda: live(link))
        await fake.emit("app", "StasisStart")
        await fake.emit("app", "StasisStart", timestamp="nonsense")
        await fake.emit("app", "StasisStart", timestamp=None)
        await eventually(lambda: watcher.events.qsize() == 3)
        assert watcher.lags == [0.5]


async def test_a_dropped_link_comes_back_filters_and_reconciles_again(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    async with beside(link.run()):
        await eventually(lambda: live(link))
        fake.filters.clear()
        fake.drop("app")
        await eventually(lambda: watcher.reconciled == 2 and live(link))
        assert "app" in fake.filters
        assert LinkState.DISCONNECTED in watcher.states


async def test_a_link_that_falls_silent_is_replaced_by_a_new_one(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    async with beside(link.run()):
        await eventually(lambda: live(link))
        fake.ignores_pings = True
        await eventually(lambda: LinkState.DISCONNECTED in watcher.states)
        fake.ignores_pings = False
        await eventually(lambda: live(link))


async def test_a_failed_reconciliation_is_tried_again_before_any_event_goes_out(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    watcher.failures = [RuntimeError("a bug"), TimeoutError()]
    async with beside(link.run()):
        await eventually(lambda: live(link))
    assert watcher.reconciled == 3
    assert caplog.text.count("ari.sync_failed app=app") == 2


async def test_a_link_lost_while_it_reconciles_starts_over(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    watcher.may_reconcile.clear()
    async with beside(link.run()):
        await eventually(lambda: "app" in fake.filters)
        await fake.emit("app", "StasisStart", n="lost")
        fake.drop("app")
        await eventually(lambda: fake.connections.count("app") == 2)
        watcher.may_reconcile.set()
        await eventually(lambda: live(link))
        assert watcher.events.empty()


async def test_the_loser_of_the_app_name_stops_and_does_not_come_back(
    link: EventLink, fake: FakeAsterisk, session: aiohttp.ClientSession, watcher: Watcher
) -> None:
    async with beside(link.run()):
        await eventually(lambda: live(link))
        headers = {"Authorization": AUTHORIZATION}
        url = f"{fake.base_url}/ari/events?app=app"
        async with session.ws_connect(url, headers=headers):
            await eventually(lambda: link.state is LinkState.REPLACED)
            await eventually(lambda: watcher.states[-1] is LinkState.REPLACED)
    assert fake.connections.count("app") == 2
    assert link.state is LinkState.REPLACED


async def test_replacement_of_another_app_is_an_ordinary_event(
    link: EventLink, fake: FakeAsterisk, watcher: Watcher
) -> None:
    async with beside(link.run()):
        await eventually(lambda: live(link))
        await fake.emit("app", "ApplicationReplaced", application="other")
        await eventually(lambda: watcher.events.qsize() == 1)
        assert live(link)


@pytest.mark.parametrize("how", [FakeAsterisk.forget, FakeAsterisk.silence])
async def test_a_link_whose_name_was_taken_while_its_socket_is_open_begins_anew(
    link: EventLink,
    fake: FakeAsterisk,
    watcher: Watcher,
    how: Callable[[FakeAsterisk, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ari_app.ari.link.PROBE_EVERY_S", 0.05)
    watcher.may_reconcile.clear()
    async with beside(link.run()):
        await eventually(lambda: "app" in fake.filters)
        how(fake, "app")
        watcher.may_reconcile.set()
        await eventually(lambda: fake.connections.count("app") == 2 and live(link))
        await fake.emit("app", "StasisStart", n=1)
        await eventually(lambda: watcher.seen == [1])


async def test_a_probe_that_cannot_be_sent_says_nothing_of_the_events(
    link: EventLink, fake: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ari_app.ari.link.PROBE_EVERY_S", 0.01)
    async with beside(link.run()):
        await eventually(lambda: live(link))
        path = f"events/user/{PROBE}"
        fake.answers["POST", path] = 503, {"message": "starting"}
        asked = len(fake.requests)
        await eventually(lambda: len(fake.requests) > asked + 3)
        assert live(link)
    assert fake.connections.count("app") == 1
