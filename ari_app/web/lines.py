"""The open SIP sockets of phones in a browser.

Decides that one phone has one socket, the newest. Knows nothing of SIP.
"""

import asyncio

from ari_app.web.desks import GOING_AWAY, REPLACED


class Line:
    """One socket, until ``over`` says with which code and reason it has to end."""

    def __init__(self) -> None:
        self.over: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def close(self, code: int, reason: str) -> None:
        if not self.over.done():
            self.over.set_result((code, reason))


class Lines:
    """Every open socket, by the phone's name."""

    def __init__(self) -> None:
        self._open: dict[str, Line] = {}

    def attach(self, phone: str, line: Line) -> None:
        self.close(phone, REPLACED, "您的电话已在另一个页面打开，本页面的电话已断开。")
        self._open[phone] = line

    def detach(self, phone: str, line: Line) -> None:
        if self._open.get(phone) is line:
            del self._open[phone]

    def close(self, phone: str, code: int, reason: str) -> None:
        line = self._open.get(phone)
        if line is not None:
            line.close(code, reason)

    def close_all(self) -> None:
        for line in self._open.values():
            line.close(GOING_AWAY, "服务正在重启，请稍候自动重连。")

    def __len__(self) -> int:
        return len(self._open)
