"""The same tests on SQLite and on a PostgreSQL server of our own, started for them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.db.schema import upgrade
from tests.db.databases import Database, Server, open_database, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hotline.sqlite3'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()


@pytest_asyncio.fixture
async def db(url: str, tmp_path: Path) -> AsyncIterator[Database]:
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        yield database
