"""The service that a demo plays against: the one that runs, or one for the length of the demo.

Decides which. Does not know what is played.
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator

import aiohttp

from ari_app.settings import Settings, child_environment

START_LIMIT_S = 60.0
STOP_LIMIT_S = 15.0


class ServiceMissing(Exception):
    """There is nothing to play against; the text says what to do."""


@contextlib.asynccontextmanager
async def running_service(settings: Settings) -> AsyncIterator[str]:
    """Yields a sentence that says which service it is."""
    if await _status(f"{settings.web_url}/livez") is not None:
        await _until_ready(settings, None)
        yield f"the service at {settings.web_url} is running"
        return
    began = time.monotonic()
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    with (settings.run_dir / "demo-service.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ari_app", "up",
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            env=child_environment(settings), start_new_session=True,
        )  # fmt: skip
    try:
        await _until_ready(settings, process)
        yield f"a service for this demo was started in {time.monotonic() - began:.1f} s"
    finally:
        await _stop(process)


async def _until_ready(settings: Settings, process: asyncio.subprocess.Process | None) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while await _status(f"{settings.web_url}/readyz") != 200:
        if process is not None and process.returncode is not None:
            log = settings.run_dir / "demo-service.log"
            end = log.read_text(errors="replace")[-1500:]
            raise ServiceMissing(f"'hotline up' ended with code {process.returncode}:\n{end}")
        if time.monotonic() > deadline:
            raise ServiceMissing(
                f"{settings.web_url}/readyz was not ready within {START_LIMIT_S:.0f} s. "
                "Run: hotline doctor"
            )
        await asyncio.sleep(0.1)


async def _status(url: str) -> int | None:
    limit = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=limit) as session:
        try:
            async with session.get(url) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
