"""hangup: say goodbye if there is something to say, then end the call."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from ivr.actions import HangUp, StopSay
from ivr.events import Entered, Event, PromptEnded, PromptFailed, TimedOut
from ivr.fields import BaseNode, Name, Prompts
from ivr.state import State
from ivr.turn import Turn, speak, stay


class HangUpNode(BaseNode):
    """End the call."""

    type: Literal["hangup"]
    prompts: Prompts = Field(default=(), description="What is said before the end.")
    reason: Name = Field(default="tree", description="Written into the call's record.")

    def step(self, state: State, event: Event, now: float) -> Turn | None:
        match event:
            case Entered() if self.prompts:
                return stay(*speak(state, self.prompts, now))
            case Entered():
                return self._end(state)
            case PromptEnded() | PromptFailed() if state.phase == "speaking":
                return self._end(state)
            case TimedOut() if state.phase == "speaking":
                stopped = self._end(state)
                return stay(stopped.state, StopSay(), *stopped.actions)
        return None

    def unattended(self) -> None:
        return None

    def _end(self, state: State) -> Turn:
        return stay(replace(state, phase="ended", deadline=None), HangUp(self.reason))
