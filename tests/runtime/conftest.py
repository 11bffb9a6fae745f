"""A real SQLite database with its recorder, as the service has it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from ari_app.db.schema import upgrade
from tests.db.databases import Database, open_database


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'hotline.sqlite3'}"
    await upgrade(url)
    async with open_database(url, tmp_path / "journal.jsonl") as database:
        yield database


@pytest_asyncio.fixture
async def away(tmp_path: Path) -> AsyncIterator[Database]:
    """A database without a single table: every read fails, every record waits in the journal."""
    async with open_database(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path / "j") as database:
        yield database
