"""The receiver of docs/examples as a process, for tests that look at what it kept."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from ari_app.settings import PROJECT_DIR
from tests.ports import free_tcp_port

PROGRAM = PROJECT_DIR / "docs" / "examples" / "receiver" / "receiver.py"


class Program:
    """The example receiver as a process of its own."""

    def __init__(self, file: Path, secret: str = "") -> None:
        self.file, self.secret, self.port = file, secret, free_tcp_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), self.secret, str(self.port), str(self.file),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            assert b"listening" in await self._process.stdout.readline()

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.communicate()
            self._process = None

    def kept(self) -> list[tuple[str, str]]:
        return [(event["data"]["ticket_id"], event["type"]) for event in self.events()]

    def events(self) -> list[dict[str, Any]]:
        """Everything that it kept."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [json.loads(line)["event"] for line in lines]
