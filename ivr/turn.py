"""How a node answers an event: stay, or go somewhere; and what to do meanwhile.

Decides the contract between a node type and the interpreter. Must not know any node type.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ivr.actions import Action, Prompt, Say
from ivr.state import State

if TYPE_CHECKING:
    from ivr.fields import PromptRef

# An end of playback that is never reported must not hold a caller for ever.
PROMPT_LIMIT_S: Final = 120.0

LAST_RESORT: Final = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """``goto`` is None to stay, a node's name to go on, LAST_RESORT for the flow's own."""

    state: State
    actions: tuple[Action, ...] = ()
    goto: str | None = None


def stay(state: State, *actions: Action) -> Turn:
    return Turn(state, actions)


def go(state: State, to: str | None, *actions: Action) -> Turn:
    """Leave the node; a place that the tree leaves open is the flow's last resort."""
    return Turn(state, actions, to or LAST_RESORT)


def speak(state: State, prompts: "Iterable[PromptRef]", now: float) -> tuple[State, Say]:
    """Start saying prompts: the new state, and the action to emit."""
    said = tuple(Prompt(prompt.id, prompt.language or state.language) for prompt in prompts)
    return replace(state, phase="speaking", deadline=now + PROMPT_LIMIT_S), Say(said)
