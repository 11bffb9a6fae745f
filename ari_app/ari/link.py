"""The events WebSocket of our app: from frames to events in a sink, strictly in order.

Decides the link's state. The reader only decodes and puts; what must happen after each
(re)connect (a probe, the event filter, then the injected reconciliation) runs beside it, and events
wait in order behind it. Events missed while away are never repeated by Asterisk: hence the
reconciliation. An open socket does not mean that events come (decision 57): hence the probe. Knows
nothing of calls.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from random import Random
from typing import Protocol

import aiohttp

from ari_app.ari.errors import AriError, check
from ari_app.ari.kept_socket import KeptSocket, Patience
from ari_app.ari.operations import OPERATIONS
from ari_app.ari.protocol import Event, ProtocolError, decode_frame
from ari_app.ari.transport import Transport, events_url

_log = logging.getLogger(__name__)
LINK_PATIENCE = Patience(ping_s=2.0, dead_s=4.0)
# Half of all events of a call, and nobody's business here. RESTResponse and ApplicationReplaced
# would be filtered by an `allowed` list, so only name what must not come.
UNWANTED = (
    "ChannelVarset",
    "ChannelDialplan",
    "ChannelConnectedLine",
    "ChannelCallerId",
    "PlaybackContinuing",
    "BridgeVideoSourceChanged",
    "TextMessageReceived",
)


# A user event that Asterisk tells our own app, and so us.
PROBE = "hotline-probe"
PROBE_EVERY_S = 10.0


class LinkState(Enum):
    """DISCONNECTED -> CONNECTING -> SYNCING -> LIVE; REPLACED is final."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    SYNCING = "syncing"
    LIVE = "live"
    REPLACED = "replaced"


class Sink(Protocol):
    """Where events go, such as an asyncio.Queue or a Client. Must not raise."""

    def put_nowait(self, event: Event, /) -> object:
        """Take the event without waiting."""


class EventLink:
    """``run`` it as a task; it ends only when another client took over the app's name."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        app: str,
        authorization: str,
        *,
        sink: Sink,
        transport: Transport,
        on_connected: Callable[[], Awaitable[None]],
        on_state: Callable[[LinkState, str], None],
        on_lag: Callable[[float], None],
        clock: Callable[[], float],
        rng: Random,
        unwanted: Sequence[str] = UNWANTED,
        patience: Patience = LINK_PATIENCE,
    ) -> None:
        self._app, self._sink, self._transport = app, sink, transport
        self._on_connected, self._on_state, self._on_lag = on_connected, on_state, on_lag
        self._clock, self._patience, self._rng = clock, patience, rng
        # `allowed` is named because Asterisk keeps an old list when it is not.
        self._filter = {"allowed": [], "disallowed": [{"type": name} for name in unwanted]}
        self._waiting: list[Event] = []
        self._probe_seen = asyncio.Event()
        self.state = LinkState.DISCONNECTED
        self.malformed_count = 0
        self._socket = KeptSocket(
            session,
            events_url(base_url, app),
            authorization,
            owner=self,
            patience=patience,
            rng=rng,
        )

    async def run(self) -> None:
        """Keep the link up until cancelled or replaced."""
        try:
            await self._socket.run()
        finally:
            if self.state is not LinkState.REPLACED:
                self._enter(LinkState.DISCONNECTED, "stopped")

    def socket_connecting(self) -> None:
        self._enter(LinkState.CONNECTING, "")

    async def socket_opened(self) -> None:
        """Probe, filter, reconcile, let the events go that came meanwhile; probe now and then."""
        self._enter(LinkState.SYNCING, "")
        while not await self._synced():
            highest = self._patience.last_retry_s
            await asyncio.sleep(self._rng.uniform(highest / 20, highest / 4))
        # No await from here on: an event must not overtake the waiting ones.
        self._enter(LinkState.LIVE, f"{len(self._waiting)} events waited")
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._sink.put_nowait(event)
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            with contextlib.suppress(AriError):  # says nothing of the events
                await self._probed()

    def socket_text(self, text: str) -> None:
        try:
            event = decode_frame(text)
        except ProtocolError as error:
            self.malformed_count += 1
            _log.warning("ari.malformed %s", error)
            return
        if not isinstance(event, Event):
            return
        if event.type == "ChannelUserevent" and event.data.get("eventname") == PROBE:
            self._probe_seen.set()
        elif event.type == "ApplicationReplaced" and event.data.get("application") == self._app:
            self._replaced()
        elif self.state is LinkState.LIVE:
            self._report_lag(event)
            self._sink.put_nowait(event)
        else:
            self._waiting.append(event)

    def socket_lost(self, reason: str) -> None:
        self._waiting.clear()  # the next reconciliation sees what they told
        if self.state is not LinkState.REPLACED:
            self._enter(LinkState.DISCONNECTED, reason)

    async def _synced(self) -> bool:
        operation = OPERATIONS["applications.filter"]
        args = {"application_name": self._app, "filter": self._filter}
        try:
            if not await self._probed():
                return False
            check(operation, await self._transport.request(operation, args, key=self._app))
            await self._on_connected()
        except AriError as error:
            _log.warning("ari.sync_later app=%s: %s", self._app, error)
            return False
        except Exception:  # without reconciliation there is no service: say so and try again
            _log.exception("ari.sync_failed app=%s", self._app)
            return False
        return True

    async def _probed(self) -> bool:
        """Whether events for the app arrive here; if not, the connection is given up.

        The end of an earlier connection may take the app's name from the one that followed it,
        whose socket stays open all the same. Raises AriError when the probe cannot be sent.
        """
        probe = OPERATIONS["events.userEvent"]
        args = {"event_name": PROBE, "application": self._app}
        self._probe_seen.clear()
        response = await self._transport.request(probe, args, key=self._app)
        if response.status != HTTPStatus.NOT_FOUND:
            check(probe, response)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.dead_s):
                    await self._probe_seen.wait()
        if not self._probe_seen.is_set():
            await self._socket.drop("Asterisk tells it no events of the app")
        return self._probe_seen.is_set()

    def _replaced(self) -> None:
        self._waiting.clear()
        self._socket.stop()
        _log.error("ari.replaced app=%s: another client took over; standing by", self._app)
        self._enter(LinkState.REPLACED, "another client registered the same app name")

    def _enter(self, state: LinkState, reason: str) -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state, reason)

    def _report_lag(self, event: Event) -> None:
        stamp = event.data.get("timestamp")
        try:
            self._on_lag(self._clock() - datetime.fromisoformat(str(stamp)).timestamp())
        except (ValueError, OverflowError):
            return
