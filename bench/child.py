"""A program that the bench runs beside Asterisk: started, awaited until ready, ended for sure.

It must not know what the program does.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

_STOP_LIMIT_S = 10.0


class ChildFailed(Exception):
    """The program ended by itself; the text holds the end of what it wrote."""


class Child:
    """Its output goes to `log`; it is killed by the kernel when the bench dies."""

    def __init__(self, command: tuple[str, ...], env: Mapping[str, str], log: Path) -> None:
        self._command = command
        self._env = {**os.environ, **env}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                "setpriv", "--pdeathsig", "KILL", "--", *self._command,
                env=self._env, stdin=asyncio.subprocess.PIPE, stdout=output, stderr=output,
            )  # fmt: skip

    def check(self) -> None:
        """Raises when the program is gone."""
        if self._process is None or self._process.returncode is not None:
            tail = "\n".join(self.output().splitlines()[-20:])
            code = None if self._process is None else self._process.returncode
            raise ChildFailed(f"{self._command[0]} ended with {code}. {self._log}:\n{tail}")

    def output(self) -> str:
        return self._log.read_text(errors="replace")

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_LIMIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()
