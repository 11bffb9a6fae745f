"""A day's calls from four sides, event log, journal, calls, tickets; and its figures twice.

Decides what must agree and names what does not. Reads nothing itself.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ari_app.core.records import Json
from ari_app.reports.facts import CallFacts
from ari_app.reports.figures import is_inbound
from ari_app.reports.period import Period

ASA_SLACK_S: Final = 0.05
"""Tickets keep waits to the millisecond, the journal instants: the means may differ by rounding."""
EDGE_S: Final = 1.0
"""Asterisk's log knows a call a moment before the journal does: which may be on the next day."""
NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call's row with its ticket's times. ``is_placed``: we called, not the citizen."""

    call_id: str
    outcome: str | None
    is_placed: bool
    has_ticket: bool
    answered_at: float | None
    wait_s: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """``missing`` are on the left only, ``extra`` on the right only."""

    what: str
    left: float
    right: float
    missing: Sequence[str] = ()
    extra: Sequence[str] = ()

    @property
    def agrees(self) -> bool:
        return not self.missing and not self.extra and abs(self.left - self.right) <= ASA_SLACK_S


@dataclass(slots=True)
class DayAudit:
    compared: list[Compared] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return all(one.agrees for one in self.compared)

    def ids(self, what: str, left: Collection[str], right: Collection[str]) -> None:
        missing, extra = sorted(set(left) - set(right)), sorted(set(right) - set(left))
        self.compared.append(Compared(what, len(left), len(right), missing, extra))

    def as_json(self) -> dict[str, Json]:
        rows: list[Json] = [
            {"what": one.what, "one": one.left, "other": one.right, "agrees": one.agrees,
             "only_in_one": [*one.missing], "only_in_other": [*one.extra]}
            for one in self.compared
        ]  # fmt: skip
        return {"agrees": self.agrees, "compared": rows, "remarks": [*self.remarks]}


def audit(
    facts: Sequence[CallFacts],
    rows: Sequence[CallRow],
    logged: Mapping[str, float],
    log_since: float,
    period: Period,
) -> DayAudit:
    """``facts`` are the journal's calls of the period, ``rows`` the database's; ``logged`` are all
    ended calls of the event log with their arrival, which begins at ``log_since``."""
    found = DayAudit()
    inbound = {call.call_id: call for call in facts if is_inbound(call)}
    kept = {row.call_id: row for row in rows if not row.is_placed}
    found.ids("journal = calls", inbound, kept)
    found.ids("calls = tickets", kept, [row.call_id for row in kept.values() if row.has_ticket])
    ended = {c for c, call in inbound.items() if call.ended_at is not None}
    found.ids("ended: journal = calls", ended, [c for c, row in kept.items() if row.outcome])
    _against_log(found, inbound, ended, logged, log_since, period)
    _figures(found, inbound, kept)
    return found


def _against_log(
    found: DayAudit,
    inbound: Mapping[str, CallFacts],
    ended: Collection[str],
    logged: Mapping[str, float],
    log_since: float,
    period: Period,
) -> None:
    """Only calls that the log can know: those that ended, and came after its beginning.

    The period says what may be lost: a journal that lost its last hour does not know that hour.
    """
    early = [c for c in ended if (inbound[c].arrived_at or 0.0) < log_since]
    if early:
        found.remarks.append(
            f"{len(early)} calls came before the event log's first line: not compared with it"
        )
    known = set(ended) - set(early)
    seen = [c for c in logged if c in inbound] if known else []
    first, last = period.since + EDGE_S, period.until - EDGE_S
    lost = [c for c, at in logged.items() if first <= at < last and c not in inbound]
    found.ids("event log = journal", [*[c for c in seen if c in known], *lost], known)


def _figures(
    found: DayAudit, inbound: Mapping[str, CallFacts], kept: Mapping[str, CallRow]
) -> None:
    ours = Counter(call.outcome for call in inbound.values() if call.outcome)
    theirs = Counter(row.outcome for row in kept.values() if row.outcome)
    for outcome in sorted({*ours, *theirs}):
        found.compared.append(Compared(f"outcome {outcome}", ours[outcome], theirs[outcome]))
    talked = {c for c, call in inbound.items() if _agent_at(call) is not None}
    answered = {c for c, row in kept.items() if row.answered_at is not None}
    found.ids("answered by an agent: journal = tickets", talked, answered)
    both = sorted(talked & answered)
    waits = [_wait_s(inbound[c]) for c in both]
    written = [kept[c].wait_s or 0.0 for c in both]
    mean = (sum(waits) / len(both), sum(written) / len(both)) if both else (0.0, 0.0)
    name = "their mean wait in s: journal = tickets"
    found.compared.append(Compared(name, round(mean[0], 3), round(mean[1], 3)))


def _agent_at(call: CallFacts) -> float | None:
    if call.talks:
        return min(talk.began_at for talk in call.talks)
    return call.answered_at if call.outcome == "answered_fallback" else None


def _wait_s(call: CallFacts) -> float:
    since = call.arrived_at if call.queued_at is None else call.queued_at
    return (_agent_at(call) or 0.0) - (since or 0.0)
