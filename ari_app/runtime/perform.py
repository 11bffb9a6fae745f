"""Carries out the core's commands: each goes to the adapter it is meant for.

Decides nothing about calls. What must be durable is waited for, everything else is not: a slow
database must not keep a phone ringing for a caller who left.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ari_app.ari.execute import AriCommand, Executor
from ari_app.asterisk.manager import ChannelGone, Manager, ManagerError
from ari_app.core.commands import (
    CheckRecording,
    LaneCommand,
    LookUpCaller,
    MuteRecording,
    RenewRecording,
    Tell,
    Write,
)
from ari_app.core.events import CallerKnown, Event, RecordingChecked, RecordingMuted
from ari_app.core.pause import Gap
from ari_app.core.values import CallId, CheckedFile, History, MessageId
from ari_app.db.history import EarlierTicket, HistoryReader
from ari_app.db.recorder import Batch, Recorder
from ari_app.metrics import Metrics
from ari_app.runtime.clock import Clock
from ari_app.runtime.meter import Meter
from recordings.gaps import check_gaps
from recordings.names import BadName, path_in
from recordings.verify import Verdict, verify

_log = structlog.get_logger()

HISTORY_S = 30 * 86400.0
HISTORY_ROWS = 10
LOOK_UP_LIMIT_S = 1.0
LINGER_S = 0.1
"""What nobody waits for may go with the next transaction."""

RECORDING_CHECKS = 10
RECORDING_PAUSE_S = 0.3
"""Asterisk closes the file a moment after the call: looked at again until it is complete."""


class Performer:
    """``perform`` is what the lanes run."""

    def __init__(
        self,
        executor: Executor,
        recorder: Recorder,
        history: HistoryReader,
        manager: Manager,
        *,
        recordings_dir: Path,
        clock: Clock,
        post: Callable[[Event], None],
        metrics: Metrics,
    ) -> None:
        self._executor = executor
        self._recorder = recorder
        self._history = history
        self._manager = manager
        self._recordings_dir = recordings_dir
        self._clock = clock
        self._post = post
        self._meter = Meter(metrics)

    async def perform(self, command: LaneCommand) -> None:
        match command:
            case LookUpCaller():
                await self._look_up(command)
            case CheckRecording():
                await self._check_recording(command)
            case MuteRecording():
                await self._mute_recording(command)
            case RenewRecording():
                await self._renew_recording(command)
            case Tell() | Write():
                raise TypeError(f"{type(command).__name__} does not go through a lane")
            case _:
                ari: AriCommand = command
                await self._executor.execute(ari)

    def note(self, command: Write) -> Callable[[], Awaitable[None]]:
        """Hand the record over, in order; returns how to wait until it is durable."""
        self._meter.saw(command.record)
        linger_s = 0.0 if command.must_be_durable else LINGER_S
        return partial(_written, self._recorder.put(command.record, linger_s=linger_s))

    async def _look_up(self, command: LookUpCaller) -> None:
        since = self._clock.now() - HISTORY_S
        try:
            async with asyncio.timeout(LOOK_UP_LIMIT_S):
                found = await self._history.read(
                    command.number, since, limit=HISTORY_ROWS + 1, limit_s=LOOK_UP_LIMIT_S
                )
        except (SQLAlchemyError, OSError) as error:
            _log.warning("history.unknown", call_id=command.call, problem=type(error).__name__)
            return
        rows = [row for row in found if row.call_id != command.call][:HISTORY_ROWS]
        self._post(CallerKnown(command.call, _history(rows)))

    async def _check_recording(self, command: CheckRecording) -> None:
        talk = None
        if command.talk_s is not None:
            talk = await self._checked(command.call, command.talk_s)
        messages = [await self._message(*message) for message in command.messages]
        kept = tuple(message for message in messages if message is not None)
        gaps = await self._gaps(command)
        self._post(RecordingChecked(CallId(command.call), talk, kept, gaps))

    async def _gaps(self, command: CheckRecording) -> tuple[Gap, ...]:
        """Once the file is closed: what was paused is silent in it, or is made so."""
        if not command.gaps:
            return ()
        path = self._recordings_dir / f"{command.call}.wav"
        spans = [(gap.from_s, gap.to_s) for gap in command.gaps]
        found = await asyncio.to_thread(check_gaps, path, spans)
        for one in found:
            if one.check != "silent":
                _log.error("recording.gap_not_silent", call_id=command.call, check=one.check)
        return tuple(
            Gap(one.from_s, one.to_s, gap.by, one.check)
            for gap, one in zip(command.gaps, found, strict=True)
        )

    async def _mute_recording(self, command: MuteRecording) -> None:
        try:
            await self._manager.mute_recording(command.call, is_muted=command.is_muted)
        except ManagerError as error:
            _log.error("recording.not_muted", call_id=command.call, problem=str(error))
            self._post(RecordingMuted(command.call, command.is_muted, ok=False))
        else:
            self._post(RecordingMuted(command.call, command.is_muted, ok=True))

    async def _renew_recording(self, command: RenewRecording) -> None:
        file = self._recordings_dir / f"{command.call}.wav"
        try:
            await self._manager.renew_recording(command.call, file, is_muted=command.is_muted)
        except ChannelGone:
            _log.debug("recording.over", call_id=command.call)
        except ManagerError as error:
            # It goes on as it was and may miss a voice; or it was ended and not begun again.
            _log.error("recording.not_renewed", call_id=command.call, problem=str(error))

    async def _message(self, name: MessageId, length_s: float) -> CheckedFile | None:
        """A message that was taken must be there; whoever left before the beep said nothing."""
        if length_s > 0 or (self._recordings_dir / f"{name}.wav").exists():
            return await self._checked(name, length_s)
        return None

    async def _checked(self, name: str, length_s: float) -> CheckedFile:
        verdict = await self._verdict(name, length_s)
        if not verdict.ok:
            _log.error("recording.bad", call_id=name, problem=verdict.reason)
        problem = None if verdict.ok else verdict.reason
        return CheckedFile(f"{name}.wav", verdict.duration_s, problem)

    async def _verdict(self, name: str, length_s: float) -> Verdict:
        try:
            path = path_in(self._recordings_dir, name)
        except BadName as error:
            _log.error("recording.bad_name", problem=str(error))
            return Verdict(False, 0.0, "missing")
        for _ in range(RECORDING_CHECKS):
            await asyncio.sleep(RECORDING_PAUSE_S)
            verdict = await asyncio.to_thread(verify, path, length_s)
            if verdict.ok:
                break
        return verdict


async def _written(batch: Batch) -> None:
    try:
        await batch.written()
    except OSError as error:
        # Neither database nor disk: kept in memory and tried again; the caller is served.
        _log.critical("record.not_durable", problem=str(error))


def _history(rows: list[EarlierTicket]) -> History:
    return History(
        calls=tuple(
            {
                "ticket_id": row.ticket_id,
                "call_id": row.call_id,
                "arrived_at": row.arrived_at,
                "outcome": row.outcome,
                "agent_id": row.agent_id,
                "language": row.language,
            }
            for row in rows
        ),
        tickets=tuple(
            {
                "ticket_id": row.ticket_id,
                "arrived_at": row.arrived_at,
                "case_type": row.case_type,
                "urgency": row.urgency,
                "matter_cause": row.matter_cause,
            }
            for row in rows
            if row.closed_at is None
        ),
    )
