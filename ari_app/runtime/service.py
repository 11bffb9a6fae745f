"""The composition root: the only place that constructs things and says who owns which task.

Everything here is wiring. What to do about a call is decided in the core, how to talk to whom in
the adapters.
"""

import asyncio
import contextlib
import gc
import random
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, replace

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
from ari_app.asterisk.manager import Manager
from ari_app.configuration import Groundwork
from ari_app.core import desk_view
from ari_app.core.board_view import BoardView, Sections
from ari_app.core.commands import LaneCommand, Tell
from ari_app.core.engine import Engine
from ari_app.core.outbound.dial_list import PAUSED, DialList
from ari_app.core.records import Json
from ari_app.db.audit import AuditReader
from ari_app.db.cel import CelImport
from ari_app.db.dial_rows import DialRows
from ari_app.db.engine import open_engine
from ari_app.db.history import HistoryReader
from ari_app.db.outbox import Outbox
from ari_app.db.recorder import Recorder
from ari_app.db.repo import Repo
from ari_app.db.work import TicketStore
from ari_app.delivery.signature import key_of
from ari_app.delivery.webhook import Receiver
from ari_app.fanout import Fanout
from ari_app.flows.opening import Opened, Place, clean_stop, load_for_calls
from ari_app.metrics import Metrics
from ari_app.passwords import Passwords
from ari_app.runtime.clock import Clock
from ari_app.runtime.configuration_desk import ConfigurationDesk
from ari_app.runtime.day_figures import DayFigures
from ari_app.runtime.delivery import Delivery
from ari_app.runtime.dialling import Dials, open_dial_list, read_dial_list
from ari_app.runtime.emergency_switch import Emergencies
from ari_app.runtime.event_log import EventLog
from ari_app.runtime.floor import CallBook, RecordingFiles
from ari_app.runtime.flow_folder import FlowFolder
from ari_app.runtime.front import Accounts, AuditBook, Front, Records, floor_of
from ari_app.runtime.lanes import Lanes
from ari_app.runtime.live_configuration import LiveConfiguration, Readers, outside
from ari_app.runtime.live_prompts import LivePrompts
from ari_app.runtime.loop import Loop
from ari_app.runtime.perform import Performer
from ari_app.runtime.phone_logins import PhoneLogins
from ari_app.runtime.prompt_desk import PromptDesk
from ari_app.runtime.report_desk import ReportDesk
from ari_app.runtime.restore import Restored, restore
from ari_app.runtime.studio_desk import Place as StudioPlace
from ari_app.runtime.studio_desk import StudioDesk
from ari_app.runtime.ticket_desk import TicketDesk
from ari_app.runtime.tree_versions import Parts, TreeVersions
from ari_app.runtime.watch import Watch
from ari_app.settings import Settings
from ari_app.web.app import make_app
from ari_app.web.boards import Boards
from ari_app.web.desks import Desks
from ari_app.web.floor import Floor
from ari_app.web.ports import Editing, Trees, WebSettings

_log = structlog.get_logger()

SHUTDOWN_S = 3.0
POPS = frozenset({"offer", "offer_changed"})


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
    audit: AuditReader
    outbox: Outbox
    tickets: TicketStore
    dials: DialRows
    calls: CallBook


