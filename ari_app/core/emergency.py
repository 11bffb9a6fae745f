"""The emergency announcement: one switch for all trees, which switches itself off.

Decides that being on is a comparison with the clock's ``now``, so that nothing has to happen for it
to end. Must not know who may switch it, nor where it is kept.
"""

from dataclasses import dataclass
from typing import Final

from ivr.facts import EMERGENCY_PROMPT, FactValue

EMERGENCY: Final = "emergency"


@dataclass(frozen=True, slots=True)
class Emergency:
    """``prompt`` is said before the first words of every call until ``until``, epoch seconds."""

    prompt: str
    until: float
    since: float
    by: str

    def is_on(self, now: float) -> bool:
        return now < self.until


def emergency_fact(emergency: Emergency | None, name: str, now: float) -> FactValue | None:
    """What a tree is told of it; None for a fact that is not about it, or that is unknown."""
    is_on = emergency is not None and emergency.is_on(now)
    if name == EMERGENCY:
        return is_on
    if name == EMERGENCY_PROMPT and emergency is not None and is_on:
        return emergency.prompt
    return None
