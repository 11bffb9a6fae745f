"""Whether a callback was ever offered before a caller who had an earlier place: from the journal.

Pure: lines in the order of their time in, each overtaking out. A caller counts as overtaken who
waited in the same queue with an earlier place, and wanted no more than the callback did: whoever
was reserved for the callback could have served them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ari_app.core.values import is_placed

STILL_WAITS = frozenset({"no_answer", "declined", "phone_busy", "phone_unreachable", "not_rung"})
"""Ends of an offer after which the caller is in the line again."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One caller in the line; ``since`` is the place, less is earlier. ``is_ahead``: moved forward
    by more than the priority."""

    call: str
    queue: str
    since: float
    needs: Mapping[str, int]
    priority: int
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Overtaking:
    at: float
    callback: Waits
    caller: Waits


@dataclass(frozen=True, slots=True)
class Audit:
    """``offers`` of callbacks were looked at."""

    offers: int
    overtakings: tuple[Overtaking, ...]


def audit(lines: Iterable[Mapping[str, Any]]) -> Audit:
    waiting: dict[str, Waits] = {}
    away: dict[str, Waits] = {}
    found: list[Overtaking] = []
    offers = 0
    for line in lines:
        call = str(line["call_id"])
        match line["kind"]:
            case "call.queued" if call not in away:
                waiting[call] = _waits(line)
            case "call.offered" if call in waiting:
                mine = away[call] = waiting.pop(call)
                if is_placed(call):
                    offers += 1
                    found += [Overtaking(line["at"], mine, one) for one in _before(mine, waiting)]
            case "offer.ended" if call in away:
                one = away.pop(call)
                if line["data"].get("reason") in STILL_WAITS:
                    waiting[call] = one
            case "call.connected" | "call.ended":
                waiting.pop(call, None)
                away.pop(call, None)
    return Audit(offers, tuple(found))


def _before(mine: Waits, waiting: Mapping[str, Waits]) -> list[Waits]:
    if mine.is_ahead:
        return []
    return [
        one
        for one in waiting.values()
        if not is_placed(one.call)
        and one.queue == mine.queue
        and one.since < mine.since
        and one.priority >= mine.priority
        and all(mine.needs.get(skill, 0) >= level for skill, level in one.needs.items())
    ]


def _waits(line: Mapping[str, Any]) -> Waits:
    data = line["data"]
    needs = {str(skill): int(level) for skill, level in data.get("needs") or []}
    priority = int(data.get("priority") or 0)
    return Waits(
        str(line["call_id"]),
        str(line["queue"]),
        float(data["since"]),
        needs,
        priority,
        data.get("is_ahead") is True,
    )
