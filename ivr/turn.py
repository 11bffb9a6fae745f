"""How a node answers an event: stay, or go somewhere; and what to do meanwhile.

Decides the contract between a node type and the interpreter. Must not know any node type. Tuples,
because each step makes some.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.actions import Action, HangUp, Prompt, Say
from ivr.facts import Facts, FactValue
from ivr.state import State, field_of

if TYPE_CHECKING:
    from ivr.fields import PromptRef

# An end of playback that is never reported must not hold a caller for ever. Longer than anything
# that is said: whoever plays it knows its length and reports a late end much earlier.
PROMPT_LIMIT_S: Final = 900.0

LAST_RESORT: Final = ""
FIELD: Final = "field."


class Moment(NamedTuple):
    """What surrounds an event: the time, the world, and what the dialled number is greeted with."""

    now: float
    facts: Facts
    greeting: "tuple[PromptRef, ...] | None" = None

    def fact(self, state: State, name: str) -> FactValue | None:
        """What the world knows, or the caller's own state; None when nobody does."""
        if name == "language":
            return state.language
        if name.startswith(FIELD):
            return field_of(state, name.removeprefix(FIELD))
        return self.facts.value(name)


class Turn(NamedTuple):
    """``goto`` is None to stay, a node's name to go on, LAST_RESORT for the flow's own."""

    state: State
    actions: tuple[Action, ...] = ()
    goto: str | None = None


def stay(state: State, *actions: Action) -> Turn:
    return Turn(state, actions)


def go(state: State, to: str | None, *actions: Action) -> Turn:
    """Leave the node; a place that the tree leaves open is the flow's last resort."""
    return Turn(state, actions, to or LAST_RESORT)


def end(state: State, reason: str, *actions: Action) -> Turn:
    """End the call."""
    return stay(state._replace(phase="ended", deadline=None), *actions, HangUp(reason))


def words(state: State, prompts: "Iterable[PromptRef]", at: Moment) -> Say | None:
    """The action that says these prompts now; None if there is nothing to say."""
    said: list[Prompt] = []
    for prompt in prompts:
        said += prompt.chosen(state, at.facts)
    return Say(tuple(said)) if said else None


def speak(state: State, prompts: "Iterable[PromptRef]", at: Moment) -> tuple[State, Say]:
    """Start saying prompts, of which one at least is always said: the new state, the action."""
    said = words(state, prompts, at) or Say(())
    return state._replace(phase="speaking", deadline=at.now + PROMPT_LIMIT_S), said
