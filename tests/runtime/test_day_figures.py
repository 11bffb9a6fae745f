"""The day's figures come from a process of their own, while somebody watches and no longer."""

import asyncio
from pathlib import Path

import pytest

from ari_app.core.journal_lines import Kind, line
from ari_app.core.records import OpenCall
from ari_app.db.schema import upgrade
from ari_app.runtime.day_figures import DayFigures
from tests.db.databases import open_database
from tests.reports.golden import MIDNIGHT
from tests.web.conftest import until

pytestmark = pytest.mark.asyncio


async def test_figures_follow_what_is_written_while_somebody_watches(tmp_path: Path) -> None:
    url, now = f"sqlite:///{tmp_path / 'h.db'}", MIDNIGHT + 3600.0
    await upgrade(url)
    day, changes = DayFigures(url, lambda: now, after_s=0.01), []
    day.on_change(lambda: changes.append(day.sections["figures"]["today"]))
    running = asyncio.create_task(day.run())
    try:
        async with open_database(url, tmp_path / "journal.jsonl") as db:
            await db.recorder.write(OpenCall("c1", now, "138", "", "", "12345"))
            await asyncio.sleep(0)
            assert changes == []
            day.watched(True)
            await until(lambda: changes and changes[-1]["arrived"] == 1, 60)
            assert changes[-1]["offered"] == 0
            await db.recorder.write(line(Kind.CALL_QUEUED, now, call="c1", queue="general"))
            await until(lambda: (day.touch(), changes[-1]["offered"] == 1)[1], 60)
            day.watched(False)
            day.touch()
            looks = len(changes)
            await until(lambda: not day._is_watched.is_set())
            day.watched(True)
            await until(lambda: len(changes) > looks, 60)
            assert changes[-1]["offered"] == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
