"""The entries of the dial list by their ids, each with its next moment.

Decides nothing about who is called: ``dial_list.py`` does, on top of this. A change of an entry
goes through ``_move`` or ``_save``, so that it is written down and no moment is forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ari_app.core import journal_lines as lines
from ari_app.core.commands import Command, Write
from ari_app.core.deadlines import Deadlines
from ari_app.core.journal_lines import Kind as Line
from ari_app.core.outbound.entry import Entry, EntryState, Signal
from ari_app.core.outbound.policy import OFF, DutyList, NoDuty, Policy
from ari_app.core.outbound.visits import Pacing
from ari_app.core.records import Json
from ari_app.core.seam import CallOver, CallPlaced, CallWithdrawn
from ari_app.core.values import AgentId, CallId

Out = list[Command | CallPlaced | CallWithdrawn]


class DialBook:
    """Every open entry."""

    def __init__(
        self,
        policy: Policy = OFF,
        entries: Iterable[Entry] | None = (),
        *,
        units: DutyList | None = None,
        supervisors: Iterable[AgentId] = (),
        is_paused: bool = False,
    ) -> None:
        """``entries`` are None while nobody knows what earlier runs planned: see ``take_up``."""
        self.policy = policy
        self.is_known = entries is not None
        self.entries: dict[str, Entry] = {}
        self._closed: set[str] = set()
        """Whose end the database may not hold yet when the list is read."""
        self._early: list[CallOver] = []
        """Of calls of entries that are not known yet."""
        self._units: DutyList = units or NoDuty()
        self._supervisors = tuple(supervisors)
        self._ends: Deadlines[str] = Deadlines()
        self._pacing = Pacing(policy.pace, is_paused=is_paused)
        self._is_seen = False
        self._keep(entries or ())

    def _keep(self, entries: Iterable[Entry]) -> None:
        """Found in the database; what was decided since is newer."""
        for entry in entries:
            if entry.is_final or entry.entry_id in self.entries or entry.entry_id in self._closed:
                continue
            self.entries[entry.entry_id] = entry
            if entry.kind == "visit" and entry.call:
                self._pacing.live.add(entry.entry_id)

    def rows(self) -> list[dict[str, Json]]:
        """Every open entry, by its place."""
        found = sorted(self.entries.values(), key=lambda e: (e.queued_at, e.created_at))
        return [entry.shown() for entry in found]

    @property
    def is_paused(self) -> bool:
        return self._pacing.is_paused

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many open entries by kind and state."""
        found: dict[tuple[str, str], int] = {}
        for entry in self.entries.values():
            key = (entry.kind, entry.state.value)
            found[key] = found.get(key, 0) + 1
        return found

    def _of_call(self, call: str) -> Entry | None:
        entry = self.entries.get(call.partition(".")[0])
        return entry if entry is not None and entry.call == call else None

    def _new_id(self, kind: str, now: float) -> str:
        """Never given twice: the millisecond, or the next one that is free."""
        number = int(now * 1000)
        while f"{kind}-{number}" in self.entries:
            number += 1
        return f"{kind}-{number}"

    def _add(self, entry: Entry, now: float) -> Out:
        data: dict[str, Json] = {"entry": entry.entry_id, "kind": entry.kind}
        data |= {"ticket_id": entry.ticket_id, "due_at": entry.due_at, "place": entry.queued_at}
        noted = lines.note(Line.DIAL_ADDED, now, call=entry.entry_id, queue=entry.queue, data=data)
        return [noted, *self._save(entry)]

    def _cancel(self, entry: Entry, reason: str, now: float) -> Out:
        if entry.state is EntryState.TALKING:
            return []
        out = self._move(replace(entry, reason=reason), Signal.CANCEL, now)
        return [*out, CallWithdrawn(CallId(entry.call))] if entry.call else out

    def _move(self, entry: Entry, signal: Signal, now: float, due_at: float | None = None) -> Out:
        moved = entry.moved(signal, due_at)
        if moved is None:
            return []
        if not moved.is_final:
            return self._save(moved)
        data: dict[str, Json] = {"entry": moved.entry_id, "state": moved.state.value}
        data |= {"reason": moved.reason, "attempts": len(moved.attempts), "kind": moved.kind}
        data |= {"ticket_id": moved.ticket_id, "score": moved.score}
        noted = lines.note(Line.DIAL_CLOSED, now, call=moved.entry_id, data=data)
        self.entries.pop(moved.entry_id, None)
        if not self.is_known:
            self._closed.add(moved.entry_id)
        self._pacing.live.discard(moved.entry_id)
        self._ends.set(moved.entry_id, None)
        return [Write(moved.record()), noted]

    def _save(self, entry: Entry) -> Out:
        self.entries[entry.entry_id] = entry
        self._ends.set(entry.entry_id, entry.due_at)
        if entry.kind == "visit":
            (self._pacing.live.add if entry.call else self._pacing.live.discard)(entry.entry_id)
        return [Write(entry.record())]
