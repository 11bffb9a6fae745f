"""One end of an audio path: sends a-law and telephone events, keeps and judges what it hears.

Decides timing and packet form (RFC 3550, RFC 4733). Knows no SIP: somebody else tells it where
the other end is.
"""

import asyncio
import random
import socket
import struct
import time
from collections.abc import Iterator
from itertools import cycle

from ari_app.softphone.alaw import FRAME, FRAME_S, SILENCE, tone
from ari_app.softphone.hearing import Ear, Packet

PCMA = 8
EVENTS = 101
KEYS = "0123456789*#ABCD"
KEY_STEPS = 5
SO_TIMESTAMPNS = 35
KEPT_OCTETS = 1 << 20


def _frames_of(octets: bytes) -> list[bytes]:
    padded = octets + SILENCE * (-len(octets) % FRAME)
    return [padded[at : at + FRAME] for at in range(0, len(padded), FRAME)]


class RtpEndpoint(Ear):
    """``async with RtpEndpoint("127.0.0.2") as rtp``; sends once ``call()`` was told where to."""

    first_packet: int | None = None
    """The number of a stream's first packet; random, as RFC 3550 (5.1) asks, where it is None."""

    def __init__(self, ip: str, port: int = 0) -> None:
        super().__init__(ip)
        self.ip = ip
        self.port = port
        self.remote: tuple[str, int] | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._source: Iterator[bytes] | None = None
        self._on_source_end: asyncio.Event | None = None
        self._keys: list[tuple[int, int]] = []
        self._sender: asyncio.Task[None] | None = None
        self._last_key_stamp = -1
        self._new_stream()

    async def __aenter__(self) -> "RtpEndpoint":
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        # The kernel keeps what comes while a busy machine does not let us run.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KEPT_OCTETS)
        self._socket.bind((self.ip, self.port))
        self.port = self._socket.getsockname()[1]
        self.where = f"{self.ip}:{self.port}"
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        self._sender = asyncio.create_task(self._send_for_ever(), name=f"rtp {self.where}")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)

    def call(self, ip: str, port: int) -> None:
        """The other end is there from now on; a new one begins a new stream."""
        if self.remote != (ip, port):
            self._new_stream()
            self.remote = (ip, port)

    def forget(self) -> None:
        """Forget the other end and all that was heard, before the next call."""
        self.remote = None
        self.received = []
        self.digits = ""

    def _new_stream(self) -> None:
        self._ssrc = random.getrandbits(32)
        self._sequence = random.getrandbits(16) if self.first_packet is None else self.first_packet
        self._stamp = random.getrandbits(31)
        self._marker = True

    def play_tone(self, *frequencies: int) -> None:
        """Send this tone, without end."""
        self._source = cycle(_frames_of(tone(*frequencies)))

    def play_silence(self) -> None:
        """Send packets of silence, without end."""
        self._source = cycle([SILENCE * FRAME])

    async def play(self, octets: bytes) -> None:
        """Send a-law once and return when its last packet left; then silence."""
        self._on_source_end = done = asyncio.Event()
        self._source = iter(_frames_of(octets))
        await done.wait()

    def stop(self) -> None:
        """Send nothing more."""
        self._source = None

    async def press(self, keys: str) -> None:
        """Press keys as telephone events (100 ms each, 100 ms apart); returns when they left."""
        unknown = [key for key in keys if key not in KEYS]
        if unknown:
            raise ValueError(f"key {unknown[0]!r} is none of {KEYS}")
        for key in keys:
            self._keys += [(KEYS.index(key), step) for step in range(1, KEY_STEPS + 3)]
            self._keys += [(-1, 0)] * KEY_STEPS
        await self.bulletin.until(
            lambda: True if not self._keys else None,
            within_s=5 + len(keys),
            what=f"keys {keys!r} could not be sent",
        )

    async def _send_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._send_one()
            due = max(due + FRAME_S, loop.time() - 1.0)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _send_one(self) -> None:
        if self.remote is None:
            return
        if self._keys:
            self._send_key(*self._keys.pop(0))
            if not self._keys:
                self.bulletin.post()
        else:
            self._send_audio()
        self._stamp += FRAME

    def _send_audio(self) -> None:
        frame = next(self._source, None) if self._source is not None else None
        if frame is None:
            if self._on_source_end is not None:
                self._on_source_end.set()
                self._on_source_end = None
                self.play_silence()
            return
        self._send_packet(PCMA, self._stamp, frame)

    def _send_key(self, code: int, step: int) -> None:
        """The last three packets carry the end bit and one length; all carry the start's stamp."""
        if code < 0:
            return
        if step == 1:
            self._key_stamp = self._stamp
            self._marker = True
        end = step >= KEY_STEPS
        length = min(step, KEY_STEPS) * FRAME
        body = struct.pack("!BBH", code, (0x80 if end else 0) | 10, length)
        self._send_packet(EVENTS, self._key_stamp, body)

    def _send_packet(self, kind: int, stamp: int, body: bytes) -> None:
        assert self.remote is not None
        first = (0x80 if self._marker else 0) | kind
        header = struct.pack(
            "!BBHII", 0x80, first, self._sequence & 0xFFFF, stamp & 0xFFFFFFFF, self._ssrc
        )
        self._marker = False
        self._sequence += 1
        try:
            self._socket.sendto(header + body, self.remote)
        except (BlockingIOError, ConnectionRefusedError):
            return  # as on a real network, a lost packet is nobody's error

    def _read(self) -> None:
        for _ in range(50):
            try:
                data, extra, _flags, _sender = self._socket.recvmsg(2048, 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if len(data) < 12 or data[0] >> 6 != 2:
                continue
            self._take(data, arrival(extra))

    def _take(self, data: bytes, at: float) -> None:
        kind = data[1] & 0x7F
        body = data[12 + 4 * (data[0] & 15) :]
        if kind == PCMA:
            self.received.append(Packet(at, body))
        elif kind == EVENTS and len(body) >= 4:
            stamp = struct.unpack_from("!I", data, 4)[0]
            if stamp != self._last_key_stamp:
                self._last_key_stamp = stamp
                self.digits += KEYS[body[0] & 15]
        else:
            return
        self.bulletin.post()


def arrival(extra: list[tuple[int, int, bytes]]) -> float:
    """The kernel's time stamp of a received datagram (epoch seconds)."""
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) == 16:
            seconds: int
            nanoseconds: int
            seconds, nanoseconds = struct.unpack("qq", data)
            return seconds + nanoseconds / 1e9
    return time.time()
