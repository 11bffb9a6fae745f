"""A receiver that answers without end, not at all, or with nonsense holds up nothing for long."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from ari_app.delivery.webhook import (
    MOST_READ,
    Answer,
    Event,
    Receiver,
    Verdict,
    Webhook,
    open_client,
)
from tests.ports import free_tcp_port

pytestmark = pytest.mark.asyncio

EVENT = Event("t-1.7", "ticket.created", 1000.0, {"ticket_id": "t-1"})
LIMIT_S = 0.3
HEAD = b"HTTP/1.1 %s\r\ncontent-length: %d\r\n%s\r\n"
Play = Callable[[asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def receiver(play: Play) -> AsyncIterator[str]:
    """Its address; ``play`` answers, once the head of the request has come."""
    is_over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            await play(writer)
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        is_over.set()

    port = free_tcp_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server, asyncio.timeout(60):
        yield f"http://127.0.0.1:{port}/"
        await is_over.wait()


async def answer_to(play: Play, limit_s: float = 20.0) -> Answer:
    async with receiver(play) as url, open_client() as client:
        webhook = Webhook(client, Receiver(url, bytes(32)), limit_s=limit_s)
        return await webhook.send(EVENT, 1000.0)


def whole(status: bytes, body: bytes, more: bytes = b"") -> Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD % (status, len(body), more) + body)
        await writer.drain()

    return play


async def test_an_answer_whose_head_never_ends_is_no_answer():
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nx-more: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(LIMIT_S / 30)  # sooner than any wait for one byte ends

    answer = await answer_to(trickle, LIMIT_S)
    assert answer == Answer(Verdict.AWAY, "no answer (TimeoutError)")


class Trickle(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(LIMIT_S / 30)


@pytest.mark.parametrize(
    ("status", "verdict"), [(200, Verdict.TAKEN), (422, Verdict.REFUSED), (500, Verdict.LATER)]
)
async def test_the_status_counts_though_the_body_never_ends(status: int, verdict: Verdict):
    # No network: its head is there at once, however slow the machine.
    there = httpx.MockTransport(lambda _: httpx.Response(status, stream=Trickle()))
    async with httpx.AsyncClient(transport=there) as client, asyncio.timeout(60):
        webhook = Webhook(client, Receiver("http://there/", bytes(32)), limit_s=LIMIT_S)
        assert (await webhook.send(EVENT, 1000.0)).verdict is verdict


async def test_of_a_gigabyte_no_more_is_read_than_people_need():
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD % (b"500 No", 10**9, b""))
        while True:
            writer.write(b"x" * MOST_READ)
            await writer.drain()
            sent += MOST_READ

    answer = await answer_to(flood)
    assert answer == Answer(Verdict.LATER, "HTTP 500: " + "x" * 200)
    assert sent < 10**8  # what lay in the buffers of both sides


async def test_a_body_that_breaks_off_changes_nothing():
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD % (b"200 OK", 100, b"") + b"half")
        writer.close()

    assert await answer_to(play) == Answer(Verdict.TAKEN)


@pytest.mark.parametrize("body", [b"plain", gzip.compress(b"x" * 10_000_000)])
async def test_a_packed_body_is_not_unpacked(body: bytes):
    packed = b"content-encoding: gzip\r\n"
    assert await answer_to(whole(b"200 OK", body, packed)) == Answer(Verdict.TAKEN)
    refused = await answer_to(whole(b"422 No", body, packed))
    assert refused == Answer(Verdict.REFUSED, "HTTP 422")


@pytest.mark.parametrize(
    ("charset", "said"), [(b"gbk", "没有此类别"), (b"base64", ""), (b"undefined", "")]
)
async def test_its_words_are_read_in_its_charset(charset: bytes, said: str):
    more = b"content-type: text/plain; charset=" + charset + b"\r\n"
    answer = await answer_to(whole(b"422 No", "没有此类别".encode("gbk"), more))
    assert answer == Answer(Verdict.REFUSED, f"HTTP 422: {said}" if said else "HTTP 422")


async def test_of_its_words_only_what_can_be_printed_is_kept():
    answer = await answer_to(whole(b"500 No", b"out of\nspace\0\x1b[2J"))
    assert answer.why == "HTTP 500: out of space  [2J"


async def test_a_redirect_to_nowhere_is_not_followed():
    answer = await answer_to(whole(b"302 Found", b"", b"location: http://[::\r\n"))
    assert answer.verdict is Verdict.AWAY


async def test_an_address_that_is_none_is_said():
    async with open_client() as client:
        webhook = Webhook(client, Receiver("http://[::", bytes(32)))
        answer = await webhook.send(EVENT, 1000.0)
    assert answer == Answer(Verdict.AWAY, "no answer (InvalidURL)")
