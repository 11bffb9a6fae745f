"""What goes on beside the calls: the link's ups and downs, the heartbeat, sweeping, the event log.

Decides when to look; what is seen is judged in the core.
"""

import asyncio
import contextlib
import os
from collections.abc import Coroutine
from datetime import datetime

import structlog

from ari_app.ari.client import Client
from ari_app.ari.errors import AriError
from ari_app.ari.link import EventLink, LinkState
from ari_app.ari.protocol import Event
from ari_app.ari.translate import translate
from ari_app.ari.view import look
from ari_app.core.events import AsteriskLost
from ari_app.core.values import CallId
from ari_app.db.recorder import Recorder
from ari_app.metrics import Metrics
from ari_app.runtime.clock import Clock
from ari_app.runtime.event_log import EventLog
from ari_app.runtime.loop import Loop
from ari_app.settings import Settings

_log = structlog.get_logger()

HEARTBEAT = "HOTLINE_HEARTBEAT"
BEAT_S = 1.0
SWEEP_S = 15.0
LOG_POLL_S = 5.0


class Watch:
    """``jobs`` run for ever. It is also the link's sink: events become the core's."""

    link: EventLink

    def __init__(
        self,
        settings: Settings,
        client: Client,
        loop: Loop,
        recorder: Recorder,
        event_log: EventLog,
        *,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._client = client
        self._loop = loop
        self._recorder = recorder
        self._event_log = event_log
        self._clock = clock
        self._metrics = metrics
        self._went_live = asyncio.Event()
        self._beaten_at = float("-inf")

    def jobs(self) -> list[Coroutine[object, object, None]]:
        return [self._keep_link(), self._beat(), self._sweep(), self._read_log()]

    # --- the link ----------------------------------------------------------------------------

    def put_nowait(self, event: Event) -> None:
        """The socket's reader only reads and enqueues."""
        known = translate(event)
        if known is not None:
            self._loop.post(known)

    async def reconcile(self) -> None:
        """After each (re)connect, before its first event: read Asterisk, let the core compare."""
        status = (await self._client.asterisk.get_info(only="status"))["status"]
        started_at = datetime.fromisoformat(status["startup_time"]).timestamp()
        ended = await self._poll_log(lost_before=started_at)
        people = self._loop.engine.dispatcher
        phones = {agent: people.endpoint(agent) for agent in people.agents}
        app = self._settings.ari_app
        seen = await look(self._client, app, ended, is_resync=True, phones=phones)
        self._loop.post(seen)
        _log.info("ari.reconciled", legs=len(seen.legs), bridges=len(seen.bridges))

    def on_state(self, state: LinkState, reason: str) -> None:
        self._metrics.ari_link.set(state is LinkState.LIVE)
        self._went_live.set()
        if state is not LinkState.LIVE:
            self._loop.post(AsteriskLost())
        if state is LinkState.REPLACED:
            self._loop.stop()
        _log.info("ari.state", outcome=state.value, reason=reason)

    @property
    def is_live(self) -> bool:
        return self.link.state is LinkState.LIVE

    @property
    def is_standby(self) -> bool:
        return self.link.state is LinkState.REPLACED

    def link_status(self) -> str:
        return "ok" if self.is_live else f"not connected: {self.link.state.value}"

    def heartbeat_status(self) -> str:
        """Without it the dialplan lets no call in."""
        silent_s = self._clock.now() - self._beaten_at
        is_fresh = silent_s < self._settings.heartbeat_limit_s
        return "ok" if is_fresh else "not written: callers go to the fallback queue"

    async def _keep_link(self) -> None:
        """When another instance takes the app's name over, stop deciding: it has the calls now."""
        await self.link.run()
        if self.is_standby:
            _log.critical("service.standby", reason="another instance took over this app name")

    # --- what goes on all the time -----------------------------------------------------------

    async def _beat(self) -> None:
        """Tell the dialplan and the supervisor each second that decisions are being made.

        It runs in the very loop that makes them: when that hangs, so does this, and the dialplan
        sends callers to the fallback queue.
        """
        async with asyncio.TaskGroup() as tasks:
            while True:
                if self._settings.watchdog_fd is not None:
                    os.write(self._settings.watchdog_fd, b".")
                if self.is_live:
                    tasks.create_task(self._beat_once())
                self._show_figures()
                self._went_live.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_S):
                        await self._went_live.wait()

    async def _beat_once(self) -> None:
        # A lost beat is what the dialplan's tolerance is for.
        with contextlib.suppress(AriError):
            value = str(int(self._clock.wall()))
            await self._client.asterisk.set_variable(variable=HEARTBEAT, value=value, key="beat")
            self._beaten_at = self._clock.now()

    def _show_figures(self) -> None:
        counts = self._loop.engine.counts()
        self._metrics.show_agents(counts["agents"])
        self._metrics.show_waiting(counts["waiting"])
        engine = self._loop.engine
        self._metrics.show_waits(*engine.waits(self._clock.now()))
        self._metrics.show_dial_list(engine.dial_list.counts())
        surge = engine.dispatcher.orders.surge
        self._metrics.show_surge(surge.mode if surge is not None else None)
        self._metrics.journal_depth.set(self._recorder.waiting_count)

    async def _sweep(self) -> None:
        """Look for what the events did not tell."""
        while True:
            await asyncio.sleep(SWEEP_S)
            if not self.is_live:
                continue
            try:
                seen = await look(self._client, self._settings.ari_app, {}, is_resync=False)
            except AriError as error:
                _log.warning("sweep.failed", problem=str(error))
            else:
                self._loop.post(seen)

    async def _read_log(self) -> None:
        while True:
            await asyncio.sleep(LOG_POLL_S)
            await self._poll_log()

    async def _poll_log(self, *, lost_before: float = 0.0) -> dict[CallId, float]:
        try:
            return await self._event_log.poll(self._clock.now(), lost_before=lost_before)
        except OSError as error:
            _log.warning("event_log.unreadable", problem=str(error))
        except Exception:  # a line nobody foresaw must not keep callers from being served
            _log.exception("event_log.error")
        return {}
