"""Catches the first audio packet at many ports, cheaply.

Decides only when each port first heard something: after that the kernel drops what comes, so
that a crowd of calls costs this process one packet each. Knows no calls.
"""

import asyncio
import socket

from ari_app.softphone.rtp import SO_TIMESTAMPNS, arrival


class SoundCatcher:
    """``open()`` gives the ports; ``first_at`` holds an instant for each, or None."""

    def __init__(self, ip: str, count: int) -> None:
        self.first_at: list[float | None] = [None] * count
        self._ip = ip
        self._sockets: list[socket.socket] = []

    def open(self) -> list[int]:
        for place in range(len(self.first_at)):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._sockets.append(one)
            one.setblocking(False)
            one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            one.bind((self._ip, 0))
            asyncio.get_running_loop().add_reader(one, self._hear, place)
        return [int(one.getsockname()[1]) for one in self._sockets]

    def close(self) -> None:
        for one in self._sockets:
            asyncio.get_running_loop().remove_reader(one)
            one.close()
        self._sockets.clear()

    def _hear(self, place: int) -> None:
        one = self._sockets[place]
        data, extra, _flags, _sender = one.recvmsg(2048, 64)
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        self.first_at[place] = arrival(extra)
        asyncio.get_running_loop().remove_reader(one)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
