"""What repositories and handles need of the client, so that they need not import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ari_app.ari.errors import AriError
from ari_app.ari.protocol import Response


class Requester(Protocol):
    """Client.request."""

    async def request(
        self,
        operation: str,
        args: Mapping[str, object],
        *,
        key: str,
        tolerate: tuple[type[AriError], ...] = (),
        limit_s: float | None = None,
    ) -> Response: ...


@dataclass(frozen=True, slots=True)
class Repository:
    """Finds and makes objects of one kind."""

    client: Requester


@dataclass(frozen=True, slots=True)
class Handle:
    """An id, the client, and the key that keeps its requests in order; no state."""

    client: Requester
    id: str
    key: str
