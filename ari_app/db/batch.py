"""What a batch of records comes to: later states of the same thing swallow earlier ones.

Pure. A wave holds, for each call, records in the order open, save, close, amend; a call whose
records come in another order gets a further wave, so that nothing overtakes within a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ari_app.core.records import (
    Audited,
    CloseCall,
    Journaled,
    OpenCall,
    Record,
    SaveAgent,
    SaveCall,
    SaveDial,
    SaveOrder,
    SaveTicket,
)

_RANK: dict[type, int] = {OpenCall: 0, SaveCall: 1, CloseCall: 2, SaveTicket: 3}


@dataclass(slots=True)
class Wave:
    """Records that can be written kind by kind. Each map is by call id."""

    opened: dict[str, OpenCall] = field(default_factory=dict)
    saved: dict[str, SaveCall] = field(default_factory=dict)
    closed: dict[str, CloseCall] = field(default_factory=dict)
    amended: dict[str, dict[str, Any]] = field(default_factory=dict)
    rank: dict[str, int] = field(default_factory=dict)

    def add(self, record: OpenCall | SaveCall | CloseCall | SaveTicket) -> None:
        call = record.call_id
        match record:
            case OpenCall():
                self.opened.setdefault(call, record)
            case SaveCall():
                before = self.saved.get(call)
                if before is not None and before.ticket:
                    fields = {**before.ticket, **record.ticket}
                    record = SaveCall(call, record.phase, record.snapshot, fields)
                self.saved[call] = record
            case CloseCall():
                self.closed.setdefault(call, record)
            case SaveTicket():
                self.amended.setdefault(call, {}).update(record.ticket)


@dataclass(slots=True)
class Gathered:
    """The waves to write in turn; what is beside calls, each thing as it stands at the end."""

    waves: list[Wave] = field(default_factory=lambda: [Wave()])
    agents: dict[str, SaveAgent] = field(default_factory=dict)
    dials: dict[str, SaveDial] = field(default_factory=dict)
    orders: dict[str, SaveOrder] = field(default_factory=dict)
    journaled: dict[str, Journaled] = field(default_factory=dict)
    audited: dict[str, Audited] = field(default_factory=dict)


def gather(records: Iterable[Record]) -> Gathered:
    found = Gathered()
    latest: dict[str, int] = {}  # per call: the wave its last record went to
    for record in records:
        match record:
            case SaveAgent():
                found.agents[record.agent_id] = record
            case SaveDial():
                found.dials[record.entry_id] = record
            case SaveOrder():
                found.orders[record.key] = record
            case Journaled():
                found.journaled.setdefault(record.key, record)
            case Audited():
                found.audited.setdefault(record.key, record)
            case _:
                _add(found.waves, latest, record)
    return found


def _add(
    waves: list[Wave],
    latest: dict[str, int],
    record: OpenCall | SaveCall | CloseCall | SaveTicket,
) -> None:
    rank, index = _RANK[type(record)], latest.get(record.call_id, 0)
    if waves[index].rank.get(record.call_id, 0) > rank:
        index += 1
        if index == len(waves):
            waves.append(Wave())
    latest[record.call_id] = index
    waves[index].rank[record.call_id] = rank
    waves[index].add(record)
