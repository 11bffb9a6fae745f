"""A SIP phone of raw bytes, for what no honest SIP program would send."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

_numbers = itertools.count(1)
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n"
    b"m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\n"
)


@dataclass
class Phone(asyncio.DatagramProtocol):
    """One UDP socket; every message that arrives goes into `inbox`."""

    inbox: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    transport: asyncio.DatagramTransport | None = None
    address: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self.inbox.put_nowait(data)

    def send(self, data: bytes, to: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(data, to)

    async def final_answer(self, limit_s: float = 30.0) -> int:
        """Status of the first answer that is not provisional; 0 when none comes."""
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    status = status_of(await self.inbox.get())
                    if status >= 200:
                        return status
        except TimeoutError:
            return 0

    async def request(self, method: bytes, limit_s: float = 30.0) -> bytes:
        """The first request of that kind which reaches this phone."""
        async with asyncio.timeout(limit_s):
            while True:
                message = await self.inbox.get()
                if message.startswith(method + b" "):
                    return message


@asynccontextmanager
async def open_phone(host: str, port: int = 0) -> AsyncIterator[Phone]:
    loop = asyncio.get_running_loop()
    transport, phone = await loop.create_datagram_endpoint(Phone, local_addr=(host, port))
    try:
        yield phone
    finally:
        transport.close()


def status_of(message: bytes) -> int:
    return int(message.split(b" ", 2)[1]) if message.startswith(b"SIP/2.0 ") else 0


@dataclass(frozen=True)
class Invite:
    """An INVITE whose parts may hold any bytes."""

    phone: Phone
    to: tuple[str, int]
    dialled: bytes = b"12345"
    caller: bytes = b"<sip:13800138000@127.0.0.2>"
    call_id: bytes = b""
    extra: bytes = b""

    def send(self) -> "Invite":
        self.phone.send(self._message(b"INVITE", SDP, self.extra), self.to)
        return self

    def _message(self, method: bytes, body: bytes, extra: bytes) -> bytes:
        host, port = self.phone.address
        here = f"{host}:{port}".encode()
        there = b"sip:" + self.dialled + f"@{self.to[0]}:{self.to[1]}".encode()
        kind = b"Content-Type: application/sdp\r\n" if body else b""
        return (
            method + b" " + there + b" SIP/2.0\r\n"
            b"Via: SIP/2.0/UDP " + here + b";branch=z9hG4bK" + self.branch + b"\r\n"
            b"From: " + self.caller + b";tag=f" + self.branch + b"\r\n"
            b"To: <" + there + b">\r\nCall-ID: " + self.call_id + b"\r\n"
            b"CSeq: 1 " + method + b"\r\nContact: <sip:caller@" + here + b">\r\n"
            b"Max-Forwards: 70\r\n" + extra + kind
            + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )  # fmt: skip

    @property
    def branch(self) -> bytes:
        return self.call_id.hex()[-24:].encode() + str(self.phone.address[1]).encode()


def new_call_id() -> bytes:
    return f"call-{next(_numbers)}@127.0.0.2".encode()
