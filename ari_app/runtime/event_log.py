"""Calls that Asterisk served without us: found in its event log and given their ticket.

Decides which logged calls are missing in the database. The log tells of every call; those that the
program served itself are left alone.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ari_app.core.commands import CheckRecording, LaneCommand, Write
from ari_app.core.outbound.asked import CallMissed
from ari_app.core.phone_number import caller_of
from ari_app.core.records import CloseCall, Json, OpenCall
from ari_app.core.values import CallId
from ari_app.db.cel import CelCall, CelImport
from ari_app.db.repo import Repo
from ari_app.db.rows import CelPosition

_log = structlog.get_logger()

READ_LIMIT_S = 1.0
MOST_TRIES = 24
"""After two minutes a call that still lives, or cannot be stored, holds up the log no longer."""

GRACE_S = 5.0
"""A call that just ended may still be on its way into the database."""


@dataclass(slots=True)
class Reading:
    """What was found in the log at one time, and how far it had been read."""

    at: float
    ended: list[CelCall]
    position: CelPosition
    is_new: bool = True
    tries: int = 0


class EventLog:
    """``poll`` at each reconciliation and every few seconds.

    While the recorder ``is_behind`` the database cannot say who is unknown: the end of a call that
    we served may wait to be written. Whom nobody served is told to ``missed``.
    """

    def __init__(
        self,
        open_log: Callable[[Path, CelPosition | None], CelImport],
        path: Path,
        repo: Repo,
        *,
        is_live: Callable[[str], bool],
        is_behind: Callable[[], bool],
        send: Callable[[Sequence[LaneCommand]], None],
        missed: Callable[[CallMissed], None],
    ) -> None:
        self._open_log = open_log
        self._log: CelImport | None = None
        self._path = path
        self._repo = repo
        self._is_live, self._is_behind = is_live, is_behind
        self._send, self._missed = send, missed
        self._readings: deque[Reading] = deque()
        self._saved: CelPosition | None = None
        self._one_at_a_time = asyncio.Lock()
        self._reading = threading.Lock()

    @property
    def unsettled_count(self) -> int:
        """Calls that were read and not yet compared with the database."""
        return sum(len(reading.ended) for reading in self._readings)

    async def poll(self, now: float, *, lost_before: float = 0.0) -> dict[CallId, float]:
        """Read on; write down the calls nobody knows. Returns when the calls just read ended.

        Calls not heard of since ``lost_before``, the start of Asterisk, ended with its last life.
        """
        async with self._one_at_a_time:
            log = self._log = self._log or await self._open()
            await asyncio.to_thread(self._read, log, now, lost_before)
            for reading in list(self._readings):  # a reading given up on may still be added
                for call in reading.ended if reading.is_new else ():
                    if call.fallback:
                        # We may believe that the caller still waits; the dialplan knows better,
                        # and of two ends of a call the first one written counts.
                        self._note(call)
                reading.is_new = False
            try:
                if not self._is_behind():
                    await self._settle(now - GRACE_S)
            except (SQLAlchemyError, OSError) as error:
                # Nothing is lost: the readings stay, and the position is the old one.
                _log.warning("event_log.waits", problem=type(error).__name__)
            unsettled = [call for reading in list(self._readings) for call in reading.ended]
            return {CallId(call.call_id): call.ended_at for call in unsettled}

    def _read(self, log: CelImport, now: float, lost_before: float) -> None:
        """In a thread, and whole: whoever waits for it may be cancelled, what was read stays."""
        with self._reading:
            ended = log.poll(lost_before=lost_before)
            self._readings.append(Reading(now, ended, log.position))

    async def _open(self) -> CelImport:
        """From where the last start left off; from its beginning when the database is away."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                return self._open_log(self._path, await self._repo.cel_position(str(self._path)))
        except (SQLAlchemyError, OSError):
            return self._open_log(self._path, None)

    async def _settle(self, read_before: float) -> None:
        """Write down whom nobody knows of. The log is done with up to where all are known."""
        for reading in list(self._readings):
            reading.tries += 1
        while self._readings and self._readings[0].at <= read_before:
            reading = self._readings[0]
            async with asyncio.timeout(READ_LIMIT_S):
                closed = await self._repo.closed_calls([call.call_id for call in reading.ended])
            open_calls = [call for call in reading.ended if call.call_id not in closed]
            for call in open_calls:
                if not self._is_live(call.call_id):
                    self._note(call)
            if open_calls and reading.tries < MOST_TRIES:
                return  # looked at again: what was just noted must be found in the database
            if reading.position != self._saved:
                async with asyncio.timeout(READ_LIMIT_S):
                    await self._repo.save_cel_position(str(self._path), reading.position)
                self._saved = reading.position
            self._readings.popleft()

    def _note(self, call: CelCall) -> None:
        _log.info("call.found_in_log", call_id=call.call_id, outcome=call.outcome)
        self._send(_commands(call))
        if call.is_missed:
            number = caller_of(call.caller, "").number
            self._missed(CallMissed(CallId(call.call_id), number, call.dialled, call.arrived_at))


def _commands(call: CelCall) -> list[LaneCommand]:
    caller = caller_of(call.caller, call.caller_name)
    opened = OpenCall(
        call_id=call.call_id,
        arrived_at=call.arrived_at,
        caller=caller.number,
        caller_name=caller.name,
        caller_region=caller.region,
        dialled=call.dialled,
        source="cel",
    )
    fields: dict[str, Json] = {"who_hung_up": call.who_hung_up}
    commands: list[LaneCommand] = [Write(opened)]
    if call.agent_answered_at is not None:
        fields |= {
            "answered_at": call.agent_answered_at,
            "wait_s": round(call.agent_answered_at - call.arrived_at, 3),
            "agent_id": call.agent_channel.partition("/")[2].rpartition("-")[0] or None,
        }
        talk_s = max(0.0, call.ended_at - call.agent_answered_at)
        commands.append(CheckRecording(CallId(call.call_id), talk_s))
    closed = CloseCall(call.call_id, call.ended_at, call.outcome, fields)
    return [*commands, Write(closed)]
