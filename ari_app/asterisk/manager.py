"""What ARI cannot do: mute and renew the recording of a channel, over Asterisk's manager.

One short connection a request, on loopback. Knows no call: a channel is named by its id. The
protocol: Asterisk's documentation, "Asterisk Manager Interface (AMI)", actions MixMonitorMute,
StopMixMonitor, MixMonitor and Getvar.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LIMIT_S, RENEW_LIMIT_S = 3.0, 10.0
PACKETS_TO_PASS = 3
"""An old recording lets go of its channel with the next packet; one more may be on its way."""
PASS_LIMIT_S, LOOK_EVERY_S = 1.0, 0.02
_ID = re.compile(r"[A-Za-z0-9._:-]{1,150}")

Fields = dict[str, str]
Ask = Callable[[Fields], Awaitable[Fields]]


class ManagerError(Exception):
    """The manager does not answer, or refuses; the text says why and what to do."""


class Refused(ManagerError):
    """It was understood, but is impossible now."""


class ChannelGone(Refused):
    """The call has ended meanwhile."""


@dataclass(frozen=True, slots=True)
class Manager:
    host: str
    port: int
    user: str
    password: str

    async def mute_recording(self, channel: str, *, is_muted: bool) -> None:
        """Return when nothing of the channel is written any more, or is again."""
        _check(channel)
        async with self._session() as ask:
            await ask(_mute(channel, is_muted))

    async def renew_recording(self, channel: str, file: Path, *, is_muted: bool) -> None:
        """End the recording and go on at its file's end; about 0.1 s is missing there.

        Whoever speaks next is not taken for a late packet of who spoke before
        (docs/decisions/0044). A channel without packets is not waited for longer than a second.
        """
        _check(channel)
        async with self._session(RENEW_LIMIT_S) as ask:
            with suppress(Refused):  # there may be none, so there is nothing to end
                await ask({"Action": "StopMixMonitor", "Channel": channel})
            await _packets_pass(ask, channel)
            start = {"Action": "MixMonitor", "Channel": channel, "File": str(file)}
            await ask({**start, "Options": "ab"})
            if is_muted:
                await ask(_mute(channel, True))

    @asynccontextmanager
    async def _session(self, limit_s: float = LIMIT_S) -> AsyncIterator[Ask]:
        """One connection, signed in; every way in which it breaks is a ManagerError."""
        try:
            async with asyncio.timeout(limit_s):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                try:
                    await reader.readline()  # the banner

                    async def ask(action: Fields) -> Fields:
                        text = "".join(f"{name}: {value}\r\n" for name, value in action.items())
                        writer.write(f"{text}\r\n".encode())
                        await writer.drain()
                        return _answer(action["Action"], await reader.readuntil(b"\r\n\r\n"))

                    login = {"Username": self.user, "Secret": self.password, "Events": "off"}
                    await ask({"Action": "Login", **login})
                    yield ask
                finally:
                    writer.close()
                    with suppress(OSError):
                        await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ManagerError(
                f"Asterisk's manager at {self.host}:{self.port} does not answer "
                f"({type(error).__name__}); see ami_port, and whether Asterisk runs"
            ) from error


async def _packets_pass(ask: Ask, channel: str) -> None:
    """Until packets have passed in either direction, or it is plain that none do."""
    clock = asyncio.get_running_loop().time
    enough, until = await _packets(ask, channel) + PACKETS_TO_PASS, clock() + PASS_LIMIT_S
    while clock() < until and await _packets(ask, channel) < enough:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY_S)


async def _packets(ask: Ask, channel: str) -> int:
    """How many were received and sent so far."""
    counts = [
        await ask(
            {"Action": "Getvar", "Channel": channel, "Variable": f"CHANNEL(rtcp,{side}count)"}
        )
        for side in ("rx", "tx")
    ]
    return sum(int(found.get("Value") or 0) for found in counts)


def _mute(channel: str, is_muted: bool) -> Fields:
    state = str(int(is_muted))
    return {"Action": "MixMonitorMute", "Channel": channel, "Direction": "both", "State": state}


def _check(channel: str) -> None:
    if not _ID.fullmatch(channel):
        raise ManagerError(f"{channel[:150]!r} is no channel's id")


def _answer(action: str, answer: bytes) -> Fields:
    lines = answer.decode(errors="replace").splitlines()
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    if fields.get("Response") != "Success":
        said = fields.get("Message", "no message")
        kind = ChannelGone if said == "No such channel" else Refused
        raise kind(f"Asterisk's manager refused {action}: {said}")
    return fields
