"""`hotline up`: runs Asterisk and the service together and ends them together.

It decides in which order things start and what a dead part means for the rest. Calls, the
database and the API are not its business.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence

import httpx

from ari_app.asterisk.installation import AsteriskMissing
from ari_app.asterisk.ports import needed_ports
from ari_app.asterisk.process import AsteriskFailed, AsteriskProcess, find_version
from ari_app.asterisk.rescue import rescue_callers
from ari_app.cli.service import BAD_CONFIGURATION, BadConfiguration, Hopeless, Keeper
from ari_app.settings import Settings, SettingsError

PRIVATE = 0o077
"""Recordings, numbers and tickets are for this account alone."""

SERVICE = (sys.executable, "-m", "ari_app", "serve")
_POLL_S = 0.1
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0


class CannotStart(Exception):
    """Nothing was started; the text says what to do."""


def up(settings: Settings, service: Sequence[str] = SERVICE) -> int:
    """Run until Ctrl-C or SIGTERM; returns the exit code."""
    os.umask(PRIVATE)
    try:
        with _only_one(settings):
            return asyncio.run(_Supervisor(settings, service).run())
    except (CannotStart, AsteriskMissing, AsteriskFailed, SettingsError) as error:
        _say(f"cannot start: {error}")
        return 1


class _Supervisor:
    def __init__(self, settings: Settings, service: Sequence[str]) -> None:
        self._settings = settings
        self._keeper = Keeper(settings, service, say=_say)
        self._stopping = asyncio.Event()
        self._was_ready = False
        self._gave_up = False
        self._exit_code = 0

    async def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        _refuse_used_ports(self._settings)
        work = asyncio.create_task(self._work())
        asked = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if work.done():
            work.result()
        _say("ending")
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return self._exit_code

    async def _work(self) -> None:
        asterisk = await self._start_asterisk()
        try:
            async with asyncio.TaskGroup() as tasks:
                if asterisk is not None:
                    tasks.create_task(_keep_asterisk(asterisk))
                tasks.create_task(self._keep_service())
                tasks.create_task(self._announce())
        finally:
            if asterisk is not None:
                await asterisk.stop()

    async def _start_asterisk(self) -> AsteriskProcess | None:
        if self._settings.remote_ari is not None:
            version = await find_version(self._settings)
            if version is None:
                raise CannotStart(
                    f"no Asterisk answers at {self._settings.ari_url}. Start it, or unset "
                    "HOTLINE_ASTERISK to use one of our own."
                )
            _say(f"using Asterisk {version} at {self._settings.ari_url}")
            return None
        asterisk = AsteriskProcess(self._settings)
        await asterisk.start()
        _say(f"Asterisk runs as process {asterisk.pid}")
        return asterisk

    async def _keep_service(self) -> None:
        try:
            await self._keeper.run()
        except Hopeless as error:
            self._give_up(error)
            await self._rescue()

    async def _rescue(self) -> None:
        try:
            count = await rescue_callers(self._settings)
        except httpx.HTTPError as error:
            _say(f"callers who were waiting could not be sent to the duty phones: {error}")
        else:
            _say(f"{count} callers who were waiting were sent to the duty phones")

    def _give_up(self, error: Hopeless) -> None:
        self._gave_up = True
        self._exit_code = 1
        _say(self._keeper.log_tail(20))
        if isinstance(error, BadConfiguration) and not self._was_ready:
            # Nobody relies on us yet: better to say so than to half run.
            self._exit_code = BAD_CONFIGURATION
            _say(f"cannot start: {error}. Mend the lines above; 'hotline check' shows them all.")
            self._stopping.set()
            return
        _say(
            f"\n*** THE SERVICE IS DOWN: {error}. ***\n"
            "*** Asterisk goes on alone: callers reach the duty phones and are recorded.\n"
            f"*** Read the end of {self._keeper.log}, mend it, and run 'hotline up' again.\n"
        )

    async def _announce(self) -> None:
        url = f"{self._settings.web_url}/readyz"
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            while not self._gave_up and not await _answers(client, url):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_S)
        if not self._gave_up:
            self._was_ready = True
            _say(_banner(self._settings))


async def _keep_asterisk(asterisk: AsteriskProcess) -> None:
    pause_s = _FIRST_PAUSE_S
    while True:
        code = await asterisk.wait()
        _say(
            f"Asterisk ended with code {code}: starting it again; its log is {asterisk.folders.log}"
        )
        while True:
            try:
                await asterisk.start()
                pause_s = _FIRST_PAUSE_S
                _say(f"Asterisk runs again as process {asterisk.pid}")
                break
            except (AsteriskFailed, AsteriskMissing, SettingsError) as error:
                _say(str(error))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


def _refuse_used_ports(settings: Settings) -> None:
    taken = [port.complaint() for port in needed_ports(settings) if not port.is_free()]
    if taken:
        raise CannotStart("\n  ".join(taken))


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """One supervisor for each run folder; the lock goes away with the process."""
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    with (settings.run_dir / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"process {lock.read().strip() or '?'} already runs from {settings.run_dir}. "
                "End it, or set HOTLINE_RUN_DIR or HOTLINE_PORT_OFFSET for a second copy."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _banner(settings: Settings) -> str:
    host, port = settings.sip
    call = f"sip:12345@{host}:{port}" if settings.remote_ari is None else "12345 over your Asterisk"
    return f"""
The hotline is ready.
  Agents' API    {settings.web_url}/api/v1    state: {settings.web_url}/status
  Place a call   {call}, from {" or ".join(settings.trunk_addresses)}; without a phone: hotline demo
  Passwords      {settings.secrets_file} (agents' phones and API)
  Stop           Ctrl-C
"""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
