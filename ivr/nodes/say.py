"""say: speak, then go on. Keys pressed meanwhile mean nothing here."""

from typing import Literal

from pydantic import Field

from ivr.actions import StopSay
from ivr.events import Entered, Event, PromptEnded, PromptFailed, TimedOut
from ivr.fields import BaseNode, SomePrompts, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go, speak, stay


class SayNode(BaseNode):
    """Speak, then go on."""

    type: Literal["say"]
    prompts: SomePrompts = Field(description="What is said, one after another.")
    next: Target = Field(description="Where to go afterwards.")
    on_failure: Target | None = Field(
        default=None, description="Where to go if it cannot be played. Default: the last resort."
    )

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return stay(*speak(state, self.prompts, at))
            case PromptEnded() if state.phase == "speaking":
                return go(state, self.next)
            case PromptFailed() if state.phase == "speaking":
                return go(state, self.on_failure)
            case TimedOut() if state.phase == "speaking":
                return go(state, self.on_failure, StopSay())
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)
