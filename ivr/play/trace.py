"""What happened in one simulated call: an exact log, and the questions one asks of it.

Decides what counts as entered, heard and reached. Must not know how the call was played. The log
is all that is kept while a call runs; everything else is worked out when it is asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ivr.actions import Action, Prompt, Say, StopSay, ToQueue, Transfer
from ivr.events import Event, PromptEnded, PromptFailed
from ivr.state import State

PromptSeconds = Callable[[Prompt], float]
End = Literal["queued", "connected", "transferred", "finished", "hung_up", "endless"]
"""``queued``: still waiting when the script was over; ``endless``: the tree let nobody go."""


class Went(NamedTuple):
    """The caller came from one node through others; ``cause`` moved them to the first."""

    origin: str
    nodes: tuple[str, ...]
    cause: Event


class Answered(NamedTuple):
    """An agent, or the other side of a transfer, is connected with the caller."""

    by: str


class Over(NamedTuple):
    """Nothing more can happen."""

    end: End


Thing = Event | Action | Went | Answered | Over


class Entry(NamedTuple):
    """One line of the log; ``node`` is where the caller stood afterwards."""

    at: float
    node: str
    thing: Thing


class Heard(NamedTuple):
    """One prompt, from when, and how many of its seconds."""

    at: float
    node: str
    prompt: Prompt
    heard_s: float
    full_s: float


@dataclass(frozen=True, slots=True)
class Trace:
    """One call. Instants are seconds since it began.

    ``nodes`` are all that were entered, in order; ``keys`` all that were pressed, those that meant
    nothing too. ``queue`` and ``transfer`` are the last that were asked for. ``queued_at`` is when
    a person was first asked for, ``answered_at`` when one was first there.
    """

    log: tuple[Entry, ...]
    end: End
    ended_at: float
    state: State
    lengths: PromptSeconds
    nodes: tuple[str, ...]
    keys: str
    queue: ToQueue | None
    transfer: Transfer | None
    queued_at: float | None
    answered_at: float | None

    @property
    def actions(self) -> tuple[tuple[float, Action], ...]:
        return tuple([(e.at, e.thing) for e in self.log if isinstance(e.thing, _ACTIONS)])

    @property
    def person_s(self) -> float | None:
        """Seconds until a person was there, or was asked for if the script brought none."""
        return self.queued_at if self.answered_at is None else self.answered_at

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Every prompt of which at least the beginning was heard."""
        return tuple(self._heard())

    def _heard(self) -> Iterator[Heard]:
        saying: Entry | None = None
        for entry in self.log:
            if saying is not None and isinstance(entry.thing, SILENCING):
                yield from _spoken(saying, entry.at, self.lengths)
                saying = None
            if isinstance(entry.thing, Say):
                saying = entry
        if saying is not None:
            yield from _spoken(saying, self.ended_at, self.lengths)


_ACTIONS = Action.__args__
SILENCING = (Say, StopSay, PromptEnded, PromptFailed, Answered, Over)


def _spoken(saying: Entry, until: float, lengths: PromptSeconds) -> Iterator[Heard]:
    assert isinstance(saying.thing, Say)
    at = saying.at
    for prompt in saying.thing.prompts:
        full_s = lengths(prompt)
        if at >= until:
            return
        yield Heard(at, saying.node, prompt, min(full_s, until - at), full_s)
        at += full_s
