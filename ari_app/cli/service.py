"""Keeps the service running as a child process: restarts it when it dies or falls silent.

It decides when a silent service is dead and when crashing again and again is hopeless. It must
not know what the service does.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from ari_app.settings import Settings, child_environment

START_GRACE_S = 30.0
STOP_LIMIT_S = 3.0
MAX_CRASHES = 5
BAD_CONFIGURATION = 78
CRASH_WINDOW_S = 60.0
_TAIL_BYTES = 8192
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Hopeless(Exception):
    """The service crashes each time it is started."""


class BadConfiguration(Hopeless):
    """The service says that its configuration cannot be used: trying again changes nothing."""


class ServiceProcess:
    """One running service and the pipe on which it says each second that it lives."""

    def __init__(self, process: asyncio.subprocess.Process, heartbeat_fd: int) -> None:
        self._process = process
        self._fd = heartbeat_fd
        self._loop = asyncio.get_running_loop()
        self._last_beat = self._loop.time() + START_GRACE_S
        self._loop.add_reader(heartbeat_fd, self._beat)

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    async def start(cls, settings: Settings, command: Sequence[str], log: Path) -> "ServiceProcess":
        read_fd, write_fd = os.pipe()
        os.set_blocking(read_fd, False)
        try:
            with log.open("ab") as output:
                process = await asyncio.create_subprocess_exec(
                    # The kernel ends it when we are killed, whatever kills us.
                    "setpriv", "--pdeathsig", "KILL", "--", *command,
                    env=child_environment(settings, HOTLINE_WATCHDOG_FD=str(write_fd)),
                    pass_fds=(write_fd,), start_new_session=True,
                    stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                )  # fmt: skip
        except BaseException:
            os.close(read_fd)
            raise
        finally:
            os.close(write_fd)
        return cls(process, read_fd)

    def _beat(self) -> None:
        if os.read(self._fd, 4096):
            self._last_beat = self._loop.time()
        else:
            self._loop.remove_reader(self._fd)

    async def outlive(self, silence_limit_s: float) -> str:
        """Returns why it ended, killing it when it has been silent for too long.

        Raises `BadConfiguration` when it ended because of that.
        """
        ended = asyncio.ensure_future(self._process.wait())
        try:
            while True:
                left = self._last_beat + silence_limit_s - self._loop.time()
                if left <= 0:
                    self._kill()
                    await ended
                    return f"said nothing for {silence_limit_s:g} s and was killed"
                await asyncio.wait({ended}, timeout=min(left, silence_limit_s))
                if ended.done():
                    if ended.result() == BAD_CONFIGURATION:
                        raise BadConfiguration("its configuration cannot be used")
                    return f"ended with {_describe(ended.result())}"
        finally:
            ended.cancel()
            self._close()

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_LIMIT_S)
        except TimeoutError:
            self._kill()
            await self._process.wait()
        self._close()

    def _kill(self) -> None:
        # Its whole session: what it started must not outlive it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1


class Keeper:
    """Starts the service again whenever it ends, until that is hopeless."""

    def __init__(
        self, settings: Settings, command: Sequence[str], *, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._command = command
        self._say = say
        self._crashes: deque[float] = deque(maxlen=MAX_CRASHES)
        self.log = settings.run_dir / "service.log"
        self._log_from = 0

    async def run(self) -> None:
        """Never returns; raises `Hopeless` after too many crashes."""
        pause_s = _FIRST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            started_at = loop.time()
            reason = await self._run_once()
            self._say(f"the service {reason}; its log is {self.log}:\n{self.log_tail(3)}")
            self._count_crash(loop.time())
            lived_long = loop.time() - started_at > CRASH_WINDOW_S
            pause_s = _FIRST_PAUSE_S if lived_long else min(2 * pause_s, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    def log_tail(self, lines: int) -> str:
        """The end of what the service wrote in its latest life."""
        with self.log.open("rb") as stream:
            stream.seek(max(self._log_from, self.log.stat().st_size - _TAIL_BYTES))
            text = stream.read().decode(errors="replace")
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])

    async def _run_once(self) -> str:
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        service = await ServiceProcess.start(self._settings, self._command, self.log)
        try:
            return await service.outlive(self._settings.watchdog_s)
        except asyncio.CancelledError:
            await service.stop()
            raise

    def _count_crash(self, now: float) -> None:
        self._crashes.append(now)
        if len(self._crashes) == MAX_CRASHES and now - self._crashes[0] < CRASH_WINDOW_S:
            raise Hopeless(f"{MAX_CRASHES} crashes within {CRASH_WINDOW_S:.0f} s")


def _describe(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
