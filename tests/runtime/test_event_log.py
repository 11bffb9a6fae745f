"""Calls that Asterisk served without us get their ticket; those that we know are left alone."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ari_app.core.commands import CheckRecording, LaneCommand, Write
from ari_app.core.outbound.asked import CallMissed
from ari_app.core.records import CloseCall, OpenCall
from ari_app.db.cel import CelCall
from ari_app.db.repo import Repo
from ari_app.db.rows import CelPosition
from ari_app.runtime.event_log import GRACE_S, MOST_TRIES, EventLog
from tests.db.databases import Database

pytestmark = pytest.mark.asyncio

PATH = Path("cel/hotline.csv")
SERVED = {"answered_at": 11.0, "agent_answered_at": None, "reached_service": True}
"""A tree of ours spoke to the citizen; no agent did."""


def logged(call_id: str = "h-1.1", *, answered_at: float | None = None, **more) -> CelCall:
    fields: dict[str, object] = {
        "call_id": call_id,
        "linked_id": call_id,
        "arrived_at": 10.0,
        "answered_at": answered_at and 11.0,
        "agent_answered_at": answered_at,
        "ended_at": 30.0,
        "caller": "13800138000",
        "caller_name": "张三",
        "dialled": "12345",
        "fallback": False,
        "refused": False,
        "reached_service": False,
        "agent_channel": "PJSIP/1001-00000001" if answered_at else "",
        "hangup_cause": 16,
        "who_hung_up": "caller",
    }
    return CelCall(**{**fields, **more})


class FakeLog:
    """Tells the calls of ``batches``, one list a poll."""

    def __init__(self, *batches: list[CelCall]) -> None:
        self.batches = list(batches)
        self.position = CelPosition("file", 100)
        self.lost_before: list[float] = []

    def poll(self, *, lost_before: float) -> list[CelCall]:
        self.lost_before.append(lost_before)
        return self.batches.pop(0) if self.batches else []


class Setting:
    def __init__(
        self,
        repo: Repo,
        log: FakeLog,
        live: Sequence[str] = (),
        is_behind: Callable[[], bool] = lambda: False,
    ) -> None:
        self.sent: list[LaneCommand] = []
        self.missed: list[CallMissed] = []
        self.opened_at: list[CelPosition | None] = []
        self.log = log
        self.event_log = EventLog(
            self.open, PATH, repo, is_live=live.__contains__, is_behind=is_behind,
            send=self.sent.extend, missed=self.missed.append,
        )  # fmt: skip

    def open(self, path: Path, position: CelPosition | None) -> FakeLog:
        self.opened_at.append(position)
        return self.log


async def test_a_call_nobody_knows_is_opened_and_closed_after_a_grace(db: Database):
    at = Setting(db.repo, FakeLog([logged()]))
    assert await at.event_log.poll(100.0) == {"h-1.1": 30.0}
    assert at.sent == [], "it may still be on its way into the database"
    await at.event_log.poll(100.0 + GRACE_S)
    opened, closed = [command.record for command in at.sent]
    assert isinstance(opened, OpenCall)
    assert (opened.source, opened.caller, opened.caller_region) == ("cel", "13800138000", "北京市")
    assert closed == CloseCall("h-1.1", 30.0, "abandoned_before_answer", {"who_hung_up": "caller"})


async def test_a_call_that_a_duty_phone_answered_is_written_at_once_with_its_recording(
    db: Database,
):
    """Even if we believe that the caller still waits."""
    log = FakeLog([logged(answered_at=18.0, fallback=True)])
    at = Setting(db.repo, log, live=["h-1.1"])
    await at.event_log.poll(100.0)
    _, check, close = at.sent
    assert check == CheckRecording("h-1.1", 12.0)
    assert isinstance(close, Write)
    assert close.record.outcome == "answered_fallback"
    assert close.record.ticket == {
        "who_hung_up": "caller", "answered_at": 18.0, "wait_s": 8.0, "agent_id": "1001",
    }  # fmt: skip


async def test_calls_that_live_or_are_closed_already_are_left_alone(db: Database):
    await db.recorder.write(OpenCall("h-1.2", 1.0, "", "", "", "12345"))
    await db.recorder.write(CloseCall("h-1.2", 2.0, "answered"))
    log = FakeLog([logged("h-1.1"), logged("h-1.2")])
    at = Setting(db.repo, log, live=["h-1.1"])
    await at.event_log.poll(100.0)
    await at.event_log.poll(200.0)
    assert at.sent == []


async def test_a_call_that_was_opened_and_never_closed_is_closed(db: Database):
    await db.recorder.write(OpenCall("h-1.1", 1.0, "", "", "", "12345"))
    at = Setting(db.repo, FakeLog([logged()]))
    await at.event_log.poll(100.0)
    await at.event_log.poll(200.0)
    assert [type(command.record) for command in at.sent] == [OpenCall, CloseCall]


async def test_the_place_is_kept_once_nothing_is_on_its_way(db: Database):
    at = Setting(db.repo, FakeLog([logged()]))
    await at.event_log.poll(100.0)
    assert await db.repo.cel_position(str(PATH)) is None
    await at.event_log.poll(200.0)
    assert await db.repo.cel_position(str(PATH)) is None, "what was noted must be found first"
    for command in at.sent:
        await db.recorder.write(command.record)
    await at.event_log.poll(210.0)
    assert await db.repo.cel_position(str(PATH)) == CelPosition("file", 100)
    again = Setting(db.repo, FakeLog())
    await again.event_log.poll(300.0)
    assert again.opened_at == [CelPosition("file", 100)]


async def test_while_the_database_is_away_nothing_is_lost_and_nothing_raised(away: Database):
    at = Setting(away.repo, FakeLog([logged()]))
    assert await at.event_log.poll(100.0) == {"h-1.1": 30.0}
    await at.event_log.poll(200.0)
    assert at.opened_at == [None], "from the beginning of the log"
    assert at.sent == []
    assert at.event_log.unsettled_count == 1, "settled as soon as the database is back"


async def test_the_start_of_asterisk_is_passed_on(db: Database):
    at = Setting(db.repo, FakeLog())
    await at.event_log.poll(100.0, lost_before=55.0)
    assert at.log.lost_before == [55.0]


async def test_a_hostile_name_in_the_log_is_harmless(db: Database):
    at = Setting(db.repo, FakeLog([logged(caller="<x>\r\n1", caller_name="\x00\u202e名")]))
    await at.event_log.poll(100.0)
    await at.event_log.poll(200.0)
    assert (at.sent[0].record.caller, at.sent[0].record.caller_name) == ("1", "名")


async def test_a_call_whose_end_waits_in_the_journal_is_not_taken_for_unknown(db: Database):
    """The database stalls for those who write; those who read do not notice."""
    stall = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    stall.execute("BEGIN IMMEDIATE")
    await db.recorder.write(OpenCall("h-1.1", 10.0, "13800138000", "", "", "12345"))
    await db.recorder.write(CloseCall("h-1.1", 30.0, "callback_promised"))
    log = FakeLog([logged(**SERVED)])
    at = Setting(db.repo, log, is_behind=lambda: db.recorder.is_behind)
    for number in range(MOST_TRIES + 2):
        await at.event_log.poll(100.0 + 5.0 * number)
    assert (at.sent, at.missed, at.event_log.unsettled_count) == ([], [], 1)
    stall.close()
    await db.recorder.caught_up()
    await at.event_log.poll(1000.0)
    assert (at.sent, at.missed, at.event_log.unsettled_count) == ([], [], 0)


async def test_whom_nobody_served_is_called_back_and_who_was_ours_is_not(db: Database):
    left_to_the_fallback = logged("h-1.3", **SERVED, fallback=True)
    log = FakeLog([logged("h-1.1"), logged("h-1.2", **SERVED), left_to_the_fallback])
    at = Setting(db.repo, log)
    await at.event_log.poll(100.0)
    assert at.missed == [CallMissed("h-1.3", "13800138000", "12345", 10.0)]
    await at.event_log.poll(200.0)
    closed = {one.record.call_id for one in at.sent if isinstance(one, Write)}
    assert closed == {"h-1.1", "h-1.2", "h-1.3"}, "each gets its ticket"
    assert {one.call for one in at.missed} == {"h-1.1", "h-1.3"}
