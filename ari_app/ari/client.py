"""The object model of ari-py on asyncio: ``client.channels.originate(...)``, ``on_event(...)``.

Decides how a request is made and what a refusal raises; events go to the registered functions in
order, synchronously. Knows no transport by name and keeps no state of calls.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping

from ari_app.ari.asterisk import Applications, Asterisk, Endpoints
from ari_app.ari.bridges import Bridges
from ari_app.ari.channels import Channels
from ari_app.ari.errors import AriError, ProtocolError, check
from ari_app.ari.media import Playbacks, Recordings
from ari_app.ari.operations import OPERATIONS
from ari_app.ari.protocol import Event, Response
from ari_app.ari.transport import DEFAULT_LIMIT_S, Transport

_log = logging.getLogger(__name__)
EventFunction = Callable[[Event], None]


class Client:
    """Repositories and events over one transport. A link's sink, or fed by ``put_nowait``."""

    def __init__(self, transport: Transport, *, limit_s: float = DEFAULT_LIMIT_S) -> None:
        self._transport, self._limit_s = transport, limit_s
        self._functions: defaultdict[str, list[EventFunction]] = defaultdict(list)
        self.channels = Channels(self)
        self.bridges = Bridges(self)
        self.playbacks = Playbacks(self)
        self.recordings = Recordings(self)
        self.applications = Applications(self)
        self.asterisk = Asterisk(self)
        self.endpoints = Endpoints(self)

    async def request(
        self,
        operation: str,
        args: Mapping[str, object],
        *,
        key: str,
        tolerate: tuple[type[AriError], ...] = (),
        limit_s: float | None = None,
    ) -> Response:
        """Carry out one operation of operations.py; requests of one key keep their order.

        Returns normally also when the wish is already fulfilled (hanging up a channel that is
        gone) or the refusal is tolerated; raises an AriError otherwise.
        """
        row = OPERATIONS[operation]
        limit = self._limit_s if limit_s is None else limit_s
        try:
            response = await self._transport.request(row, args, key=key, limit_s=limit)
        except ProtocolError as error:
            # A hostile caller's name must end in the same branch as any other refusal.
            raise AriError(operation, 0, str(error)) from error
        return check(row, response, tolerate)

    def on_event(self, event_type: str, function: EventFunction) -> Callable[[], None]:
        """Call the function for each event of the type (``"*"``: all). Returns the undoing."""
        self._functions[event_type].append(function)
        return lambda: self._functions[event_type].remove(function)

    def put_nowait(self, event: Event) -> None:
        """Hand the event to the functions, in the order of their registration."""
        for name in (event.type, "*"):
            for function in tuple(self._functions.get(name, ())):
                try:
                    function(event)
                except Exception:  # one bad function must not stop the events of other calls
                    _log.exception("ari.event_function_failed type=%s", event.type)
