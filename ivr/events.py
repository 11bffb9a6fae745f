"""What can happen to a caller inside a tree: the closed vocabulary that goes into ``step``.

Decides names only. Must not know how Asterisk reports any of it.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entered:
    """The call begins, or is taken up again after a restart: the current node starts over."""


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed one key of the telephone."""

    digit: str


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The last prompt of the newest ``Say`` was played to its end.

    The end of a prompt that was stopped or replaced must not be reported.
    """


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """The newest ``Say`` could not be played, or its end is overdue."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """``now`` may have reached the state's deadline; too early is harmless."""


@dataclass(frozen=True, slots=True)
class QueueFailed:
    """The queue asked for did not take the caller (unknown, full, closed)."""

    reason: str


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """The number asked for was not reached; the caller is still there."""

    reason: Literal["busy", "no_answer", "failed"]


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The other side of a transfer hung up after talking; the caller is still there."""


@dataclass(frozen=True, slots=True)
class MessageTaken:
    """The caller's message is recorded, ``seconds`` long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class MessageFailed:
    """Nothing was recorded."""

    reason: str


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The agent hung up after a talk; the caller is still there."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller hung up."""


Event = (
    Entered
    | Key
    | PromptEnded
    | PromptFailed
    | TimedOut
    | QueueFailed
    | TransferFailed
    | TransferEnded
    | MessageTaken
    | MessageFailed
    | TalkEnded
    | CallerLeft
)
