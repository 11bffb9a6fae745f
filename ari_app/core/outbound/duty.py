"""Which of a unit's duty phones rings next, and when.

Rings them in turn: again where it is busy, the next where nobody answers or acknowledges; after the
last one a new round. Decides no call: the dial list places it.
"""

from dataclasses import replace

from ari_app.core.outbound.entry import Entry
from ari_app.core.outbound.policy import DutyTries

ACKNOWLEDGED = "acknowledged"
"""The node of the tree to which the acknowledging key leads."""


def after(entry: Entry, result: str, phones: int, tries: DutyTries, now: float) -> Entry:
    """The entry with the phone that rings next, and ``due_at`` when."""
    if result == "busy" and entry.busy + 1 < tries.busy_tries:
        return replace(entry, busy=entry.busy + 1, due_at=now + tries.busy_again_s)
    if entry.phone + 1 < phones:
        return replace(entry, phone=entry.phone + 1, busy=0, due_at=now + tries.next_s)
    return replace(entry, phone=0, busy=0, round=entry.round + 1, due_at=now + tries.round_s)


def is_over(entry: Entry, tries: DutyTries) -> bool:
    return entry.round >= tries.max_rounds


def escalates(before: Entry, entry: Entry, tries: DutyTries) -> bool:
    """A round has ended without anybody: from this one on the supervisors are told each time."""
    return entry.round > before.round and entry.round >= tries.escalate_after_rounds
