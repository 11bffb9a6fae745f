"""menu: speak, and go where the pressed key says. A key works from the first word on.

Only the first valid key counts, because it leaves the node. Wrong keys pressed while the answer to
a wrong key is spoken belong to the same mistake (or flood) and are not counted again.
"""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from ivr.actions import Action, StopSay
from ivr.events import Entered, Event, Key, PromptEnded, PromptFailed, TimedOut
from ivr.fields import (
    REPEAT,
    BaseNode,
    Digit,
    Prompts,
    Seconds,
    SomePrompts,
    Strict,
    Target,
)
from ivr.state import State, press
from ivr.turn import LAST_RESORT, Turn, go, speak, stay

TELEPHONE_KEYS = frozenset("0123456789*#ABCD")


class Again(Strict):
    """What follows a missing or wrong key."""

    say: Prompts = Field(
        default=(), description="Said before the menu is offered again. Empty: go to next at once."
    )
    next: Target | None = Field(
        default=None, description="Where to go when all tries are used. Default: the last resort."
    )


class MenuNode(BaseNode):
    """Speak, and go where the pressed key says."""

    type: Literal["menu"]
    intro: Prompts = Field(default=(), description="Said once, before the menu is offered first.")
    prompts: SomePrompts = Field(description="The menu's lines, said each time.")
    keys: Annotated[dict[Digit, Target], Field(min_length=1)] = Field(
        description='For each key the node to go to, or "repeat".'
    )
    first_key_s: Seconds = Field(
        default=5.0, description="Silence after the last word before no_key."
    )
    tries: Annotated[int, Field(strict=True, ge=1, le=9)] = Field(
        default=3, description="How many times the menu is offered in all."
    )
    on_no_key: Again = Field(default=Again(), description="Nothing was pressed.")
    on_wrong_key: Again = Field(
        default=Again(), description="A key was pressed that is not in keys."
    )
    on_failure: Target | None = Field(
        default=None, description="Where to go if it cannot be played. Default: the last resort."
    )

    def step(self, state: State, event: Event, now: float) -> Turn | None:
        match event:
            case Entered():
                intro = self.intro if state.tries == 0 else ()
                return stay(*speak(state, (*intro, *self.prompts), now))
            case Key(digit) if state.phase in ("speaking", "again", "waiting"):
                return self._key(state, digit, now)
            case PromptEnded() if state.phase in ("speaking", "again"):
                return stay(replace(state, phase="waiting", deadline=now + self.first_key_s))
            case PromptFailed() if state.phase in ("speaking", "again"):
                return go(state, self.on_failure)
            case TimedOut() if state.phase == "waiting":
                return self._missed(state, self.on_no_key, now)
            case TimedOut() if state.phase in ("speaking", "again"):
                return go(state, self.on_failure, StopSay())
        return None

    def unattended(self) -> str:
        return self.on_no_key.next or LAST_RESORT

    def _key(self, state: State, digit: str, now: float) -> Turn | None:
        target = self.keys.get(digit)
        if target == REPEAT:
            return self._next_round(press(state, digit), (), self.on_no_key.next, now)
        if target is not None:
            return go(press(state, digit), target, *_silence(state))
        if digit not in TELEPHONE_KEYS or state.phase == "again":
            return None
        turn = self._missed(press(state, digit), self.on_wrong_key, now)
        if turn.goto is not None:
            return turn
        return replace(turn, state=replace(turn.state, phase="again"))

    def _missed(self, state: State, again: Again, now: float) -> Turn:
        if not again.say:
            return go(state, again.next, *_silence(state))
        return self._next_round(state, again.say, again.next, now)

    def _next_round(self, state: State, lead: Prompts, after: str | None, now: float) -> Turn:
        tries = state.tries + 1
        if tries >= self.tries:
            return go(state, after, *_silence(state))
        speaking, say = speak(replace(state, tries=tries), (*lead, *self.prompts), now)
        return stay(speaking, *_silence(state), say)


def _silence(state: State) -> tuple[Action, ...]:
    return () if state.phase == "waiting" else (StopSay(),)
