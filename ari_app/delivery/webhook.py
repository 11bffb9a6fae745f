"""One event to the city's ticket system, and what its answer means.

Decides whether an event was taken, will never be taken, or is to be sent again. Knows nothing of
when and how often: that is ``runtime/delivery.py``.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import httpx

from ari_app.delivery.signature import sign

SEND_LIMIT_S = 10.0
"""For all of it: the connection, the event, the answer to its last byte."""
MOST_READ = 64 * 1024
_SAID_LENGTH = 200


class Verdict(Enum):
    TAKEN = "taken"
    REFUSED = "refused"
    """This event will never be taken as it is."""
    LATER = "later"
    """This event may be taken another time; others are not concerned."""
    AWAY = "away"
    """The receiver takes nothing at the moment, this event or another."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``wait_s`` is how long the receiver asked us to wait; None when it did not say."""

    verdict: Verdict
    why: str = ""
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """``event_id`` stays the same however often it is sent: the receiver's idempotency key."""

    event_id: str
    kind: str
    created_at: float
    ticket: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where events go, and the secret that signs them."""

    url: str
    key: bytes


# Whatever is not named here concerns this one event only, and may go well another time.
_VERDICTS = {
    400: Verdict.REFUSED, 413: Verdict.REFUSED, 415: Verdict.REFUSED, 422: Verdict.REFUSED,
    409: Verdict.TAKEN,  # it has this event already
    401: Verdict.AWAY, 403: Verdict.AWAY, 404: Verdict.AWAY, 405: Verdict.AWAY, 407: Verdict.AWAY,
    410: Verdict.AWAY, 429: Verdict.AWAY, 502: Verdict.AWAY, 503: Verdict.AWAY, 504: Verdict.AWAY,
}  # fmt: skip


class Webhook:
    """``send`` never raises for anything the receiver does."""

    def __init__(
        self, client: httpx.AsyncClient, receiver: Receiver, *, limit_s: float = SEND_LIMIT_S
    ) -> None:
        self._client, self._receiver, self._limit_s = client, receiver, limit_s

    async def send(self, event: Event, now: float) -> Answer:
        body = body_of(event)
        timestamp = int(now)
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "hotline",
            "webhook-id": event.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._receiver.key, event.event_id, timestamp, body),
            "idempotency-key": f'"{event.event_id}"',
        }
        return await self._post(body, headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What the status says counts, however the body ends: only people read that."""
        answered: httpx.Response | None = None
        said = bytearray()
        try:
            async with (
                asyncio.timeout(self._limit_s),
                self._client.stream(
                    "POST", self._receiver.url, content=body, headers=headers, timeout=None
                ) as answered,
            ):
                # As it comes: what is packed may be broken, or a thousand times as much.
                async for chunk in answered.aiter_raw():
                    said += chunk
                    if len(said) >= MOST_READ:
                        break
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            if answered is None:
                return Answer(Verdict.AWAY, f"no answer ({type(error).__name__})")
        return _meaning(answered, bytes(said))


def open_client() -> httpx.AsyncClient:
    """No redirects and no proxy of the environment: events go where the setting says."""
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, limits=limits)


def body_of(event: Event) -> bytes:
    created = datetime.fromtimestamp(event.created_at, UTC).isoformat(timespec="milliseconds")
    whole = {"type": event.kind, "timestamp": created, "data": dict(event.ticket)}
    # Escaped to ASCII: whatever a caller's name carried, it can be sent.
    return json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode()


def _meaning(response: httpx.Response, body: bytes) -> Answer:
    if response.is_success:
        return Answer(Verdict.TAKEN)
    away = Verdict.AWAY if response.is_redirect else Verdict.LATER
    verdict = _VERDICTS.get(response.status_code, away)
    said = _words(response, body)[:_SAID_LENGTH].strip()
    why = f"HTTP {response.status_code}{': ' if said else ''}{said}"
    return Answer(verdict, why, _asked_to_wait(response))


def _words(response: httpx.Response, body: bytes) -> str:
    """Nothing of a body that is packed, though we asked for one that is not."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return ""
    try:
        text = body.decode(response.encoding or "utf-8", "replace")
    except (LookupError, ValueError):  # a name that is no encoding of texts
        return ""
    return "".join(one if one.isprintable() else " " for one in text)


def _asked_to_wait(response: httpx.Response) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); its other form, a date, is not heeded."""
    text = response.headers.get("retry-after", "")
    return min(float(text), 3600.0) if text.isascii() and text.isdigit() else None
