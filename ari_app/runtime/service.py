"""The composition root: the only place that constructs things and says who owns which task.

Everything here is wiring. What to do about a call is decided in the core, how to talk to whom in
the adapters.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from aiohttp import web

from ari_app.ari.client import Client
from ari_app.ari.execute import Executor
from ari_app.ari.http import HttpTransport
from ari_app.ari.link import UNWANTED, EventLink
from ari_app.ari.translate import MEANINGLESS
from ari_app.ari.transport import Transport, basic_authorization
from ari_app.ari.websocket_lanes import WebSocketLanes
from ari_app.configuration import Groundwork
from ari_app.core.commands import LaneCommand, Tell
from ari_app.core.engine import Engine
from ari_app.core.records import Json
from ari_app.core.world import World
from ari_app.db.cel import CelImport
from ari_app.db.engine import open_engine
from ari_app.db.history import HistoryReader
from ari_app.db.recorder import Recorder
from ari_app.db.repo import Repo
from ari_app.fanout import Fanout
from ari_app.flows.opening import Opened, Place, clean_stop, load_for_calls
from ari_app.metrics import Metrics
from ari_app.passwords import Passwords
from ari_app.runtime.clock import Clock
from ari_app.runtime.emergency_switch import Emergencies
from ari_app.runtime.event_log import EventLog
from ari_app.runtime.flow_folder import FlowFolder
from ari_app.runtime.front import Accounts, Front, Records
from ari_app.runtime.lanes import Lanes
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.loop import Loop
from ari_app.runtime.perform import Performer
from ari_app.runtime.restore import Restored, restore
from ari_app.runtime.tree_versions import Parts, TreeVersions
from ari_app.runtime.watch import Watch
from ari_app.settings import Settings
from ari_app.web.app import make_app
from ari_app.web.desks import Desks
from ari_app.web.ports import Trees, WebSettings

_log = structlog.get_logger()

SHUTDOWN_S = 3.0


@dataclass(frozen=True)
class Plan:
    """What the service is built from."""

    settings: Settings
    configuration: Groundwork
    passwords: Passwords
    place: Place
    opened: Opened


@dataclass(frozen=True)
class Stores:
    """What is written down and read again."""

    recorder: Recorder
    repo: Repo
    history: HistoryReader


class Service:
    """One running service: its parts, and the tasks that keep it going."""

    def __init__(
        self,
        plan: Plan,
        *,
        session: aiohttp.ClientSession,
        stores: Stores,
        restored: Restored,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._plan, self._session, self._tasks = plan, session, tasks
        self._recorder, self._repo, self._history = (
            stores.recorder, stores.repo, stores.history,
        )  # fmt: skip
        self._rng = random.Random()
        self.clock, self.metrics = Clock(), Metrics()
        self.prompts = LivePrompts(plan.settings.config_dir, plan.configuration.prompts)
        self.loop = self._decide(restored)
        parts = Parts(self.loop, self.clock, self.metrics, self.prompts)
        self.versions = TreeVersions(plan.place, plan.opened, parts)
        self.emergencies = Emergencies(plan.opened.store, parts)
        self._transport = self._reach_asterisk()
        self.client = Client(self._transport)
        performer = self._performer()
        self.lanes = Lanes(tasks, performer.perform, self._tell, performer.note)
        self._desks = Desks()
        redis_url = plan.settings.redis_url
        self._fanout = Fanout(redis_url) if redis_url else None
        self.watch = self._watch()
        self.watch.link = self._link()

    def start(self) -> None:
        jobs = [self._transport.run(), self.loop.run(), *self.watch.jobs(), *self._keep_trees()]
        if self._fanout is not None:
            jobs.append(self._fanout.run())
        for job in jobs:
            self._tasks.create_task(job)

    def _keep_trees(self) -> list[Coroutine[object, object, None]]:
        settings = self._plan.settings

        async def follow() -> None:
            # The first: it waits for nobody, not even for trees that are being proved.
            await self.emergencies.follow()
            await self.versions.follow()

        folder = FlowFolder(settings.config_dir, saw=self.versions.saw_folder, follow=follow)
        jobs = [folder.look_again()]
        if settings.watch_flows:
            jobs.append(folder.apply_changes(self.versions.apply_changed))
        return jobs

    def application(self) -> web.Application:
        """The API over this service."""
        accounts = Accounts(self._plan.configuration.centre, self._plan.passwords)
        records = Records(self._repo, self.clock)
        return make_app(
            Front(self.loop, self.clock, lambda: self.watch.is_standby, self.status),
            records,
            trees=Trees(self.versions, self.emergencies),
            credentials=accounts,
            sessions=records,
            desks=self._desks,
            now=self.clock.now,
            settings=WebSettings(
                registry=self.metrics.registry,
                hasher=accounts.hasher,
                # Calls are served without either: what is to be written waits in the journal.
                # The trees' old version serves them while the new one is not fit.
                optional_components=frozenset({"database", "redis", "trees", "emergency"}),
                operator_token=self._plan.passwords.operator,
            ),
        )

    def status(self) -> dict[str, Json]:
        """Each component with ``ok`` or what is wrong."""
        waiting = f"away: {self._recorder.waiting_count} records wait in the journal"
        shown: dict[str, Json] = {
            "asterisk": self.watch.link_status(),
            "heartbeat": self.watch.heartbeat_status(),
            "database": waiting if self._recorder.is_away else "ok",
            "trees": self.versions.component(),
            "emergency": self.emergencies.component(),
        }
        if self._fanout is not None:
            shown["redis"] = "ok" if self._fanout.is_up else "away"
        return shown

    def _tell(self, message: Tell) -> None:
        self._desks.tell(message)
        if self._fanout is not None:
            self._fanout.tell(message)

    def _send(self, commands: Sequence[LaneCommand]) -> None:
        self.lanes.send(commands)

    # --- parts -------------------------------------------------------------------------------

    def _decide(self, restored: Restored) -> Loop:
        configuration = self._plan.configuration
        calls, agents = restored
        engine = Engine(
            self._plan.opened.shelf,
            configuration.centre,
            self.prompts.seconds,
            calls=calls,
            agents=agents,
            world=configuration.world,
            numbers=self._outside(configuration.world),
        )
        return Loop(engine, self.clock, self._send, self.metrics.engine_errors.inc)

    def _outside(self, world: World) -> dict[str, str]:
        """Without a trunk every transfer fails at once, and the tree sends the caller on."""
        has_trunk = bool(self._plan.settings.trunk_out)
        return {name: one.number for name, one in world.numbers.items() if has_trunk}

    def _authorization(self) -> str:
        return basic_authorization(self._plan.settings.ari_user, self._plan.passwords.ari)

    def _reach_asterisk(self) -> Transport:
        settings = self._plan.settings
        if settings.transport == "http":
            return HttpTransport(settings.ari_url, self._authorization())
        return WebSocketLanes(
            self._session, settings.ari_url, settings.ari_app, self._authorization(), rng=self._rng
        )

    def _performer(self) -> Performer:
        settings = self._plan.settings
        return Performer(
            Executor(self.client, settings.ari_app, self.loop.post, self.prompts.sound_uri),
            self._recorder,
            self._history,
            recordings_dir=settings.recordings_dir,
            clock=self.clock,
            post=self.loop.post,
            metrics=self.metrics,
        )

    def _watch(self) -> Watch:
        path = self._plan.settings.cel_file
        event_log = EventLog(
            CelImport, path, self._repo,
            is_live=self.loop.engine.call_engine.calls.__contains__, send=self._send,
        )  # fmt: skip
        return Watch(
            self._plan.settings, self.client, self.loop, self._recorder, event_log,
            clock=self.clock, metrics=self.metrics,
        )  # fmt: skip

    def _link(self) -> EventLink:
        settings = self._plan.settings
        return EventLink(
            self._session, settings.ari_url, settings.ari_app, self._authorization(),
            sink=self.watch, transport=self._transport,
            on_connected=self.watch.reconcile, on_state=self.watch.on_state,
            on_lag=self.metrics.event_lag.set, clock=self.clock.wall, rng=self._rng,
            unwanted=(*UNWANTED, *MEANINGLESS),
        )  # fmt: skip


async def serve(plan: Plan) -> None:
    """Run until SIGTERM or SIGINT; what was to be written is written before it ends."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(plan):
        await stop.wait()
    clean_stop(plan.opened.store)
    _log.info("service.stopped")


