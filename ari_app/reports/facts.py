"""What became of each call, folded from the journal's lines as they come by.

Decides when a call is complete: it has ended, and so have its agents' talks and wrap-ups. Memory
holds the calls under way, never a day. Knows no figure.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from ari_app.core.journal_lines import Kind
from ari_app.core.records import Journaled, Json
from ari_app.core.values import is_placed

SETTLE_S: Final = 2.0
"""Lines of one moment may come in any order: so long a complete call still listens."""

NOBODY_S: Final = 86400.0
"""Beyond the period's end nothing is waited for longer than this."""


@dataclass(slots=True)
class Talk:
    """One agent's share of a call. ``talk_s`` and ``hold_s`` do not overlap."""

    agent: str
    began_at: float
    queue: str = ""
    ended_at: float | None = None
    hold_s: float = 0.0
    held_at: float | None = None
    wrap_up_s: float | None = None

    @property
    def talk_s(self) -> float | None:
        return None if self.ended_at is None else self.ended_at - self.began_at - self.hold_s

    @property
    def handle_s(self) -> float | None:
        """Talk, hold and wrap-up; None until all of it is over."""
        if self.ended_at is None or self.wrap_up_s is None:
            return None
        return self.ended_at - self.began_at + self.wrap_up_s

    def resume(self, at: float) -> None:
        if self.held_at is not None:
            self.hold_s += at - self.held_at
            self.held_at = None


@dataclass(slots=True)
class Offer:
    agent: str
    ended_at: float
    reason: str


@dataclass(slots=True)
class CallFacts:
    """Instants are epoch seconds. ``arrived_at`` is None for a call that came before the period.

    ``queue`` is the last one entered: where the call was answered, or given up.
    """

    call_id: str
    arrived_at: float | None = None
    dialled: str = ""
    is_placed: bool = False
    source: str = ""
    heard_at: float | None = None
    ring_s: float | None = None
    queued_at: float | None = None
    queue: str = ""
    talks: list[Talk] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    transferred_at: float | None = None
    ended_at: float | None = None
    outcome: str = ""
    phase: str = ""
    language: str = ""
    topic: str = ""
    answered_at: float | None = None
    previous: str = ""
    is_called_again: bool = False

    @property
    def person_at(self) -> float | None:
        """When the caller first reached a person: an agent, a number outside, the fallback's."""
        found = [talk.began_at for talk in self.talks]
        if self.transferred_at is not None:
            found.append(self.transferred_at)
        if not found and self.outcome == "answered_fallback" and self.answered_at is not None:
            found.append(self.answered_at)
        return min(found, default=None)

    @property
    def is_complete(self) -> bool:
        return self.ended_at is not None and all(t.wrap_up_s is not None for t in self.talks)


class Fold:
    """``take`` lines in the order of time; it gives the calls that are complete by now."""

    def __init__(self, since: float, until: float) -> None:
        self._since, self._until = since, until
        self._calls: dict[str, CallFacts] = {}
        self._complete: deque[tuple[float, str]] = deque()

    def take(self, line: Journaled) -> Iterator[CallFacts]:
        facts = self._facts(line) if line.call_id else None
        if facts is not None and line.kind != Kind.AGENT_STATE:
            _tell(facts, line)
            if facts.is_complete:
                self._complete.append((line.at, facts.call_id))
        while self._complete and self._complete[0][0] < line.at - SETTLE_S:
            yield from self._done(self._complete.popleft()[1])

    def rest(self) -> list[CallFacts]:
        """The calls that are still under way where the lines end."""
        left = list(self._calls.values())
        self._calls.clear()
        self._complete.clear()
        return left

    def under_way(self) -> list[CallFacts]:
        """The calls that are not complete yet, which go on."""
        return list(self._calls.values())

    def forget(self, before: float) -> None:
        """Calls from before an instant are not waited for any more."""
        for call_id, facts in list(self._calls.items()):
            if (facts.arrived_at or facts.ended_at or before) < before:
                del self._calls[call_id]

    def needs(self, at: float) -> bool:
        """Whether lines from this moment on can still matter."""
        if at < self._until:
            return True
        return bool(self._calls) and at < self._until + NOBODY_S

    def _facts(self, line: Journaled) -> CallFacts | None:
        """Of a call that came before the period only its talks within the period matter."""
        facts = self._calls.get(line.call_id)
        # A callback waits under its next call's id, which may never be made.
        is_call = line.kind in _OPENING and not (
            line.kind == Kind.CALL_QUEUED and is_placed(line.call_id)
        )
        is_new = facts is None and line.at < self._until and is_call
        if is_new:
            facts = self._calls[line.call_id] = CallFacts(line.call_id)
        return facts

    def _done(self, call_id: str) -> Iterator[CallFacts]:
        facts = self._calls.get(call_id)
        if facts is not None and facts.is_complete:
            yield self._calls.pop(call_id)


