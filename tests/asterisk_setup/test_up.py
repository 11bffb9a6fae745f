"""`hotline up` keeps both processes running, and nothing runs when it has ended."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from ari_app.settings import Settings, child_environment
from tests.asterisk_setup.conftest import is_alive, until

pytestmark = [pytest.mark.asyncio, pytest.mark.asterisk]

_MAIN = """
import sys
from ari_app.cli.up import up
from ari_app.settings import load_settings
sys.exit(up(load_settings(), [sys.executable, "-m", "tests.asterisk_setup.fake_service", "%s"]))
"""


@dataclass
class Up:
    process: asyncio.subprocess.Process
    settings: Settings
    lines: list[str] = field(default_factory=list)

    async def says(self, pattern: str, limit_s: float = 60) -> re.Match[str]:
        """Waits for a line that matches; lines are looked at only once."""
        assert self.process.stderr is not None
        async with asyncio.timeout(limit_s):
            while line := (await self.process.stderr.readline()).decode():
                self.lines.append(line)
                if found := re.search(pattern, line):
                    return found
        raise AssertionError(f"it ended without saying {pattern!r}:\n{''.join(self.lines)}")

    async def service_pid(self) -> int | None:
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return int((await client.get(f"{self.settings.web_url}/readyz", timeout=1)).text)
            except httpx.HTTPError:
                return None

    def descendants(self) -> set[int]:
        found, unseen = set(), [self.process.pid]
        while unseen:
            pid = unseen.pop()
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                unseen += [int(child) for child in task.read_text().split()]
            found.add(pid)
        return found - {self.process.pid}


@asynccontextmanager
async def running_up(settings: Settings, mode: str, **more: str) -> AsyncIterator[Up]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _MAIN % mode,
        env=child_environment(settings, **more), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Up(process, settings)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_says_where_everything_is_and_ctrl_c_ends_everything(settings: Settings) -> None:
    async with running_up(settings, "good") as up:
        await up.says("The hotline is ready")
        await up.says(re.escape(settings.web_url))
        await up.says(re.escape(f"sip:12345@127.0.0.1:{settings.sip[1]}"))
        await up.says(re.escape(str(settings.secrets_file)))
        children = up.descendants()
        assert len(children) == 2
        up.process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(up.process.wait(), 30) == 0
        assert [pid for pid in children if is_alive(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_however_it_is_ended_nothing_is_left(
    settings: Settings, number: signal.Signals
) -> None:
    async with running_up(settings, "good") as up:
        await up.says("The hotline is ready")
        children = up.descendants()
        up.process.send_signal(number)
        await asyncio.wait_for(up.process.wait(), 30)
        await until(lambda: not any(is_alive(pid) for pid in children))


async def test_ending_it_while_asterisk_starts_leaves_nothing(settings: Settings) -> None:
    async with running_up(settings, "good") as up:
        await until(lambda: bool(up.descendants()))
        children = up.descendants()
        up.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(up.process.wait(), 30)
        await until(lambda: not any(is_alive(pid) for pid in children))


@pytest.mark.parametrize(
    ("number", "reason"),
    [(signal.SIGKILL, "ended with signal SIGKILL"), (signal.SIGSTOP, r"said nothing for 2 s")],
)
async def test_a_dead_or_hanging_service_is_started_again(
    settings: Settings, number: signal.Signals, reason: str
) -> None:
    async with running_up(settings, "good", HOTLINE_WATCHDOG_S="2") as up:
        await up.says("The hotline is ready")
        first = await up.service_pid()
        assert first is not None
        os.kill(first, number)
        await up.says(reason)
        async with asyncio.timeout(30):
            while (second := await up.service_pid()) in {None, first}:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert second is not None
        assert not is_alive(first)


async def test_a_service_that_always_crashes_leaves_asterisk_running(settings: Settings) -> None:
    async with running_up(settings, "crash") as up:
        asterisk = int((await up.says(r"Asterisk runs as process (\d+)")).group(1))
        await up.says("THE SERVICE IS DOWN: 5 crashes within 60 s")
        assert is_alive(asterisk)
        assert "no such table" in (settings.run_dir / "service.log").read_text()
        up.process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(up.process.wait(), 30) == 1
        assert not is_alive(asterisk)


async def test_a_wrong_configuration_is_shown_and_nothing_is_left(settings: Settings) -> None:
    async with running_up(settings, "misconfigured") as up:
        asterisk = int((await up.says(r"Asterisk runs as process (\d+)")).group(1))
        await up.says("flows/main.yaml:5: there is no node 'welcom'")
        await up.says("cannot start: its configuration cannot be used")
        assert await asyncio.wait_for(up.process.wait(), 30) == 78
        assert not is_alive(asterisk)


async def test_a_dead_asterisk_is_started_again(settings: Settings) -> None:
    async with running_up(settings, "good") as up:
        first = int((await up.says(r"Asterisk runs as process (\d+)")).group(1))
        await up.says("The hotline is ready")
        os.kill(first, signal.SIGKILL)
        second = int((await up.says(r"Asterisk runs again as process (\d+)")).group(1))
        assert is_alive(second)


async def test_a_used_port_is_named_with_its_owner_and_the_setting(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(settings.sip)
        async with running_up(settings, "good") as up:
            line = (await up.says("cannot start: (.*)")).group(1)
            assert await up.process.wait() == 1
    assert f"port {settings.sip[1]}/udp" in line
    assert f"process {os.getpid()} (" in line
    assert "HOTLINE_SIP_PORT" in line


async def test_a_second_copy_from_one_folder_is_refused(settings: Settings) -> None:
    async with running_up(settings, "good") as up:
        await up.says("The hotline is ready")
        async with running_up(settings, "good") as second:
            await second.says(f"cannot start: process {up.process.pid} already runs from")
            assert await second.process.wait() == 1


async def test_a_running_asterisk_can_be_used_instead(settings: Settings) -> None:
    async with running_up(settings, "good") as up:
        await up.says("The hotline is ready")
        offset = str(settings.port_offset + 50)
        password = settings.run_dir / "ari-password"
        password.write_text(re.search(r"password = (.*)", _ari_conf(settings))[1])  # type: ignore[index]
        other = {
            "HOTLINE_ASTERISK": f"{settings.ari_url}/ari",
            "HOTLINE_RUN_DIR": str(settings.run_dir / "second"), "HOTLINE_PORT_OFFSET": offset,
            "HOTLINE_ARI_PASSWORD_FILE": str(password),
        }  # fmt: skip
        async with running_up(settings, "good", **other) as second:
            await second.says("using Asterisk 22")
            await second.says("The hotline is ready")
            assert len(second.descendants()) == 1
            password.write_text("wrong")
        async with running_up(settings, "good", **other) as third:
            await third.says("refuses the user 'hotline'")


def _ari_conf(settings: Settings) -> str:
    return (settings.run_dir / "asterisk" / "etc" / "ari.conf").read_text()
