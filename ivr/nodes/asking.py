"""What all nodes that speak and wait for one key have in common: tries, silence, wrong keys.

Only the first valid key counts, because it leaves the node. Wrong keys pressed while the answer to
a wrong key is spoken belong to the same mistake (or flood) and are not counted again.
"""

from pydantic import Field

from ivr.actions import Action, StopSay
from ivr.events import Entered, Event, Key, PromptEnded, PromptFailed, TimedOut
from ivr.fields import REPEAT, BaseNode, Prompts, Seconds, SomePrompts, Strict, Target, Tries
from ivr.state import State, press
from ivr.turn import LAST_RESORT, Moment, Turn, go, speak, stay

TELEPHONE_KEYS = frozenset("0123456789*#ABCD")


class Again(Strict):
    """What follows a missing or wrong key."""

    say: Prompts = Field(
        default=(), description="Said before the menu is offered again. Empty: go to next at once."
    )
    next: Target | None = Field(
        default=None, description="Where to go when all tries are used. Default: the last resort."
    )


class AskingNode(BaseNode):
    """Speak, and wait for one key. A key works from the first word on."""

    prompts: SomePrompts = Field(description="What is said each time.")
    first_key_s: Seconds = Field(
        default=5.0, description="Silence after the last word before no_key."
    )
    tries: Tries = Field(default=3, description="How many times it is offered in all.")
    on_no_key: Again = Field(default=Again(), description="Nothing was pressed.")
    on_wrong_key: Again = Field(
        default=Again(), description="A key was pressed that means nothing here."
    )
    on_failure: Target | None = Field(
        default=None, description="Where to go if it cannot be played. Default: the last resort."
    )

    def intro_prompts(self) -> Prompts:
        """Said once, before the first time."""
        return ()

    def given_up(self) -> str:
        """Where to go after silence, wrong keys or a failure, if the tree names no place."""
        return LAST_RESORT

    def refusal(self, state: State, at: Moment) -> str | None:
        """Where to go at once if the question cannot be asked of this caller."""
        return None

    def answer(self, state: State, digit: str) -> Turn | str | None:
        """What a key means: a turn, REPEAT, or None for a wrong one."""
        raise NotImplementedError

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return self._ask(state, at)
            case Key(digit) if state.phase in ("speaking", "again", "waiting"):
                return self._key(state, digit, at)
            case PromptEnded() if state.phase in ("speaking", "again"):
                return stay(state._replace(phase="waiting", deadline=at.now + self.first_key_s))
            case PromptFailed() if state.phase in ("speaking", "again"):
                return go(state, self.on_failure or self.given_up())
            case TimedOut() if state.phase == "waiting":
                return self._missed(state, self.on_no_key, at)
            case TimedOut() if state.phase in ("speaking", "again"):
                return go(state, self.on_failure or self.given_up(), StopSay())
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.on_no_key.next or self.given_up(),)

    def _ask(self, state: State, at: Moment) -> Turn:
        elsewhere = self.refusal(state, at)
        if elsewhere is not None:
            return go(state, elsewhere)
        intro = self.intro_prompts() if state.tries == 0 else ()
        return stay(*speak(state, (*intro, *self.prompts), at))

    def _key(self, state: State, digit: str, at: Moment) -> Turn | None:
        meant = self.answer(state, digit)
        if meant == REPEAT:
            return self._next_round(press(state, digit), (), self.on_no_key.next, at)
        if isinstance(meant, Turn):
            actions = (*_silence(state), *meant.actions)
            return Turn(press(meant.state, digit), actions, meant.goto)
        if digit not in TELEPHONE_KEYS or state.phase == "again":
            return None
        turn = self._missed(press(state, digit), self.on_wrong_key, at)
        if turn.goto is not None:
            return turn
        return turn._replace(state=turn.state._replace(phase="again"))

    def _missed(self, state: State, again: Again, at: Moment) -> Turn:
        if not again.say:
            return go(state, again.next or self.given_up(), *_silence(state))
        return self._next_round(state, again.say, again.next, at)

    def _next_round(self, state: State, lead: Prompts, after: str | None, at: Moment) -> Turn:
        tries = state.tries + 1
        if tries >= self.tries:
            return go(state, after or self.given_up(), *_silence(state))
        speaking, say = speak(state._replace(tries=tries), (*lead, *self.prompts), at)
        return stay(speaking, *_silence(state), say)


def _silence(state: State) -> tuple[Action, ...]:
    return () if state.phase == "waiting" else (StopSay(),)