READ: Final = frozenset(
    {
        Kind.CALL_ARRIVED, Kind.CALL_KNOWN, Kind.CALL_HEARD, Kind.CALL_QUEUED, Kind.OFFER_ENDED,
        Kind.CALL_CONNECTED, Kind.CALL_HELD, Kind.CALL_RESUMED, Kind.CALL_TALK_ENDED,
        Kind.CALL_TRANSFERRED, Kind.CALL_ENDED, Kind.WRAP_UP_ENDED, Kind.AGENT_STATE,
    }
)  # fmt: skip
"""The kinds that a report reads; of all others it knows nothing."""
_OPENING = frozenset(
    {
        Kind.CALL_ARRIVED, Kind.CALL_QUEUED, Kind.CALL_CONNECTED, Kind.OFFER_ENDED,
        Kind.CALL_ENDED,
    }
)  # fmt: skip


def folded(lines: Iterable[Journaled], since: float, until: float) -> Iterator[CallFacts]:
    """For lines that are there already."""
    fold = Fold(since, until)
    for line in lines:
        if not fold.needs(line.at):
            break
        yield from fold.take(line)
    yield from fold.rest()


def _tell(facts: CallFacts, line: Journaled) -> None:
    data, at = line.data, line.at
    match line.kind:
        case Kind.CALL_ARRIVED:
            _arrived(facts, line)
        case Kind.CALL_KNOWN:
            facts.previous = as_text(data.get("previous"))
        case Kind.CALL_HEARD:
            facts.heard_at, facts.ring_s = at, as_number(data.get("ring_s"))
        case Kind.CALL_QUEUED:
            since = as_number(data.get("since")) or at
            facts.queued_at = since if facts.queued_at is None else min(since, facts.queued_at)
            facts.queue = line.queue
        case Kind.OFFER_ENDED:
            facts.offers.append(Offer(line.agent_id, at, as_text(data.get("reason"))))
        case Kind.CALL_TRANSFERRED:
            facts.transferred_at = min(at, facts.transferred_at or at)
        case Kind.CALL_ENDED:
            _ended(facts, line)
        case _:
            _talked(facts, line)


def _arrived(facts: CallFacts, line: Journaled) -> None:
    facts.arrived_at, facts.dialled = line.at, as_text(line.data.get("dialled"))
    facts.is_placed = line.data.get("is_placed") is True
    facts.source = as_text(line.data.get("source"))


def _ended(facts: CallFacts, line: Journaled) -> None:
    data = line.data
    facts.ended_at = line.at
    facts.outcome, facts.phase = as_text(data.get("outcome")), as_text(data.get("phase"))
    facts.language, facts.topic = as_text(data.get("language")), as_text(data.get("topic"))
    facts.answered_at = as_number(data.get("answered_at"))


def _talked(facts: CallFacts, line: Journaled) -> None:
    talk = next((t for t in reversed(facts.talks) if t.agent == line.agent_id), None)
    if line.kind == Kind.CALL_CONNECTED:
        # Found once more after a restart, a talk that goes on is the same talk.
        if talk is None or talk.ended_at is not None:
            facts.talks.append(Talk(line.agent_id, line.at, facts.queue))
        return
    if talk is None:
        return
    match line.kind:
        case Kind.CALL_HELD if talk.held_at is None and talk.ended_at is None:
            talk.held_at = line.at
        case Kind.CALL_RESUMED:
            talk.resume(line.at)
        case Kind.CALL_TALK_ENDED if talk.ended_at is None:
            talk.resume(line.at)
            talk.ended_at = line.at
        case Kind.WRAP_UP_ENDED if talk.wrap_up_s is None:
            talk.wrap_up_s = as_number(line.data.get("lasted_s")) or 0.0


def as_text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def as_number(value: Json) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return cast(float, value) if is_number else None
