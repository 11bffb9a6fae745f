"""collect: ask for digits, until enough of them, the end key or a silence; read them back.

Digits work from the first word on. The clear key begins anew. The path and the log get only how
many digits were typed: they may be somebody's identity number.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ivr.actions import Action, Say, SetField, StopSay
from ivr.events import Entered, Event, Key, PromptEnded, PromptFailed, TimedOut
from ivr.fields import (
    DIGIT_PROMPTS,
    BaseNode,
    Digit,
    FieldName,
    Prompts,
    Seconds,
    SomePrompts,
    Speaks,
    Target,
    Tries,
    digit_prompts,
)
from ivr.nodes.asking import Again
from ivr.state import State, press, set_field
from ivr.turn import PROMPT_LIMIT_S, Moment, Turn, go, speak, stay, words

Length = Annotated[int, Field(strict=True, ge=1, le=32)]


class Confirm(Speaks):
    """Reading the digits back. No answer means that they are right."""

    before: Prompts = Field(default=(), description="Said before the digits.")
    after: SomePrompts = Field(description="Said after them: which key means what.")
    yes: Digit = Field(default="1", description="They are right.")
    no: Digit = Field(default="2", description="Type them again.")

    @model_validator(mode="after")
    def _two_keys(self) -> Self:
        if self.yes == self.no:
            raise ValueError(f"yes and no are both {self.yes}. Use two keys.")
        return self

    def prompt_ids(self) -> tuple[str, ...]:
        return DIGIT_PROMPTS


class CollectNode(BaseNode):
    """Ask for a number, and write it into the ticket."""

    type: Literal["collect"]
    prompts: SomePrompts = Field(description="What is asked for.")
    field: FieldName = Field(description="The ticket's field for the digits.")
    min_digits: Length = Field(default=1, description="Fewer are a mistake.")
    max_digits: Length = Field(default=20, description="With so many it goes on at once.")
    end_key: Digit | None = Field(default="#", description="Ends the number. null: no key does.")
    clear_key: Digit | None = Field(default="*", description="Begins anew. null: no key does.")
    first_key_s: Seconds = Field(
        default=5.0, description="Silence after the last word before no_key."
    )
    between_keys_s: Seconds = Field(default=3.0, description="Silence that ends the number.")
    tries: Tries = Field(default=3, description="How many times it is asked in all.")
    confirm: Confirm | None = Field(default=None, description="Read the digits back.")
    next: Target = Field(description="Where to go with the number.")
    on_no_key: Again = Field(default=Again(), description="Nothing was typed.")
    on_wrong: Again = Field(default=Again(), description="Too few digits, or not confirmed.")
    on_failure: Target | None = Field(
        default=None, description="Where to go if it cannot be played. Default: the last resort."
    )

    @model_validator(mode="after")
    def _two_keys(self) -> Self:
        if self.end_key is not None and self.end_key == self.clear_key:
            raise ValueError(f"end_key and clear_key are both {self.end_key}. Use two keys.")
        return self

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        if self.min_digits > self.max_digits:
            raise ValueError(
                f"min_digits {self.min_digits} is more than max_digits {self.max_digits}. "
                "Make it the smaller one."
            )
        return self

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return stay(*speak(state._replace(digits=""), self.prompts, at))
            case Key(digit) if state.phase in ("speaking", "waiting", "typing"):
                return self._typed(state, digit, at)
            case Key(digit) if state.phase in ("confirming", "confirm_waiting"):
                return self._confirmed(state, digit, at)
            case PromptEnded() if state.phase == "speaking":
                return stay(state._replace(phase="waiting", deadline=at.now + self.first_key_s))
            case PromptEnded() if state.phase == "confirming":
                until = at.now + self.first_key_s
                return stay(state._replace(phase="confirm_waiting", deadline=until))
            case PromptFailed() if state.phase in ("speaking", "confirming"):
                return go(state, self.on_failure)
            case TimedOut():
                return self._timed_out(state, at)
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.on_no_key.next or "",)

    def _timed_out(self, state: State, at: Moment) -> Turn | None:
        match state.phase:
            case "waiting":
                return self._again(state, self.on_no_key, at)
            case "typing":
                return self._complete(state, at)
            case "confirm_waiting":
                return self._accept(state)
            case "speaking" | "confirming":
                return go(state, self.on_failure, StopSay())
        return None

    def _typed(self, state: State, digit: str, at: Moment) -> Turn | None:
        silence = _silence(state)
        if digit == self.clear_key:
            return self._wait_on(state._replace(digits=""), at, silence)
        if digit == self.end_key:
            return _after(silence, self._complete(state, at))
        if digit not in "0123456789":
            return None
        typed = state._replace(digits=state.digits + digit)
        if len(typed.digits) >= self.max_digits:
            return _after(silence, self._complete(typed, at))
        return self._wait_on(typed, at, silence)

    def _wait_on(self, state: State, at: Moment, silence: tuple[Action, ...]) -> Turn:
        wait_s = self.between_keys_s if state.digits else self.first_key_s
        return stay(state._replace(phase="typing", deadline=at.now + wait_s), *silence)

    def _complete(self, state: State, at: Moment) -> Turn:
        """The number has ended. Nothing typed is silence, too little a mistake."""
        if not state.digits:
            return self._again(state, self.on_no_key, at)
        if len(state.digits) < self.min_digits:
            return self._again(press(state, f"{len(state.digits)}#"), self.on_wrong, at)
        return self._read_back(state, at) if self.confirm else self._accept(state)

    def _read_back(self, state: State, at: Moment) -> Turn:
        assert self.confirm is not None
        digits = digit_prompts(state.digits, state.language)
        before, after = words(state, self.confirm.before, at), words(state, self.confirm.after, at)
        said = (*(before.prompts if before else ()), *digits, *(after.prompts if after else ()))
        until = at.now + PROMPT_LIMIT_S
        return stay(state._replace(phase="confirming", deadline=until), Say(said))

    def _confirmed(self, state: State, digit: str, at: Moment) -> Turn | None:
        silence = _silence(state)
        if self.confirm is None or digit == self.confirm.yes:
            return _after(silence, self._accept(state))
        if digit == self.confirm.no:
            return _after(silence, self._again(press(state, digit), self.on_wrong, at))
        return None

    def _accept(self, state: State) -> Turn:
        noted = set_field(press(state, f"{len(state.digits)}#"), self.field, state.digits)
        return go(noted, self.next, SetField(self.field, state.digits))

    def _again(self, state: State, again: Again, at: Moment) -> Turn:
        tries = state.tries + 1
        if not again.say or tries >= self.tries:
            return go(state, again.next)
        fresh = state._replace(tries=tries, digits="")
        return stay(*speak(fresh, (*again.say, *self.prompts), at))


def _silence(state: State) -> tuple[Action, ...]:
    return (StopSay(),) if state.phase in ("speaking", "confirming") else ()


def _after(first: tuple[Action, ...], turn: Turn) -> Turn:
    return turn._replace(actions=(*first, *turn.actions))
