"""A UDP socket in the event loop that tells when the kernel received each datagram.

The kernel's stamp is taken before this process is scheduled, so a busy machine does not make
the measured figures look worse than they were. It must not know what the datagrams mean.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")
_BUFFER_BYTES = 4 << 20

Received = Callable[[bytes, tuple[str, int], float], None]


class UdpSocket:
    """`received` gets the data, the sender and the epoch seconds of its arrival."""

    def __init__(self, host: str, port: int, received: Received) -> None:
        self._received = received
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.setblocking(False)
        self._socket.bind((host, port))
        self.address: tuple[str, int] = self._socket.getsockname()
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def send(self, data: bytes, to: tuple[str, int]) -> None:
        # A full buffer is a lost datagram; the phones repeat what is not answered.
        with contextlib.suppress(BlockingIOError):
            self._socket.sendto(data, to)

    def deafen(self) -> None:
        """Stop reading; the port stays taken, so that the sender sees no error."""
        asyncio.get_running_loop().remove_reader(self._socket)

    def close(self) -> None:
        self.deafen()
        self._socket.close()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._socket.fileno() >= 0:
                data, extras, _, sender = self._socket.recvmsg(65535, 64)
                self._received(data, sender, _stamp(extras))


def _stamp(extras: list[tuple[int, int, bytes]]) -> float:
    for level, kind, value in extras:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack(value[: _TIMESPEC.size])
            return float(seconds + nanoseconds / 1e9)
    raise RuntimeError("The kernel gave no time stamp with a datagram; Linux is needed.")
