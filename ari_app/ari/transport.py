"""How requests reach Asterisk: what every transport promises.

Decides the promise, the choice of a lane and the login header. Knows neither WebSocket nor HTTP.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol
from zlib import crc32

from ari_app.ari.operations import Operation
from ari_app.ari.protocol import Response

DEFAULT_LIMIT_S = 2.0


class Transport(Protocol):
    """Requests of one key are carried out in the order in which they were made."""

    async def run(self) -> None:
        """Keep the connections up until cancelled."""

    async def request(
        self,
        operation: Operation,
        args: Mapping[str, object],
        *,
        key: str,
        limit_s: float = DEFAULT_LIMIT_S,
    ) -> Response:
        """Return Asterisk's answer, whatever its status.

        Raises Unreachable, TimedOut, or ProtocolError for a request that cannot be sent.
        """


def lane_of(key: str, lanes: int) -> int:
    """The lane for a key: the same in every run, so that a trace can be read again."""
    return crc32(key.encode(errors="replace")) % lanes


def basic_authorization(user: str, password: str) -> str:
    """The Authorization header's value."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


async def wait_forever() -> None:
    """Until cancelled."""
    await asyncio.get_running_loop().create_future()


def events_url(base_url: str, app: str) -> str:
    """The address of an app's WebSocket; ``base_url`` is like ``http://127.0.0.1:8088``."""
    if not app or not all(letter.isalnum() or letter in "-_." for letter in app):
        raise ValueError(f"app name {json.dumps(app)}: use letters, digits, '-', '_' and '.'")
    return f"{base_url.rstrip('/')}/ari/events?app={app}"
