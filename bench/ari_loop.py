"""Starts the call loop on ari-client 0.9.0 in its own virtual environment.

It decides when that environment is complete. It must not import the library: it is no
dependency of the project.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ari_app.asterisk.process import ari_auth
from ari_app.settings import PROJECT_DIR
from bench.child import Child
from bench.pbx import LOOP_APP, LOOP_NUMBERS, PROMPT, Site

_FOLDER = PROJECT_DIR / ".venv-bench"
_LOCK = Path(__file__).parent / "requirements.lock"
_STAMP = _FOLDER / "requirements.lock"
_START_LIMIT_S = 15.0


class NotInstalled(Exception):
    """ari-client could not be installed; the text says why."""


def install(say: Callable[[str], None]) -> None:
    """Make the environment unless it holds what the lock file says."""
    wanted = _LOCK.read_text()
    if _STAMP.exists() and _STAMP.read_text() == wanted:
        return
    say("bench: installing ari-client 0.9.0 into an environment of its own")
    pip = (str(_FOLDER / "bin" / "pip"), "install", "-q", "--require-hashes", "-r", str(_LOCK))
    for command in ((sys.executable, "-m", "venv", str(_FOLDER)), pip):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotInstalled(f"{' '.join(command)}: {done.stderr.strip()[-500:]}")
    _STAMP.write_text(wanted)


class AriClientLoop:
    name = "ari-client"
    numbers = LOOP_NUMBERS
    max_rate: float | None = 30.0

    def __init__(self, site: Site) -> None:
        settings = site.settings
        user, password = ari_auth(settings)
        wanted = {
            "host": settings.ari_host, "port": settings.ari_http[1], "user": user,
            "password": password, "app": LOOP_APP, "agents": site.agents,
            "prompt": f"sound:hotline/zh_CN/{PROMPT}",
        }  # fmt: skip
        self._child = Child(
            (str(_FOLDER / "bin" / "python"), str(Path(__file__).parent / "ari_client_loop.py")),
            {"BENCH_LOOP": json.dumps(wanted)},
            settings.run_dir / "ari-client.log",
        )

    @property
    def pid(self) -> int | None:
        return self._child.pid

    async def start(self) -> None:
        await self._child.start()
        deadline = time.monotonic() + _START_LIMIT_S
        while "ready" not in self._child.output():
            self._child.check()
            if time.monotonic() > deadline:
                raise NotInstalled(f"ari-client did not connect within {_START_LIMIT_S:.0f} s")
            await asyncio.sleep(0.1)

    async def make_ready(self, *groups: str) -> None:
        """Each group has its own list of free agents."""

    def pops(self) -> Sequence[tuple[str, float]]:
        return ()

    def check(self) -> None:
        self._child.check()

    async def stop(self) -> None:
        await self._child.stop()
