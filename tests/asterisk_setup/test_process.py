"""Asterisk starts, says why it does not, and never outlives us."""

import asyncio
import os
import signal
import sys

import pytest

from ari_app.asterisk.installation import find_installation
from ari_app.asterisk.process import AsteriskFailed, AsteriskProcess, running_asterisk
from ari_app.asterisk.render import render
from ari_app.settings import Settings
from tests.asterisk_setup.conftest import is_alive, until

pytestmark = [pytest.mark.asyncio, pytest.mark.asterisk]


async def test_stopping_leaves_nothing_running(settings: Settings) -> None:
    async with running_asterisk(settings) as asterisk:
        pid = asterisk.pid
        assert pid is not None
        assert is_alive(pid)
    assert asterisk.pid is None
    assert not is_alive(pid)


async def test_it_starts_again_after_a_kill(settings: Settings) -> None:
    asterisk = AsteriskProcess(settings)
    await asterisk.start()
    assert asterisk.pid is not None
    os.kill(asterisk.pid, signal.SIGKILL)
    assert await asterisk.wait() == -signal.SIGKILL
    await asterisk.start()
    assert "Uptime" in await asterisk.rx("core show uptime") or asterisk.pid
    await asterisk.stop()


async def test_it_dies_with_whoever_started_it(settings: Settings) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ari_app.asterisk.process",
        env=os.environ | {
            "HOTLINE_CONFIG": str(settings.config_dir), "HOTLINE_RUN_DIR": str(settings.run_dir),
            "HOTLINE_PORT_OFFSET": str(settings.port_offset),
        },
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout is not None
    line = (await asyncio.wait_for(parent.stdout.readline(), 60)).decode()
    pid = int(line.split()[1].rstrip(":"))
    assert is_alive(pid)
    parent.kill()
    await parent.communicate()
    await until(lambda: not is_alive(pid))


async def test_a_failed_start_shows_the_end_of_the_log(settings: Settings) -> None:
    folder = settings.config_dir / "asterisk"
    folder.mkdir()
    (folder / "modules_custom.conf").write_text("require = no_such_module.so\n")
    asterisk = AsteriskProcess(settings)
    with pytest.raises(AsteriskFailed, match=r"(?s)ended while it was starting.*no_such_module"):
        await asterisk.start()
    assert asterisk.pid is None


async def test_local_changes_win_over_the_templates(settings: Settings) -> None:
    folder = settings.config_dir / "asterisk"
    folder.mkdir()
    (folder / "extensions_custom.conf").write_text("[local]\nexten => 1,1,Hangup()\n")
    async with running_asterisk(settings) as asterisk:
        assert "Hangup" in await asterisk.rx("dialplan show local")


async def test_a_clean_start_logs_no_error(settings: Settings) -> None:
    async with running_asterisk(settings) as asterisk:
        log = asterisk.folders.log.read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if "ERROR" in line or "WARNING" in line] == []


async def test_nobody_else_can_read_the_passwords(settings: Settings) -> None:
    folders = render(settings, find_installation(settings))
    files = [*folders.etc.glob("*.conf"), settings.secrets_file]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
