"""What is said to Asterisk's manager, against a small one that answers as Asterisk 22 does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from ari_app.asterisk import manager as module
from ari_app.asterisk.manager import ChannelGone, Manager, ManagerError, Refused
from tests.ports import free_tcp_port

pytestmark = pytest.mark.asyncio

CHANNEL, FILE = "hotline-1.1", Path("/var/recordings/hotline-1.1.wav")


class Pbx:
    """Counts one packet more each time it is asked; refuses what it is told to refuse."""

    def __init__(self, refused: dict[str, str] | None = None, packets_a_look: int = 1) -> None:
        self.asked: list[dict[str, str]] = []
        self._refused = refused or {}
        self._packets = 0
        self._packets_a_look = packets_a_look

    @property
    def actions(self) -> list[str]:
        """Without signing in, and the questions in between as one."""
        names = [one["Action"] for one in self.asked[1:]]
        return [name for at, name in enumerate(names) if name != "Getvar" or names[at - 1] != name]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        while block := (await reader.readuntil(b"\r\n\r\n")).decode().strip():
            action = dict(line.split(": ", 1) for line in block.splitlines())
            self.asked.append(action)
            writer.write("\r\n".join([*self._lines(action["Action"]), "", ""]).encode())
            await writer.drain()

    def _lines(self, action: str) -> Iterator[str]:
        if action in self._refused:
            yield from ("Response: Error", f"Message: {self._refused[action]}")
            return
        yield "Response: Success"
        if action == "Getvar":
            self._packets += self._packets_a_look
            yield f"Value: {self._packets}"


@asynccontextmanager
async def answering(pbx: Pbx) -> AsyncIterator[Manager]:
    """A manager's connection ends with its request, so every answer ends by itself."""
    answers: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        answers.append(task)
        with suppress(asyncio.IncompleteReadError):
            await pbx.serve(reader, writer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Manager("127.0.0.1", server.sockets[0].getsockname()[1], "hotline", "secret")
        await asyncio.gather(*answers)


async def test_a_recording_is_ended_and_begun_at_its_end_once_packets_have_passed():
    pbx = Pbx()
    async with answering(pbx) as manager:
        await manager.renew_recording(CHANNEL, FILE, is_muted=False)
    assert pbx.actions == ["StopMixMonitor", "Getvar", "MixMonitor"]
    start = pbx.asked[-1]
    assert (start["Channel"], start["File"], start["Options"]) == (CHANNEL, str(FILE), "ab")


async def test_a_paused_recording_is_begun_and_paused_again():
    pbx = Pbx()
    async with answering(pbx) as manager:
        await manager.renew_recording(CHANNEL, FILE, is_muted=True)
    assert pbx.actions[-2:] == ["MixMonitor", "MixMonitorMute"]
    assert pbx.asked[-1]["State"] == "1"


async def test_a_channel_without_a_recording_gets_one():
    pbx = Pbx({"StopMixMonitor": "Could not stop monitoring channel"})
    async with answering(pbx) as manager:
        await manager.renew_recording(CHANNEL, FILE, is_muted=False)
    assert pbx.actions[-1] == "MixMonitor"


async def test_a_channel_without_packets_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "PASS_LIMIT_S", 0.05)
    pbx = Pbx(packets_a_look=0)
    async with answering(pbx) as manager:
        await manager.renew_recording(CHANNEL, FILE, is_muted=False)
    assert pbx.actions == ["StopMixMonitor", "Getvar", "MixMonitor"]


async def test_a_call_that_ended_meanwhile_is_no_fault_of_the_manager():
    pbx = Pbx(dict.fromkeys(("StopMixMonitor", "Getvar", "MixMonitor"), "No such channel"))
    async with answering(pbx) as manager:
        with pytest.raises(ChannelGone):
            await manager.renew_recording(CHANNEL, FILE, is_muted=False)


async def test_a_refusal_says_which_action_and_why():
    pbx = Pbx({"MixMonitorMute": "Permission denied"})
    async with answering(pbx) as manager:
        with pytest.raises(Refused, match="refused MixMonitorMute: Permission denied"):
            await manager.mute_recording(CHANNEL, is_muted=True)


async def test_nobody_there_is_told_with_the_port_to_look_at():
    manager = Manager("127.0.0.1", free_tcp_port(), "hotline", "")
    with pytest.raises(ManagerError, match=r"does not answer.*see ami_port"):
        await manager.mute_recording(CHANNEL, is_muted=True)


async def test_what_is_no_channels_id_is_never_sent():
    pbx = Pbx()
    async with answering(pbx) as manager:
        with pytest.raises(ManagerError, match="is no channel's id"):
            await manager.renew_recording("x\r\nAction: Logoff", FILE, is_muted=False)
    assert pbx.asked == []
