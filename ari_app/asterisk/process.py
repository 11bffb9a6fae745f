"""Starts, watches and stops one Asterisk of our own, and asks it things on its console.

It decides when Asterisk counts as started. It must not know what calls are.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator

import httpx

from ari_app.asterisk.installation import find_installation, require_new_enough
from ari_app.asterisk.phones import read_phones
from ari_app.asterisk.render import Folders, folders_of, render
from ari_app.passwords import load_passwords
from ari_app.settings import Settings, load_settings

START_LIMIT_S = 30.0
STOP_LIMIT_S = 3.0
_POLL_S = 0.05


class AsteriskFailed(Exception):
    """Asterisk did not start; the text holds the end of its log."""


class AsteriskProcess:
    """One Asterisk as a child of this process: it dies with the thread that started it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folders: Folders = folders_of(settings)
        self._process: asyncio.subprocess.Process | None = None
        self._command: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def start(self) -> None:
        """Render the configuration, start, and return once ARI answers."""
        installation = find_installation(self.settings)
        render(self.settings, installation)
        config = str(self.folders.etc / "asterisk.conf")
        self._command = (*installation.command, "-C", config)
        output = (self.folders.base / "log" / "output.log").open("ab")
        with output:
            self._process = await asyncio.create_subprocess_exec(
                # The kernel ends it when we are killed, whatever kills us.
                "setpriv", "--pdeathsig", "KILL", "--", "env", "LC_ALL=C",
                *self._command, "-f",
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, cwd=self.folders.base,
            )  # fmt: skip
        try:
            await self._wait_until_ready()
        except BaseException:
            await self.stop()
            raise

    async def _wait_until_ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + START_LIMIT_S
        while asyncio.get_running_loop().time() < deadline:
            if self.pid is None:
                raise AsteriskFailed(self._explain("ended while it was starting"))
            if await find_version(self.settings) is not None:
                return
            await asyncio.sleep(_POLL_S)
        raise AsteriskFailed(self._explain(f"did not answer within {START_LIMIT_S:.0f} s"))

    def _explain(self, what: str) -> str:
        logs = (self.folders.base / "log" / "output.log", self.folders.log)
        tails = [
            f"{log}:\n{_tail(log.read_text(errors='replace'))}" for log in logs if log.exists()
        ]
        return f"Asterisk {what}. The end of its logs:\n" + "\n".join(tails)

    async def wait(self) -> int:
        """Returns the exit code once Asterisk has ended."""
        assert self._process is not None, "start() comes first"
        return await self._process.wait()

    async def stop(self) -> None:
        """End it at once: calls are hung up, nothing is left running."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def rx(self, command: str) -> str:
        """The answer of Asterisk's console to one command."""
        asking = await asyncio.create_subprocess_exec(
            *self._command, "-rx", command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        answer, _ = await asyncio.wait_for(asking.communicate(), 10)
        return answer.decode(errors="replace")


def ari_auth(settings: Settings) -> tuple[str, str]:
    agents = list(read_phones(settings.agents_file))
    return settings.ari_user, load_passwords(settings, agents).ari


async def find_version(settings: Settings) -> str | None:
    """The version that ARI tells, or None while nobody answers."""
    async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
        try:
            answer = await client.get(
                f"{settings.ari_url}/ari/asterisk/info", auth=ari_auth(settings)
            )
        except httpx.HTTPError:
            return None
    if answer.status_code == 401:
        raise AsteriskFailed(
            f"{settings.ari_url} refuses the user '{settings.ari_user}'. Set "
            "HOTLINE_ARI_USER and HOTLINE_ARI_PASSWORD_FILE to what its ari.conf says."
        )
    if answer.status_code != 200:
        return None
    version = str(answer.json()["system"]["version"])
    require_new_enough(version, settings.ari_url)
    return version


@contextlib.asynccontextmanager
async def running_asterisk(settings: Settings) -> AsyncIterator[AsteriskProcess]:
    """An Asterisk for the length of a `with`."""
    asterisk = AsteriskProcess(settings)
    await asterisk.start()
    try:
        yield asterisk
    finally:
        await asterisk.stop()


def _tail(text: str, lines: int = 20) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


async def _main() -> int:
    """`python -m ari_app.asterisk.process`: Asterisk alone, until Ctrl-C."""
    settings = load_settings()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with running_asterisk(settings) as asterisk:
        host, port = settings.sip
        print(f"Asterisk {asterisk.pid}: SIP {host}:{port}, ARI {settings.ari_url}", flush=True)
        ended = asyncio.create_task(asterisk.wait())
        asked = asyncio.create_task(stopping.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        ended.cancel()
    return 0 if stopping.is_set() else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
