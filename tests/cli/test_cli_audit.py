"""``hotline audit``: rows for people and machines, and a chain that was tampered with."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from ari_app.core.records import Audited
from ari_app.db.engine import open_engine
from tests.cli.conftest import Run
from tests.cli.test_cli_lists import database, write

__all__ = ["database"]


@pytest.fixture
def two_rows(database: str) -> str:
    what = "PUT /api/v1/wrap-up"
    write(
        database,
        Audited("a", 1_700_000_000.0, "2001", "supervisor", what, "", "200", {"from": "::1"}),
        Audited("b", 1_700_000_060.0, "2002", "supervisor", what, "c1\x1b[2J", "409 not_now", {}),
    )
    return database


def change(url: str, *statements: str) -> None:
    async def run() -> None:
        engine = open_engine(url)
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


def test_rows_are_listed_newest_first_and_move_no_cursor(hotline: Run, two_rows: str):
    done = hotline("audit", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.index("2002") < done.stdout.index("2001")
    assert "\x1b" not in done.stdout
    rows = json.loads(hotline("audit", "list", "--json", "--who", "2001").stdout)
    assert [(row["seq"], row["data"]) for row in rows] == [(1, {"from": "::1"})]


def test_a_whole_chain_is_verified_with_its_head(hotline: Run, two_rows: str):
    done = hotline("audit", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 rows, the chain is whole; head " in done.stdout
    said = json.loads(hotline("audit", "verify", "--json").stdout)
    assert (said["rows"], said["faults"], len(said["head"])) == (2, [], 64)


def test_a_changed_and_a_missing_row_are_named(hotline: Run, two_rows: str):
    change(
        two_rows,
        "DROP TRIGGER audit_refuses_update",
        "DROP TRIGGER audit_refuses_delete",
        "UPDATE audit SET result = '200' WHERE seq = 2",
    )
    done = hotline("audit", "verify")
    assert done.returncode == 1
    assert "row 2 was changed" in done.stderr
    change(two_rows, "DELETE FROM audit WHERE seq = 1")
    assert "row 1 is missing" in hotline("audit", "verify").stderr


def test_without_a_database_the_remedy_is_told(hotline: Run, tmp_path: Path):
    done = hotline("audit", "verify")
    assert done.returncode == 1
    assert "hotline db upgrade" in done.stderr
