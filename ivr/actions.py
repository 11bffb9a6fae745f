"""What a tree wants done: the closed vocabulary that comes out of ``step``.

Decides names only. Must not know how any of it is done.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Prompt(NamedTuple):
    """One recording, in the language in which it is to be heard."""

    id: str
    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """Play these one after another; answer with PromptEnded or PromptFailed, once for all."""

    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class StopSay:
    """Fall silent now; the stopped ``Say`` is not reported any more."""


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Put the caller in a queue, for an agent with these skills at these levels or better.

    A higher priority is served earlier. A caller already waiting keeps the time waited, and stays
    in the old queue during a ``Say``: only the next ``ToQueue`` replaces the place, and only
    ``Transfer``, ``TakeMessage``, ``PromiseCallback`` and ``HangUp`` give it up.

    ``join`` names an outside number to be called into the talk as soon as the agent is there
    (three-way); if it is busy or silent the caller stays with the agent.
    """

    queue: str
    needs: tuple[tuple[str, int], ...]
    priority: int
    join: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Call an outside number of numbers.yaml and connect the caller to it.

    Answer with TransferFailed, or with TransferEnded when the other side hung up after a talk.
    """

    to: str
    ring_s: float


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Beep, and record the caller; answer with MessageTaken or MessageFailed.

    The message ends after ``max_s``, after ``silence_s`` of silence, or with ``end_key``.
    """

    max_s: float
    silence_s: float
    end_key: str


@dataclass(frozen=True, slots=True)
class PromiseCallback:
    """Write down that this number is called back for this queue, with the place waited for."""

    number: str
    queue: str
    needs: tuple[tuple[str, int], ...]
    priority: int


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """From here on the caller is spoken to in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class SetField:
    """Write a value into a field of the ticket."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    reason: str


Action = (
    Say
    | StopSay
    | ToQueue
    | Transfer
    | TakeMessage
    | PromiseCallback
    | SetLanguage
    | SetField
    | HangUp
)
