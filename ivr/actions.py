"""What a tree wants done: the closed vocabulary that comes out of ``step``.

Decides names only. Must not know how any of it is done.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
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
    in the old queue during a ``Say``: only the next ``ToQueue`` replaces the place.
    """

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


Action = Say | StopSay | ToQueue | SetLanguage | SetField | HangUp
