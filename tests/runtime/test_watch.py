"""What goes on beside the calls: reconciling, beating, sweeping, standing by."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ari_app.ari.client import Client
from ari_app.ari.errors import AriError
from ari_app.ari.link import LinkState
from ari_app.ari.protocol import Event
from ari_app.core.commands import Answer, Play
from ari_app.core.engine import Engine
from ari_app.core.events import AsteriskSeen
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, BridgeSeen, CallId, LegId
from ari_app.metrics import Metrics
from ari_app.runtime import watch as module
from ari_app.runtime.loop import STANDBY, Loop
from ari_app.runtime.watch import HEARTBEAT, Watch
from ari_app.settings import load_settings
from tests.core.playbook import centre, flow
from tests.runtime.fakes import FakeTransport, HandClock, eventually

pytestmark = pytest.mark.asyncio

CALLER, AGENT = "hotline-1.1", "hotline-1.1.a1"


def channel(name: str, state: str = "Up", number: str = "13800138000") -> dict[str, Any]:
    return {
        "state": state,
        "name": name,
        "caller": {"number": number, "name": ""},
        "dialplan": {"exten": "12345"},
    }


@dataclass
class FakeLink:
    state: LinkState = LinkState.LIVE
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        await self.ends.wait()


class CountingLink:
    """A link that is never live, and counts how often somebody asks."""

    looks = 0

    @property
    def state(self) -> LinkState:
        self.looks += 1
        return LinkState.SYNCING


class FailingChannels:
    """A client whose channels are read by the given function."""

    def __init__(self, client: Client, get: Callable[..., Awaitable[object]]) -> None:
        self.applications, self.bridges, self.channels = client.applications, client.bridges, self
        self.get = get

    def handle(self, leg: str) -> "FailingChannels":
        return self


@dataclass
class FakeEventLog:
    ended: dict[CallId, float] = field(default_factory=dict)
    error: Exception | None = None
    asked: list[float] = field(default_factory=list)

    async def poll(self, now: float, *, lost_before: float = 0.0) -> dict[CallId, float]:
        self.asked.append(lost_before)
        if self.error is not None:
            raise self.error
        return self.ended


@dataclass
class IdleRecorder:
    waiting_count: int = 7


class Setting:
    def __init__(self, folder: Path, **env: str) -> None:
        self.sent: list[object] = []
        self.clock, self.transport, self.log = HandClock(), FakeTransport(), FakeEventLog()
        engine = Engine(Shelf.of(flow()), centre({"wang": {}}), lambda prompts: 1.0)
        self.loop = Loop(engine, self.clock, self.sent.extend, lambda: None)
        self.metrics, self.link = Metrics(), FakeLink()
        self.watch = Watch(
            load_settings(folder, env), Client(self.transport), self.loop,
            IdleRecorder(), self.log, clock=self.clock, metrics=self.metrics,  # type: ignore[arg-type]
        )  # fmt: skip
        self.watch.link = self.link  # type: ignore[assignment]
        self.asterisk_holds()

    def asterisk_holds(self, *legs: str, bridges: dict[str, list[str]] | None = None) -> None:
        answers = self.transport.answers
        answers["asterisk.getInfo"] = (
            200, {"status": {"startup_time": "1970-01-01T00:10:00.000+0000"}},
        )  # fmt: skip
        answers["applications.get"] = (200, {"channel_ids": list(legs), "bridge_ids": []})
        answers["bridges.list"] = (
            200, [{"id": name, "channels": held} for name, held in (bridges or {}).items()],
        )  # fmt: skip
        answers["channels.get"] = (200, channel("PJSIP/trunk-00000001"))
        answers["endpoints.get"] = (200, {"channel_ids": []})

    def posted(self) -> list[object]:
        return [event for event, _ in self.loop._inbox]


@pytest.fixture
def at(tmp_path: Path) -> Setting:
    return Setting(tmp_path)


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]):
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# --- reconciling ---------------------------------------------------------------------------------


async def test_a_reconnect_hands_the_core_what_asterisk_holds_and_when_calls_ended(at: Setting):
    at.asterisk_holds(CALLER, bridges={f"{CALLER}.b": [CALLER], "foreign": ["x"]})
    at.log.ended = {CallId("hotline-1.0"): 900.0}
    await at.watch.reconcile()
    [seen] = at.posted()
    assert isinstance(seen, AsteriskSeen)
    assert seen.is_resync
    assert [(leg.leg, leg.is_up, leg.caller.region) for leg in seen.legs] == [
        (CALLER, True, "北京市")
    ]
    assert seen.bridges == (BridgeSeen(f"{CALLER}.b", frozenset({LegId(CALLER)})),)
    assert seen.ended == {"hotline-1.0": 900.0}
    assert at.log.asked == [600.0], "calls of Asterisk's last life have ended"


async def test_an_agents_leg_is_told_from_a_callers(at: Setting):
    at.asterisk_holds(AGENT)
    at.transport.answers["channels.get"] = (200, channel("PJSIP/1001-00000002", "Ringing"))
    await at.watch.reconcile()
    [leg] = at.posted()[0].legs
    assert (leg.agent_id, leg.is_up) == (AgentId("1001"), False)


async def test_a_channel_that_went_while_we_looked_is_not_seen(at: Setting):
    at.asterisk_holds(CALLER)
    at.transport.answers["channels.get"] = (404, {"message": "Channel not found"})
    await at.watch.reconcile()
    assert at.posted()[0].legs == ()


async def test_a_channel_that_nobody_can_read_is_hung_up(at: Setting):
    at.asterisk_holds(CALLER)
    at.transport.answers["channels.get"] = (200, None)
    await at.watch.reconcile()
    assert at.posted()[0].legs == ()
    assert "channels.hangup" in at.transport.names()


async def test_an_asterisk_that_does_not_answer_is_an_error_for_the_link(at: Setting):
    at.transport.answers["applications.get"] = (500, {"message": "no"})
    with pytest.raises(AriError):
        await at.watch.reconcile()
    assert at.posted() == []


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("a line nobody foresaw")])
async def test_an_event_log_that_cannot_be_read_does_not_keep_callers_waiting(
    at: Setting, error: Exception
):
    at.log.error = error
    await at.watch.reconcile()
    assert at.posted()[0].ended == {}


async def test_the_core_answers_a_caller_found_by_reconciling(at: Setting):
    at.asterisk_holds(CALLER)
    await at.watch.reconcile()
    async with beside(at.loop.run()):
        await eventually(lambda: any(isinstance(one, Play) for one in at.sent))
    assert Answer(LegId(CALLER)) in at.sent


async def test_events_that_mean_nothing_here_are_dropped(at: Setting):
    for event in (
        Event("ChannelVarset", {}),
        Event("StasisStart", {}),
        Event("StasisStart", {"channel": {"id": "x"}, "args": []}),
        Event("ChannelDtmfReceived", {"channel": None}),
    ):
        at.watch.put_nowait(event)
    assert at.posted() == []


# --- standing by ---------------------------------------------------------------------------------


async def test_a_service_that_was_replaced_decides_nothing_any_more(at: Setting):
    deciding = asyncio.create_task(at.loop.run())
    keep_link = at.watch.jobs()
    async with beside(keep_link[0]) as keeping:
        at.link.state = LinkState.REPLACED
        at.watch.on_state(LinkState.REPLACED, "another client")
        at.link.ends.set()
        await keeping
    for job in keep_link[1:]:
        job.close()
    async with asyncio.timeout(5):
        await deciding
    assert at.watch.is_standby
    assert at.watch.link_status() == "not connected: replaced"
    assert await at.loop.ask(AsteriskSeen((), (), {})) == STANDBY


async def test_the_links_state_is_shown(at: Setting):
    for state, shown in ((LinkState.LIVE, 1.0), (LinkState.DISCONNECTED, 0.0)):
        at.watch.on_state(state, "")
        assert at.metrics.registry.get_sample_value("hotline_ari_link_up") == shown
    assert at.watch.link_status() == "ok"
    at.link.state = LinkState.CONNECTING
    assert at.watch.link_status() == "not connected: connecting"


# --- all the time --------------------------------------------------------------------------------


async def test_the_heartbeat_is_the_wall_clock_and_feeds_the_watchdog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BEAT_S", 3600.0)
    reader, writer = os.pipe()
    try:
        at = Setting(tmp_path, HOTLINE_WATCHDOG_FD=str(writer))
        async with beside(at.watch._beat()):
            await eventually(lambda: at.transport.asked)
        [(name, args)] = at.transport.asked
        assert name == "asterisk.setGlobalVar"
        assert (args["variable"], args["value"]) == (HEARTBEAT, "1000")
        assert os.read(reader, 10) == b"."
        assert at.metrics.registry.get_sample_value("hotline_journal_depth_records") == 7
    finally:
        os.close(reader)
        os.close(writer)


async def test_no_heartbeat_is_sent_while_the_link_is_down_and_one_at_once_when_it_is_back(
    at: Setting, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BEAT_S", 3600.0)
    at.link.state = LinkState.DISCONNECTED
    async with beside(at.watch._beat()):
        await asyncio.sleep(0)
        assert at.transport.asked == []
        at.link.state = LinkState.LIVE
        at.watch.on_state(LinkState.LIVE, "")
        await eventually(lambda: at.transport.asked)


async def test_a_heartbeat_that_asterisk_refuses_ends_nothing(
    at: Setting, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BEAT_S", 3600.0)
    at.transport.answers["asterisk.setGlobalVar"] = (500, {"message": "no"})
    async with beside(at.watch._beat()) as beating:
        await eventually(lambda: at.transport.asked)
        at.watch.on_state(LinkState.LIVE, "")
        await eventually(lambda: len(at.transport.asked) == 2)
        assert not beating.done()


async def test_the_sweeper_looks_again_and_again_and_survives_an_error(
    at: Setting, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SWEEP_S", 0.001)
    async with beside(at.watch._sweep()):
        await eventually(lambda: len(at.posted()) >= 2)
        at.transport.answers["applications.get"] = (500, {"message": "no"})
        failed = len(at.transport.asked)
        await eventually(lambda: len(at.transport.asked) > failed + 2)
        at.asterisk_holds(CALLER)
        await eventually(lambda: at.posted()[-1].legs)
    assert not any(seen.is_resync for seen in at.posted())


async def test_a_channel_that_fails_to_be_read_does_not_end_the_sweeper(
    at: Setting, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SWEEP_S", 0.001)
    at.asterisk_holds(CALLER)
    at.transport.answers["channels.get"] = (500, {"message": "no"})
    async with beside(at.watch._sweep()) as sweeping:
        await eventually(lambda: at.transport.names().count("channels.get") > 2)
        assert not sweeping.done()
    assert at.posted() == []


async def test_a_sweep_that_is_cancelled_as_it_fails_ends(at: Setting):
    """A task group of Python 3.11 and 3.12 loses a cancellation that comes with an error."""
    begun, both = asyncio.Event(), asyncio.Event()

    async def fail(*args: object, **kwargs: object) -> object:
        begun.set()
        try:
            await both.wait()
        except asyncio.CancelledError:
            raise AriError("channels.get", 500, "no") from None
        raise AssertionError

    at.asterisk_holds(CALLER)
    looking = asyncio.create_task(
        module.look(FailingChannels(at.watch._client, fail), "app", {}, is_resync=False)  # type: ignore[arg-type]
    )
    await begun.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_nobody_sweeps_while_the_link_is_down(at: Setting, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SWEEP_S", 0.001)
    at.watch.link = link = CountingLink()  # type: ignore[assignment]
    async with beside(at.watch._sweep()):
        await eventually(lambda: link.looks > 3)
    assert at.transport.asked == []


async def test_the_event_log_is_read_all_the_time_whatever_it_raises(
    at: Setting, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "LOG_POLL_S", 0.001)
    at.log.error = ValueError("a line nobody foresaw")
    async with beside(at.watch._read_log()) as reading:
        await eventually(lambda: len(at.log.asked) > 2)
        assert not reading.done()
