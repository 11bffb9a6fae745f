"""Databases for tests: a PostgreSQL server of our own, and a recorder that runs on either kind."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.db.engine import open_engine
from ari_app.db.recorder import Recorder
from ari_app.db.repo import Repo

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
NOW = 1_700_000_000.0


@dataclass
class Server:
    """A PostgreSQL cluster on a unix socket in its own folder."""

    folder: Path
    database_count: int = 0

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"),
                  "-o", f"-k {self.folder} -c listen_addresses=''", "start")  # fmt: skip

    def kill(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def create(self) -> None:
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "hotline", "-A", "trust",
                  "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip

    def new_database(self) -> str:
        self.database_count += 1
        name = f"test{self.database_count}"
        self._run("createdb", "-h", str(self.folder), "-U", "hotline", name)
        return f"postgresql://hotline@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(PROGRAMS[-1] / program), *arguments]
        if os.geteuid() == 0:  # the server refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{program}: {done.stderr}{done.stdout}"


@contextlib.contextmanager
def running_postgres() -> Iterator[Server]:
    """A server for as long as the context lasts; its folder goes with it."""
    assert PROGRAMS, "no PostgreSQL server here; install it with: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))  # short: a socket's path has a limit
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(folder)
    try:
        server.create()
        server.start()
        yield server
    finally:
        with contextlib.suppress(AssertionError):
            server.kill()
        shutil.rmtree(folder)


@dataclass
class Database:
    """A database at this program's schema, with a recorder that runs."""

    url: str
    engine: AsyncEngine
    recorder: Recorder
    repo: Repo
    retries: list[int] = field(default_factory=list)

    async def column(self, sql: str) -> list[object]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(sql))).scalars())


@contextlib.asynccontextmanager
async def open_database(
    url: str, journal: Path, *, wait: Callable[[int], Awaitable[None]] | None = None
) -> AsyncIterator[Database]:
    engine = open_engine(url)
    retries: list[int] = []

    async def pause(attempt: int) -> None:
        retries.append(attempt)
        await (wait(attempt) if wait else asyncio.sleep(0.02))

    recorder = Recorder(engine, journal, lambda: NOW, pause=pause)
    running = asyncio.create_task(recorder.run())
    try:
        yield Database(url, engine, recorder, Repo(engine), retries)
    finally:
        await recorder.close()
        await running
        await engine.dispose()


@contextlib.contextmanager
def locked(url: str) -> Iterator[None]:
    """Everybody may read, nobody can write."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
