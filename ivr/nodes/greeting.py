"""greeting: say what the dialled number is greeted with, then go on."""

from typing import Literal

from pydantic import Field

from ivr.actions import StopSay
from ivr.events import Entered, Event, PromptEnded, PromptFailed, TimedOut
from ivr.fields import BaseNode, Prompts, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go, speak, stay, words


class GreetingNode(BaseNode):
    """Say the greeting of the dialled number's line, then go on."""

    type: Literal["greeting"]
    prompts: Prompts = Field(
        default=(), description="Said if the dialled number has no greeting of its own."
    )
    next: Target = Field(description="Where to go afterwards, also if nothing can be said.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        prompts = at.greeting or self.prompts
        match event:
            case Entered() if words(state, prompts, at):
                return stay(*speak(state, prompts, at))
            case Entered():
                return go(state, self.next)
            case PromptEnded() | PromptFailed() if state.phase == "speaking":
                return go(state, self.next)
            case TimedOut() if state.phase == "speaking":
                return go(state, self.next, StopSay())
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)