class Service:
    """One running service: its parts, and the tasks that keep it going."""

    def __init__(
        self,
        plan: Plan,
        *,
        session: aiohttp.ClientSession,
        stores: Stores,
        restored: Restored,
        dial_list: DialList,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._plan, self._session, self._tasks = plan, session, tasks
        self._recorder, self._repo, self._history, self._audit = (
            stores.recorder, stores.repo, stores.history, stores.audit,
        )  # fmt: skip
        self._tickets, self._rng = stores.tickets, random.Random()
        self._dial_list, self._dials = dial_list, stores.dials
        self.clock, self.metrics = Clock(), Metrics()
        self.prompts = LivePrompts(plan.settings.config_dir, plan.configuration.prompts)
        self.loop = self._decide(restored)
        parts = Parts(self.loop, self.clock, self.metrics, self.prompts)
        self.versions = TreeVersions(plan.place, plan.opened, parts)
        self.emergencies = Emergencies(plan.opened.store, parts)
        served = self.versions.shelf
        self.studio = StudioDesk(
            StudioPlace(plan.settings, lambda: served.served.number, self.clock.now)
        )
        self.delivery = self._deliver(stores.outbox)
        self._transport = self._reach_asterisk()
        self.client = Client(self._transport)
        self._phones = self._phone_logins()
        performer = self._performer()
        self.lanes = Lanes(tasks, performer.perform, self._tell, performer.note)
        self._desks, self._calls = Desks(), stores.calls
        self._board = BoardView()
        self._day = DayFigures(plan.settings.database_url, self.clock.now)
        self._boards = Boards(self._floor, self.clock.now, watched=self._day.watched)
        self._day.on_change(self._boards.touch)
        redis_url = plan.settings.redis_url
        self._fanout = Fanout(redis_url) if redis_url else None
        self.watch = self._watch()
        self.watch.link = self._link()

    def start(self) -> None:
        jobs = [self._transport.run(), self.loop.run(), *self.watch.jobs(), *self._keep_trees()]
        jobs += [self.delivery.run(), self.delivery.watch(), self._day.run(), self._phones.run()]
        if not self._dial_list.is_known:
            jobs.append(read_dial_list(self._dials, self._recorder, self.loop.post))
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
        tickets = self._ticket_desk()
        reports = self._report_desk()
        return make_app(
            Front(self.loop, self.clock, lambda: self.watch.is_standby, self.status),
            records,
            trees=Trees(self.versions, self.emergencies),
            audits=AuditBook(self._recorder, self._audit),
            deliveries=self.delivery,
            reports=reports,
            tickets=tickets,
            editing=self._editing(accounts, tickets, reports),
            studio=self.studio,
            dials=Dials(self.loop, self._dials),
            floor=Floor(
                self._boards, self._calls, RecordingFiles(self._plan.settings.recordings_dir)
            ),
            phones=self._phones,
            credentials=accounts,
            sessions=records,
            desks=self._desks,
            now=self.clock.now,
            settings=WebSettings(
                registry=self.metrics.registry,
                hasher=accounts.hasher,
                # Calls are served without either: what is to be written waits in the journal.
                # The trees' old version serves them while the new one is not fit.
                optional_components=frozenset(
                    {"database", "redis", "trees", "emergency", "delivery"}
                ),
                ice_servers=self._plan.settings.ice_servers,
                auditors_hear=self._plan.settings.auditors_hear,
                operator_token=self._plan.passwords.operator,
                machine_tokens={
                    "city": self._plan.passwords.city,
                    "intake": self._plan.passwords.intake,
                },
            ),
        )

    def _report_desk(self) -> ReportDesk:
        satisfied = self._plan.configuration.rules.sla.satisfied
        return ReportDesk(self._plan.settings.database_url, self.clock.now, satisfied)

    def _ticket_desk(self) -> TicketDesk:
        known = self._plan.configuration
        return TicketDesk(self._tickets, known.rules, known.world.calendar, self.clock)

    def _editing(self, accounts: Accounts, tickets: TicketDesk, reports: ReportDesk) -> Editing:
        settings = self._plan.settings
        readers = Readers(
            accounts, self.versions, self.prompts, tickets, reports, self.delivery,
            self._executor, self._phones,
        )  # fmt: skip
        live = LiveConfiguration(
            settings, self._plan.configuration, self.loop, self.client, readers
        )
        served = self.versions.shelf
        return Editing(
            ConfigurationDesk(settings, live, self.clock),
            PromptDesk(settings.config_dir, self.prompts, lambda: served.served.trees),
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
            "delivery": self.delivery.component(),
        }
        if self._fanout is not None:
            shown["redis"] = "ok" if self._fanout.is_up else "away"
        return shown

    def _tell(self, message: Tell) -> None:
        if message.kind in POPS:
            pop = desk_view.dressed(self.loop.engine, message.data, self.clock.now())
            message = replace(message, data=pop)
        self._desks.tell(message)
        self._boards.alert(message.kind, message.data)
        if self._fanout is not None:
            self._fanout.tell(message)

    def _send(self, commands: Sequence[LaneCommand]) -> None:
        self.lanes.send(commands)
        self._boards.touch()
        self._day.touch()

    def _floor(self) -> Sections:
        return {**self._board.sections(floor_of(self.loop.engine)), **self._day.sections}

    # --- parts -------------------------------------------------------------------------------

    def _decide(self, restored: Restored) -> Loop:
        configuration = self._plan.configuration
        engine = Engine(
            self._plan.opened.shelf,
            configuration.centre,
            self.prompts.seconds,
            calls=restored.calls,
            agents=restored.agents,
            world=configuration.world,
            numbers=outside(self._plan.settings, configuration.world),
        )
        engine.dispatcher.obey(restored.orders)
        engine.dial_list = self._dial_list
        return Loop(engine, self.clock, self._send, self.metrics.engine_errors.inc)

    def _deliver(self, outbox: Outbox) -> Delivery:
        url, secret = self._plan.settings.webhook_url, self._plan.passwords.webhook
        receiver = Receiver(url, key_of(secret)) if url else None
        sees = self._plan.configuration.rules.city_sees
        return Delivery(outbox, receiver, self.clock, self.metrics, sees=sees)

    def _authorization(self) -> str:
        return basic_authorization(self._plan.settings.ari_user, self._plan.passwords.ari)

    def _reach_asterisk(self) -> Transport:
        settings = self._plan.settings
        if settings.transport == "http":
            return HttpTransport(settings.ari_url, self._authorization())
        return WebSocketLanes(
            self._session, settings.ari_url, settings.ari_app, self._authorization(), rng=self._rng
        )

    def _phone_logins(self) -> PhoneLogins:
        socket_url = f"{self._plan.settings.ari_url.replace('http', 'ws', 1)}/ws"
        phones = self._plan.configuration.centre.browser_phones
        return PhoneLogins(self.client.asterisk, phones, socket_url, self.clock.now)

    def _performer(self) -> Performer:
        settings = self._plan.settings
        self._executor = Executor(
            self.client,
            settings.ari_app,
            self.loop.post,
            self.prompts.sound_uri,
            shown=self._plan.configuration.outbound.shown_number,
        )
        return Performer(
            self._executor,
            self._recorder,
            self._history,
            Manager(*settings.ami, settings.ari_user, self._plan.passwords.ami),
            recordings_dir=settings.recordings_dir,
            clock=self.clock,
            post=self.loop.post,
            metrics=self.metrics,
        )

    def _watch(self) -> Watch:
        path = self._plan.settings.cel_file
        event_log = EventLog(
            CelImport, path, self._repo,
            is_live=self.loop.engine.call_engine.calls.__contains__,
            is_behind=lambda: self._recorder.is_behind,
            send=self._send, missed=self.loop.post,
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
        # What is there now stays: looking through it for garbage would stop the loop for 0.2 s.
        gc.collect()
        gc.freeze()
        await stop.wait()
    clean_stop(plan.opened.store)
    _log.info("service.stopped")


@contextlib.asynccontextmanager
async def running(plan: Plan) -> AsyncIterator[Service]:
    """The whole service; calls go on in Asterisk after it has ended."""
    database = open_engine(plan.settings.database_url)
    repo, history, tickets = Repo(database), HistoryReader(database), TicketStore(database)
    recorder = Recorder(database, plan.settings.run_dir / "journal.jsonl", Clock().now)
    try:
        async with asyncio.TaskGroup() as writing:
            writing.create_task(recorder.run())
            async with aiohttp.ClientSession() as session, _endless() as tasks:
                shelf = plan.opened.shelf
                watchdog_fd = plan.settings.watchdog_fd
                restored = await restore(repo, recorder, shelf, Clock().now(), watchdog_fd)
                began_with = {call.tree.version for call in restored.calls.values() if call.tree}
                load_for_calls(plan.place, shelf, began_with)
                paused = restored.orders.get(PAUSED)
                dials = DialRows(database)
                dial_list = open_dial_list(plan.settings, plan.configuration, paused)
                stores = Stores(
                    recorder, repo, history, AuditReader(database), Outbox(database), tickets,
                    dials, CallBook(database),
                )  # fmt: skip
                service = Service(
                    plan, session=session, stores=stores, tasks=tasks, restored=restored,
                    dial_list=dial_list,
                )  # fmt: skip
                service.start()
                async with _web(service.application(), plan.settings):
                    yield service
                await service.studio.close()
            await recorder.close()
    finally:
        await history.close()
        await tickets.close()
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
