"""Sends what lies in the outbox to the city's ticket system, for as long as the service runs.

Decides when an event is sent and when the receiver is left in peace. What an answer means is the
webhook's, what becomes of a row the outbox's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ari_app.core.records import Json
from ari_app.db.outbox import Outbox
from ari_app.db.rows import OutboxRow
from ari_app.delivery.refusals import Refusals
from ari_app.delivery.webhook import Answer, Event, Receiver, Verdict, Webhook, open_client
from ari_app.metrics import Metrics
from ari_app.runtime.clock import Clock
from ari_app.tickets.masking import for_city
from ari_app.web.ports import Row, Unavailable

_log = structlog.get_logger()

BATCH = 64
AT_ONCE = 8
IDLE_S = 0.5
LONGEST_PAUSE_S = 60.0
NO_OUTBOX_S = 5.0
KEPT_S = 30 * 86400.0
"""How long what was taken stays in the outbox, for whoever looks into a dispute."""
COUNTED_S = 15.0
TIDIED_S = 3600.0

Send = Callable[[Event, float], Awaitable[Answer]]
Pause = Callable[[float], Awaitable[None]]


class Delivery:
    """Implements ``web.ports.Deliveries``. Without a receiver nothing is sent and all is kept."""

    def __init__(
        self,
        outbox: Outbox,
        receiver: Receiver | None,
        clock: Clock,
        metrics: Metrics,
        *,
        sees: frozenset[str] = frozenset(),
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._sees = sees
        self._outbox, self._receiver = outbox, receiver
        self._clock, self._metrics, self._pause = clock, metrics, pause
        self._in_vain = 0
        self._away = ""
        self._refusals = Refusals()
        self._tidy_at = 0.0

    def change(self, sees: frozenset[str]) -> None:
        """What leaves from now on shows these personal fields."""
        self._sees = sees

    def component(self) -> str:
        """``ok``, or why nothing can be delivered."""
        return self._away or "ok"

    async def run(self) -> None:
        if self._receiver is None:
            return
        async with open_client() as client:
            send = Webhook(client, self._receiver).send
            while True:
                await self._pause(await self._guarded(send))

    async def _guarded(self, send: Send) -> float:
        try:
            return await self.round(send)
        except* (SQLAlchemyError, OSError) as errors:
            _log.warning("delivery.no_outbox", problem=repr(errors.exceptions[0])[:200])
        except* Exception:  # a bug here must not end the service
            _log.exception("delivery.error")
        return NO_OUTBOX_S

    async def watch(self) -> None:
        """Shows how much waits, and removes what was taken long ago."""
        while True:
            try:
                backlog = await self._outbox.backlog()
                await self._tidy(self._clock.now())
            except (SQLAlchemyError, OSError) as error:
                _log.warning("delivery.no_outbox", problem=type(error).__name__)
            else:
                age_s = self._clock.now() - backlog.oldest_at if backlog.oldest_at else 0.0
                self._metrics.outbox.labels("pending").set(backlog.pending_count)
                self._metrics.outbox.labels("dead").set(backlog.dead_count)
                self._metrics.outbox_age.set(max(0.0, age_s))
            await self._pause(COUNTED_S)

    async def _tidy(self, now: float) -> None:
        if now >= self._tidy_at:
            await self._outbox.forget_settled(now - KEPT_S)
            self._tidy_at = now + TIDIED_S

    async def round(self, send: Send) -> float:
        """Send what is due; seconds until it is worth looking again.

        While the receiver is away one event at a time asks whether it is back, each time another
        one: what it refuses waits behind the others, for the refusal may be the event's own.
        """
        limit = 1 if self._away else BATCH
        rows = await self._outbox.due(self._clock.now(), limit)
        if not rows:
            return IDLE_S
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            sending = [tasks.create_task(self._one(row, send, room)) for row in rows]
        answers = {row.seq: task.result() for row, task in zip(rows, sending, strict=True)}
        away = {seq: one for seq, one in answers.items() if one.verdict is Verdict.AWAY}
        if not away:
            self._in_vain, self._away = 0, ""
            return 0.0
        pause_s = self._left_in_peace(next(iter(away.values())))
        whys = {seq: one.why for seq, one in away.items()}
        await self._outbox.put_back(whys, self._clock.now() + pause_s)
        return pause_s

    def _left_in_peace(self, answer: Answer) -> float:
        self._in_vain += 1
        if not self._away:
            _log.error("delivery.away", problem=answer.why)
        self._away = answer.why
        doubled = min(2.0 ** min(self._in_vain - 1, 10), LONGEST_PAUSE_S)
        return max(doubled, answer.wait_s or 0.0)

    async def _one(self, row: OutboxRow, send: Send, room: asyncio.Semaphore) -> Answer:
        async with room:
            answer = await self._answer(row, send)
        match answer.verdict:
            case Verdict.TAKEN:
                self._refusals.taken(row.seq)
                await self._outbox.mark_sent([row.seq])
            case Verdict.REFUSED | Verdict.LATER:
                is_final = answer.verdict is Verdict.REFUSED
                is_dead = await self._outbox.mark_failed(
                    row, self._clock.now(), answer.why, is_final=is_final, wait_s=answer.wait_s
                )
                if is_dead:
                    self._refusals.settled(row.seq)
                said = _log.error if is_dead else _log.warning
                said("delivery.failed", ticket_id=row.ticket_id, problem=answer.why, dead=is_dead)
            case Verdict.AWAY:
                pass  # nothing is known to be wrong with the event: it is not counted
        return answer

    async def _answer(self, row: OutboxRow, send: Send) -> Answer:
        try:
            answer = await send(_event(row, self._sees), self._clock.now())
        except Exception as error:  # a bug that one event brings out must not end the service
            _log.exception("delivery.error", ticket_id=row.ticket_id, number=row.seq)
            return Answer(Verdict.LATER, f"could not be sent ({type(error).__name__})")
        if answer.verdict is not Verdict.AWAY:
            return answer
        # While nothing is taken a refusal says nothing of the event.
        is_its_own = self._refusals.refused(row.seq) and not self._away
        return replace(answer, verdict=Verdict.LATER) if is_its_own else answer

    # --- for the API -------------------------------------------------------------------------

    async def shown(self, limit: int) -> Row:
        try:
            backlog, dead = await self._outbox.backlog(), await self._outbox.dead(limit)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(type(error).__name__) from error
        return {
            "has_receiver": self._receiver is not None,
            "problem": self._away or None,
            "pending": backlog.pending_count,
            "dead": backlog.dead_count,
            "oldest_at": backlog.oldest_at,
            "dead_events": [_dead(row) for row in dead],
        }

    async def retry(self, seq: int | None) -> Row:
        try:
            revived = await self._outbox.revive(seq, self._clock.now())
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(type(error).__name__) from error
        return {"retried": revived.count, "superseded": revived.superseded_count}


def _event(row: OutboxRow, sees: frozenset[str]) -> Event:
    """What the receiver needs not know is masked on the way out: the outbox keeps it whole."""
    ticket = for_city(row.payload, sees)
    return Event(f"{row.ticket_id}.{row.seq}", row.kind, row.created_at, ticket)


def _dead(row: OutboxRow) -> dict[str, Json]:
    return {
        "number": row.seq,
        "ticket_id": row.ticket_id,
        "kind": row.kind,
        "created_at": row.created_at,
        "attempts": row.attempts,
        "problem": row.last_error,
    }
