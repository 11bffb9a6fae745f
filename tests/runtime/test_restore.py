"""Where everybody stood: from a real database, with rows that nobody can read any more."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.records import CloseCall, OpenCall, SaveAgent, SaveCall, SaveOrder
from ari_app.core.shelf import Shelf
from ari_app.db.journal import Journal
from ari_app.db.schema import upgrade
from ari_app.runtime import restore as module
from ari_app.runtime.restore import Restored, restore
from tests.core.playbook import flow
from tests.core.test_calls import C
from tests.core.test_reconcile import REACH, reach
from tests.db.databases import Database, locked, open_database

pytestmark = pytest.mark.asyncio

OPENED = OpenCall(C, 900.0, "13800138000", "", "北京市", "12345")


async def stored(db: Database, *records) -> tuple[dict, dict]:
    for record in records:
        await db.recorder.write(record)
    found = await restore(db.repo, db.recorder, Shelf.of(flow()), 1000.0)
    return dict(found.calls), dict(found.agents)


async def test_orders_hold_until_they_are_taken_back(db: Database):
    surge = {"mode": "typhoon", "since": 5.0, "until": None, "by": "2001"}
    for order in (
        SaveOrder("wrap_up.queue.general", 45.0),
        SaveOrder("wrap_up.agent.1001", 60.0),
        SaveOrder("surge", surge),
        SaveOrder("wrap_up.agent.1001", None),
    ):
        await db.recorder.write(order)
    found = await restore(db.repo, db.recorder, Shelf.of(flow()), 1000.0)
    assert found.orders == {"wrap_up.queue.general": 45.0, "surge": surge}


@pytest.mark.parametrize("phase", list(REACH))
async def test_an_open_call_is_taken_up_where_it_stood(db: Database, phase: Phase):
    call = reach(phase).engine.call_engine.calls[C]
    live, _ = await stored(db, OPENED, call.saved())
    is_offered = phase in (Phase.OFFERED, Phase.CONNECTING)
    assert live[C].phase is (Phase.QUEUED if is_offered else phase)
    assert live[C].flow == call.flow
    assert live[C].arrived_at == 900.0


async def test_a_call_of_which_only_the_beginning_was_written_begins_anew(db: Database):
    live, _ = await stored(db, OPENED)
    assert (live[C].phase, live[C].flow.node) == (Phase.IN_FLOW, "welcome")
    assert live[C].plays > 0, "ids of the first attempt are not met again"


async def test_an_ended_call_is_not_taken_up(db: Database):
    live, _ = await stored(db, OPENED, CloseCall(C, 950.0, "answered"))
    assert live == {}


@pytest.mark.parametrize(
    "snapshot",
    [
        {}, {"flow": []}, {"flow": None}, {"flow": {"node": 5}}, {"agent": 5, "offers": "x"},
    ],
)  # fmt: skip
async def test_a_snapshot_nobody_can_read_begins_anew_so_that_somebody_closes_it(
    db: Database, snapshot: dict
):
    live, _ = await stored(db, OPENED, SaveCall(C, "talking", snapshot))
    assert live[C].phase is Phase.IN_FLOW


@pytest.mark.parametrize("change", [{"flow": "x"}, {"needs": 5}, {"plays": None}, {"outcome": "?"}])
async def test_a_snapshot_with_one_wrong_part_begins_anew(db: Database, change: dict):
    saved = reach(Phase.QUEUED).engine.call_engine.calls[C].saved()
    broken = replace(saved, snapshot={**saved.snapshot, **change})
    live, _ = await stored(db, OPENED, broken)
    assert live[C].phase is Phase.IN_FLOW


async def test_a_phase_of_another_program_version_begins_anew(db: Database):
    saved = reach(Phase.QUEUED).engine.call_engine.calls[C].saved()
    live, _ = await stored(db, OPENED, replace(saved, phase="dreaming"))
    assert live[C].phase is Phase.IN_FLOW


async def test_agents_stand_where_they_stood(db: Database):
    _, people = await stored(
        db,
        SaveAgent("1001", "talking", "", 5.0, None, C, {"after_call": "paused", "has_desk": True}),
        SaveAgent("1002", "ready", "", 6.0, None, None),
    )
    assert (people["1001"].state, people["1001"].call) == (AgentState.TALKING, C)
    assert people["1001"].after_call is AgentState.PAUSED
    assert people["1001"].desk_lost_at == 1000.0
    assert (people["1002"].state, people["1002"].since) == (AgentState.READY, 6.0)


async def test_an_agents_row_nobody_can_read_means_signed_out_and_stops_no_start(db: Database):
    _, people = await stored(
        db,
        SaveAgent("1001", "levitating", "", 5.0, None, None),
        SaveAgent("1002", "ready", "", 6.0, None, None, {"after_call": "levitating"}),
        SaveAgent("1003", "ready", "", 6.0, None, None),
    )
    assert [people[name].state.value for name in ("1001", "1002", "1003")] == [
        "offline", "offline", "ready",
    ]  # fmt: skip


async def test_a_long_journal_is_waited_for_and_the_watchdog_hears_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Who gave up would begin with nobody: no places, no talks, everybody signed out."""
    monkeypatch.setattr(module, "LOOK_S", 0.1)
    monkeypatch.setattr(module, "READ_LIMIT_S", 1.0)
    url, journal = f"sqlite:///{tmp_path / 'hotline.sqlite3'}", Journal(tmp_path / "journal.jsonl")
    await upgrade(url)
    journal.open()
    journal.append([OPENED])
    heard, watchdog_fd = os.pipe()
    async with open_database(url, tmp_path / "journal.jsonl") as db:
        with locked(url):
            restoring = asyncio.create_task(
                restore(db.repo, db.recorder, Shelf.of(flow()), 1000.0, watchdog_fd)
            )
            beats = b""
            while len(beats) < 15:
                beats += await asyncio.to_thread(os.read, heard, 1)
        restored = await restoring
    os.close(heard)
    os.close(watchdog_fd)
    assert list(restored.calls) == [C]


async def test_without_a_database_the_service_starts_empty(
    away: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "READ_LIMIT_S", 0.2)
    assert await restore(away.repo, away.recorder, Shelf.of(flow()), 1000.0) == Restored()
