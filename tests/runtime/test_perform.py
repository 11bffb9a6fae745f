"""Each command reaches its adapter; what nobody waits for holds up nothing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from ari_app.ari.client import Client
from ari_app.ari.execute import Executor
from ari_app.asterisk.manager import Manager
from ari_app.core.commands import CheckRecording, HangUp, LaneCommand, LookUpCaller, Tell, Write
from ari_app.core.events import CallerKnown, Event, RecordingChecked
from ari_app.core.records import CloseCall, OpenCall, SaveCall, SaveTicket
from ari_app.core.values import AgentId, CallId, CheckedFile, LegId, message_of
from ari_app.db.history import HistoryReader
from ari_app.db.recorder import Recorder
from ari_app.metrics import Metrics
from ari_app.runtime import perform as module
from ari_app.runtime.lanes import Lanes
from ari_app.runtime.perform import Performer
from tests.db.databases import Database
from tests.ports import free_tcp_port
from tests.recordings.wavs import tell_size, tone, write_wav
from tests.runtime.fakes import FakeTransport, HandClock, eventually

pytestmark = pytest.mark.asyncio

C = CallId("hotline-1.1")


class Setting:
    """A performer over a real database, real files and an Asterisk that agrees to everything."""

    def __init__(self, recorder: Recorder, history: HistoryReader, recordings: Path) -> None:
        self.posted: list[Event] = []
        self.transport = FakeTransport()
        self.metrics = Metrics()
        self.performer = Performer(
            Executor(Client(self.transport), "app", self.posted.append, lambda name, _: name),
            recorder, history, Manager("127.0.0.1", free_tcp_port(), "hotline", ""),
            recordings_dir=recordings, clock=HandClock(5_000_000.0),
            post=self.posted.append, metrics=self.metrics,
        )  # fmt: skip


@pytest.fixture
def at(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    monkeypatch.setattr(module, "RECORDING_PAUSE_S", 0.001)
    return Setting(db.recorder, HistoryReader(db.engine), tmp_path)


async def checked(at: Setting, talk_s: float, call: CallId = C) -> CheckedFile:
    await at.performer.perform(CheckRecording(call, talk_s))
    [event] = at.posted
    assert isinstance(event, RecordingChecked)
    assert event.talk is not None
    return event.talk


async def test_a_whole_recording_is_well(at: Setting, tmp_path: Path):
    write_wav(tmp_path / f"{C}.wav", tone(3.0))
    assert await checked(at, 3.0) == CheckedFile(f"{C}.wav", 3.0, None)


async def test_a_recording_that_lacks_its_end_is_told(at: Setting, tmp_path: Path):
    write_wav(tmp_path / f"{C}.wav", tone(3.0))
    assert await checked(at, 60.0) == CheckedFile(f"{C}.wav", 3.0, "truncated")


async def test_a_recording_whose_header_was_never_finished_is_mended(at: Setting, tmp_path: Path):
    tell_size(write_wav(tmp_path / f"{C}.wav", tone(3.0)), 0)
    assert (await checked(at, 3.0)).problem is None


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "missing"), (b"", "empty"), (b"x" * 100, "not_a_wav")]
)
async def test_a_recording_that_is_none_is_told(
    at: Setting, tmp_path: Path, content: bytes | None, reason: str
):
    if content is not None:
        (tmp_path / f"{C}.wav").write_bytes(content)
    assert (await checked(at, 3.0)).problem == reason


async def test_messages_are_looked_at_and_one_that_nobody_left_is_no_file(
    at: Setting, tmp_path: Path
):
    taken, lost, never = (message_of(C, number) for number in (1, 2, 3))
    write_wav(tmp_path / f"{taken}.wav", tone(2.0))
    messages = ((taken, 2.0), (lost, 4.0), (never, 0.0))
    await at.performer.perform(CheckRecording(C, None, messages))
    assert at.posted == [
        RecordingChecked(
            C,
            None,
            (CheckedFile(f"{taken}.wav", 2.0, None), CheckedFile(f"{lost}.wav", 0.0, "missing")),
        )
    ]


async def test_a_recording_that_is_finished_a_moment_later_is_well(
    at: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    looks: list[float] = []

    def late(path: Path, talk_s: float):
        looks.append(talk_s)
        if len(looks) == 3:
            write_wav(path, tone(3.0))
        return verify(path, talk_s)

    verify = module.verify
    monkeypatch.setattr(module, "verify", late)
    assert (await checked(at, 3.0)).problem is None
    assert len(looks) == 3


async def test_a_call_id_that_leads_elsewhere_names_no_file(at: Setting):
    assert (await checked(at, 3.0, CallId("../../etc/passwd"))).problem == "missing"


async def test_a_callers_history_leaves_out_this_call_and_what_is_too_old(
    at: Setting, db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "LOOK_UP_LIMIT_S", 30.0)  # the machine may be busy
    for number, (call, arrived_at) in enumerate(
        [("old", 1.0), ("closed", 4_999_000.0), ("open", 4_999_500.0), (C, 4_999_999.0)]
    ):
        await db.recorder.write(OpenCall(call, arrived_at + number, "138", "", "", "12345"))
    await db.recorder.write(SaveTicket("closed", {"closed_at": 4_999_100.0}))
    await at.performer.perform(LookUpCaller(C, "138"))
    [known] = at.posted
    assert isinstance(known, CallerKnown)
    assert len(known.history.calls) == 2
    assert [row["ticket_id"] for row in known.history.tickets] == [
        known.history.calls[0]["ticket_id"]
    ]


async def test_a_database_that_is_away_leaves_the_pop_without_history(
    away: Database, tmp_path: Path
):
    at = Setting(away.recorder, HistoryReader(away.engine), tmp_path)
    await at.performer.perform(LookUpCaller(C, "138"))
    assert at.posted == []


async def test_a_command_for_asterisk_goes_to_asterisk(at: Setting):
    await at.performer.perform(HangUp(LegId(C)))
    assert at.transport.names() == ["channels.hangup"]


@pytest.mark.parametrize(
    "command", [Tell(AgentId("wang"), "state", {}), Write(SaveCall(C, "queued", {}))]
)
async def test_what_is_handed_over_at_once_has_no_way_through_a_lane(
    at: Setting, command: LaneCommand
):
    with pytest.raises(TypeError):
        await at.performer.perform(command)


async def test_a_call_that_ended_is_counted_by_its_outcome(at: Setting, db: Database):
    await db.recorder.write(OpenCall(C, 1.0, "", "", "", "12345"))
    await at.performer.note(Write(CloseCall(C, 2.0, "answered")))()
    assert at.metrics.registry.get_sample_value("hotline_calls_total", {"outcome": "answered"}) == 1


async def through_lanes(at: Setting, commands: Sequence[LaneCommand]) -> None:
    """Until all lanes are empty."""
    async with asyncio.TaskGroup() as tasks:
        Lanes(tasks, at.performer.perform, lambda tell: None, at.performer.note).send(commands)


async def test_a_ticket_is_in_the_database_before_anything_is_done(at: Setting, db: Database):
    opened = Write(OpenCall(C, 1.0, "", "", "", "12345"))
    await through_lanes(at, [opened, HangUp(LegId(C))])
    assert await db.repo.call(C) is not None
    assert at.transport.names() == ["channels.hangup"]


async def test_a_database_that_does_not_answer_holds_up_no_hang_up(tmp_path: Path, db: Database):
    """Its recorder is not even running: a record that was waited for would wait for ever."""
    still = Recorder(db.engine, tmp_path / "still.jsonl", lambda: 1.0)
    at = Setting(still, HistoryReader(db.engine), tmp_path)
    saved = Write(SaveCall(C, "queued", {}))
    closed = Write(CloseCall(C, 2.0, "answered"))
    await through_lanes(at, [saved, HangUp(LegId(C)), closed])
    assert at.transport.names() == ["channels.hangup"]
    await still.close()


async def test_neither_database_nor_disk_holds_up_the_greeting(
    at: Setting, db: Database, tmp_path: Path
):
    (tmp_path / "folder").mkdir()
    recorder = Recorder(db.engine, tmp_path / "folder" / "gone" / "j.jsonl", lambda: 1.0)
    nowhere = Setting(recorder, HistoryReader(db.engine), tmp_path)
    opened = Write(OpenCall(C, 1.0, "", "", "", "12345"))
    running = asyncio.create_task(recorder.run())
    try:
        await through_lanes(nowhere, [opened, HangUp(LegId(C))])
        await eventually(lambda: nowhere.transport.names() == ["channels.hangup"])
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
