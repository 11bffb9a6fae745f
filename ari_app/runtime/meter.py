"""Prometheus' figures of waits, talks and offers, read off the journal's lines as they are written.

Decides nothing about calls. Remembers of a live call only what its next line is measured against.
"""

from dataclasses import dataclass

from prometheus_client import Histogram

from ari_app.core.journal_lines import Kind
from ari_app.core.records import CloseCall, Journaled, Json, Record
from ari_app.core.values import is_placed
from ari_app.metrics import Metrics


@dataclass(slots=True)
class _Waiting:
    queue: str
    since: float
    is_answered: bool = False


class Meter:
    """``saw`` takes each record that is handed over to be written."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._waiting: dict[str, _Waiting] = {}

    def saw(self, record: Record) -> None:
        if isinstance(record, CloseCall):
            self._metrics.calls.labels(record.outcome).inc()
            self._waiting.pop(record.call_id, None)
        elif isinstance(record, Journaled):
            self._line(record)

    def _line(self, line: Journaled) -> None:
        metrics = self._metrics
        match line.kind:
            case Kind.CALL_QUEUED if not is_placed(line.call_id):
                self._queued(line)
            case Kind.CALL_CONNECTED:
                self._connected(line)
            case Kind.CALL_HEARD:
                _observe(metrics.first_audio, line.data.get("ring_s"))
            case Kind.OFFER_ENDED:
                metrics.offers.labels(str(line.data.get("reason"))).inc()
            case Kind.CALL_TALK_ENDED:
                _observe(metrics.talk, line.data.get("talk_s"))
            case Kind.WRAP_UP_ENDED:
                _observe(metrics.wrap_up, line.data.get("lasted_s"))

    def _queued(self, line: Journaled) -> None:
        known = self._waiting.get(line.call_id)
        if known is None:
            since = line.data.get("since")
            at = float(since) if isinstance(since, int | float) else line.at
            self._waiting[line.call_id] = _Waiting(line.queue, at)
        if known is None or known.queue != line.queue:
            self._metrics.queued.labels(line.queue).inc()
            self._waiting[line.call_id].queue = line.queue

    def _connected(self, line: Journaled) -> None:
        """The first person counts; an agent whom the call is handed to is no further wait."""
        waiting = self._waiting.get(line.call_id)
        if waiting is not None and not waiting.is_answered:
            waiting.is_answered = True
            self._metrics.wait.labels(waiting.queue).observe(max(0.0, line.at - waiting.since))


def _observe(histogram: Histogram, value: Json) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        histogram.observe(value)
