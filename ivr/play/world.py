"""What a simulated call's world does: queues, outside numbers, messages, prompts that fail.

Decides the words of a plan only. Must not know when a plan is used.
"""

from dataclasses import dataclass, field
from typing import Literal

TransferResult = Literal["answered", "busy", "no_answer", "failed"]


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """What queues do with the caller: nothing, unless one of the first two is given.

    ``answers_after_s`` counts from the first queue the caller waited in, as a place is kept. With
    ``talk_s`` the agent hangs up first after so long; ``only`` names the one queue that is meant.
    """

    answers_after_s: float | None = None
    fails: str = ""
    talk_s: float | None = None
    only: str = ""

    def concerns(self, queue: str) -> bool:
        return not self.only or self.only == queue


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """How an outside number answers; with ``talk_s`` the other side hangs up first."""

    result: TransferResult = "answered"
    after_s: float | None = None
    talk_s: float | None = None


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """How long the caller speaks, or why nothing is recorded."""

    seconds: float = 10.0
    fails: str = ""


@dataclass(slots=True)
class World:
    """What is outside the tree, from now on.

    ``transfers`` are used one after another, the last for all that follow; ``mute`` names prompts
    that cannot be played.
    """

    queue: QueuePlan = QueuePlan()
    transfers: tuple[TransferPlan, ...] = (TransferPlan(),)
    message: MessagePlan = MessagePlan()
    mute: frozenset[str] = field(default=frozenset())
    next_prompt_fails: bool = False
