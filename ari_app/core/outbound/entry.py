"""An entry of the dial list: somebody to be called, every attempt, and where it stands.

One table says how an entry may move. Frozen data that can be saved; knows no policy and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Literal, cast

from ari_app.core.records import Json, SaveDial
from ari_app.core.values import CallId

Kind = Literal["callback", "missed", "duty", "visit"]
Result = Literal[
    "answered", "busy", "no_answer", "failed", "no_agent", "hung_up", "no_key", "withdrawn",
    "interrupted",
]  # fmt: skip


class EntryState(StrEnum):
    """``waiting``: for its time. ``due``: in the line, or for a free place among the visits."""

    WAITING = "waiting"
    DUE = "due"
    DIALLING = "dialling"
    TALKING = "talking"
    DONE = "done"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"


class Signal(StrEnum):
    TIME_CAME = "time_came"
    DIAL = "dial"
    ANSWER = "answer"
    TRY_AGAIN = "try_again"
    SUCCEED = "succeed"
    GIVE_UP = "give_up"
    CANCEL = "cancel"


S, G = EntryState, Signal
_ENDS = {G.TRY_AGAIN: S.WAITING, G.SUCCEED: S.DONE, G.GIVE_UP: S.GIVEN_UP}
TRANSITIONS: Mapping[EntryState, Mapping[Signal, EntryState]] = {
    S.WAITING: {G.TIME_CAME: S.DUE, G.CANCEL: S.CANCELLED, G.GIVE_UP: S.GIVEN_UP},
    S.DUE: {G.DIAL: S.DIALLING, G.ANSWER: S.TALKING, G.CANCEL: S.CANCELLED, **_ENDS},
    S.DIALLING: {G.ANSWER: S.TALKING, G.CANCEL: S.CANCELLED, **_ENDS},
    S.TALKING: _ENDS,
    S.DONE: {},
    S.GIVEN_UP: {},
    S.CANCELLED: {},
}
FINAL = frozenset({S.DONE, S.GIVEN_UP, S.CANCELLED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of an entry; ``at`` and ``ended_at`` are epoch seconds."""

    call: str
    number: str
    at: float
    ended_at: float | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Instants are epoch seconds. ``due_at`` is when it is looked at next.

    Of callbacks: ``queued_at`` is the place, ``of_call`` the call in which it was promised or
    missed, ``urgency`` what moves it forward. Of duty calls: ``unit``, ``urgency``, and which
    phone of the unit in which round.
    ``tries`` are the attempts that count; ``call`` is the live one.
    """

    entry_id: str
    kind: Kind
    ticket_id: str
    number: str
    created_at: float
    due_at: float | None
    state: EntryState = EntryState.WAITING
    language: str = ""
    dialled: str = ""
    queue: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    queued_at: float = 0.0
    of_call: str = ""
    name: str = ""
    is_urgent: bool = False
    unit: str = ""
    urgency: str = ""
    phone: int = 0
    round: int = 0
    busy: int = 0
    tries: int = 0
    call: str = ""
    score: str = ""
    reason: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    def moved(self, signal: Signal, due_at: float | None = None) -> "Entry | None":
        """The entry after the signal; None when the table does not allow it now."""
        target = TRANSITIONS[self.state].get(signal)
        return None if target is None else replace(self, state=target, due_at=due_at)

    def begun(self, now: float, number: str) -> "Entry":
        """With a further attempt, whose call's id holds exactly one full stop."""
        call = CallId(f"{self.entry_id}.{len(self.attempts) + 1}")
        return replace(self, call=call, attempts=(*self.attempts, Attempt(call, number, now)))

    def ended(self, result: str, now: float, *, counts: bool) -> "Entry":
        """The live attempt is over."""
        *earlier, last = self.attempts
        over = replace(last, ended_at=now, result=result)
        tries = self.tries + counts
        return replace(self, call="", attempts=(*earlier, over), tries=tries)

    def record(self) -> SaveDial:
        return SaveDial(
            self.entry_id, self.kind, self.ticket_id, self.state.value, self.due_at, self.shown()
        )

    def shown(self) -> dict[str, Json]:
        """All of it, as it is saved and as the API shows it."""
        found: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        found["state"] = self.state.value
        found["needs"] = [[skill, level] for skill, level in self.needs]
        found["attempts"] = [
            {one.name: getattr(attempt, one.name) for one in fields(attempt)}
            for attempt in self.attempts
        ]
        return cast(dict[str, Json], found)


def restored(saved: Mapping[str, Any]) -> Entry:
    """The entry that ``shown`` was made of. Raises KeyError, TypeError or ValueError else."""
    known = {one.name for one in fields(Entry)}
    values = {name: value for name, value in saved.items() if name in known}
    values["state"] = EntryState(values["state"])
    values["needs"] = tuple((str(skill), int(level)) for skill, level in values["needs"])
    values["attempts"] = tuple(Attempt(**one) for one in values["attempts"])
    return Entry(**values)