@contextlib.asynccontextmanager
async def running(plan: Plan) -> AsyncIterator[Service]:
    """The whole service; calls go on in Asterisk after it has ended."""
    database = open_engine(plan.settings.database_url)
    repo, history = Repo(database), HistoryReader(database)
    recorder = Recorder(database, plan.settings.run_dir / "journal.jsonl", Clock().now)
    try:
        async with asyncio.TaskGroup() as writing:
            writing.create_task(recorder.run())
            async with aiohttp.ClientSession() as session, _endless() as tasks:
                shelf = plan.opened.shelf
                restored = await restore(repo, recorder, shelf, Clock().now())
                began_with = {call.tree.version for call in restored[0].values() if call.tree}
                load_for_calls(plan.place, shelf, began_with)
                service = Service(
                    plan, session=session, stores=Stores(recorder, repo, history),
                    tasks=tasks, restored=restored,
                )  # fmt: skip
                service.start()
                async with _web(service.application(), plan.settings):
                    yield service
            await recorder.close()
    finally:
        await history.close()
        await database.dispose()


class _Over(Exception):
    """Ends a group of tasks that have no end of their own."""


@contextlib.asynccontextmanager
async def _endless() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose tasks run for ever: leaving it cancels them."""

    async def end() -> None:
        raise _Over

    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
            tasks.create_task(end())
    except* _Over:
        _log.debug("tasks.ended")


@contextlib.asynccontextmanager
async def _web(application: web.Application, settings: Settings) -> AsyncIterator[None]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, *settings.web).start()
        yield
    finally:
        await runner.cleanup()
