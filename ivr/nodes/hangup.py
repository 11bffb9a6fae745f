"""hangup: say goodbye if there is something to say, then end the call."""

from typing import Literal

from pydantic import Field

from ivr.actions import StopSay
from ivr.events import Entered, Event, PromptEnded, PromptFailed, TimedOut
from ivr.fields import BaseNode, Name, Prompts
from ivr.state import State
from ivr.turn import Moment, Turn, end, speak, stay, words


class HangUpNode(BaseNode):
    """End the call."""

    type: Literal["hangup"]
    prompts: Prompts = Field(default=(), description="What is said before the end.")
    reason: Name = Field(default="tree", description="Written into the call's record.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered() if words(state, self.prompts, at):
                return stay(*speak(state, self.prompts, at))
            case Entered():
                return end(state, self.reason)
            case PromptEnded() | PromptFailed() if state.phase == "speaking":
                return end(state, self.reason)
            case TimedOut() if state.phase == "speaking":
                return end(state, self.reason, StopSay())
        return None

    def unattended(self) -> tuple[str, ...]:
        return ()
