"""What ends a start of the service, and what is said of it."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from ari_app.db.schema import upgrade
from tests.cli.conftest import Run


def test_a_schema_that_cannot_be_changed_ends_the_start_and_is_no_outage(
    hotline: Run, tmp_path: Path
):
    file = tmp_path / "old.sqlite3"
    url = f"sqlite:///{file}"
    asyncio.run(upgrade(url, "0002"))
    with contextlib.closing(sqlite3.connect(file)) as old:
        old.execute("CREATE TABLE journal (seq INTEGER)")
    for command, code in (("serve", 78), ("db upgrade", 1)):
        done = hotline(*command.split(), HOTLINE_DATABASE_URL=url)
        assert done.returncode == code
        assert "could not be changed from schema 0002: table journal" in done.stderr
        assert "database.away" not in done.stdout + done.stderr
