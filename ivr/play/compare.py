"""A day's calls in two versions of the trees: who ends elsewhere, who waits longer.

Decides what the same end is, and how the differences are grouped. Must not know how calls are
replayed or shown.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ivr.actions import HangUp, PromiseCallback, ToQueue, Transfer
from ivr.events import MessageTaken
from ivr.link import Trees
from ivr.play.journal import Record
from ivr.play.masking import LONG_ROW
from ivr.play.replay import Replayed, replay, replay_like
from ivr.play.telling import queue_words
from ivr.play.trace import Answered, PromptSeconds, Trace

EXAMPLES: Final = 5
NOTICED_S: Final = 0.5
"""A shorter difference is no difference."""


@dataclass(frozen=True, slots=True)
class Change:
    """One call that goes differently; ``grows_s`` is None where it reaches a person only once."""

    call: str
    keys: str
    before: str
    after: str
    grows_s: float | None = None

    @property
    def moved(self) -> bool:
        return self.before != self.after


@dataclass(slots=True)
class Comparison:
    """Filled call by call. Durations are seconds before a person."""

    calls: int = 0
    changes: list[Change] = field(default_factory=list)
    unlike_record: list[str] = field(default_factory=list)
    """Calls that the tree of the time sends elsewhere than the journal says."""
    missing: Counter[str] = field(default_factory=Counter)
    """Facts that the proposed tree asks and the journal does not have, with how many calls."""

    def moved(self) -> list[Change]:
        return [change for change in self.changes if change.moved]

    def slower(self, than_s: float) -> list[Change]:
        """Calls whose time before a person grows by more than this."""
        return [one for one in self.changes if one.grows_s is not None and one.grows_s > than_s]


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that have something in common."""

    name: str
    calls: int
    examples: tuple[str, ...]
    mean_s: float = 0.0
    max_s: float = 0.0


def key_row(keys: str) -> str:
    """``3-1``; ``none`` for a caller who pressed nothing. Numbers that were typed are not told."""
    rows = re.findall(rf"[0-9]{{{LONG_ROW},}}|.", keys)
    return "-".join(row if len(row) == 1 else f"{len(row)} digits" for row in rows) or "none"


def destination(trace: Trace) -> str:
    """Where a call ended, as far as it matters to the caller: the first person, or what else."""
    asked = _asked_of_the_first_person(trace)
    if isinstance(asked, ToQueue):
        waits = trace.end == "hung_up" and trace.answered_at is None
        return f"left waiting: {queue_words(asked)}" if waits else queue_words(asked)
    if isinstance(asked, Transfer):
        return f"transfer to {asked.to}"
    if trace.end == "hung_up":
        return "left before a person was asked for"
    return f"finished: {_finish(trace)}" if trace.end == "finished" else trace.end


def _asked_of_the_first_person(trace: Trace) -> ToQueue | Transfer | None:
    """What led to the person who answered, or is still waited for."""
    asked: ToQueue | Transfer | None = None
    for entry in trace.log:
        if isinstance(entry.thing, Answered):
            return asked
        if isinstance(entry.thing, ToQueue | Transfer):
            asked = entry.thing
    return None if trace.end == "finished" else asked


def _finish(trace: Trace) -> str:
    for _, action in reversed(trace.actions):
        if isinstance(action, PromiseCallback):
            return f"callback for {action.queue}"
    if any(isinstance(entry.thing, MessageTaken) for entry in trace.log):
        return "message"
    reasons = [action.reason for _, action in trace.actions if isinstance(action, HangUp)]
    return f"hung up, {reasons[-1]}" if reasons else "hung up"


def compare(
    records: Iterable[Record],
    before: Trees,
    after: Trees,
    before_s: PromptSeconds,
    after_s: PromptSeconds,
) -> Comparison:
    """Every call in both versions; each version with the lengths of its own prompts."""
    result = Comparison()
    for record in records:
        first = replay(record, before.for_dialled(record.dialled), before_s)
        second = replay_like(first, record, after.for_dialled(record.dialled), after_s)
        _add(result, record, first, second)
    return result


def _add(result: Comparison, record: Record, first: Replayed, second: Replayed) -> None:
    result.calls += 1
    if not is_like_record(record, first.trace):
        result.unlike_record.append(record.call)
    for name in second.missing:
        result.missing[name] += 1
    old, new = destination(first.trace), destination(second.trace)
    was, is_ = first.trace.person_s, second.trace.person_s
    grows_s = None if was is None or is_ is None else is_ - was
    if old != new or (grows_s is not None and abs(grows_s) > NOTICED_S):
        keys = key_row("".join(digit for _, digit in first.plan.keys))
        result.changes.append(Change(record.call, keys, old, new, grows_s))


def is_like_record(record: Record, trace: Trace) -> bool:
    """Whether the replay asked for the queue that the journal names."""
    return not record.queue or (trace.queue is not None and trace.queue.queue == record.queue)


def by_keys(changes: Iterable[Change]) -> list[Group]:
    return _grouped((change.keys, change) for change in changes)


def by_way(changes: Iterable[Change]) -> list[Group]:
    return _grouped((f"{change.before} -> {change.after}", change) for change in changes)


def _grouped(named: Iterable[tuple[str, Change]]) -> list[Group]:
    """The largest group first."""
    groups: defaultdict[str, list[Change]] = defaultdict(list)
    for name, change in named:
        groups[name].append(change)
    return sorted(_groups(groups.items()), key=lambda group: (-group.calls, group.name))


def _groups(items: Iterable[tuple[str, list[Change]]]) -> Iterator[Group]:
    for name, some in items:
        grown = [change.grows_s for change in some if change.grows_s is not None]
        yield Group(
            name,
            len(some),
            tuple(change.call for change in some[:EXAMPLES]),
            sum(grown) / len(grown) if grown else 0.0,
            max(grown, default=0.0),
        )
