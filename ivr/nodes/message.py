"""message: ask for a message, record it, go on."""

from typing import Annotated, Literal

from pydantic import Field

from ivr.actions import StopSay, TakeMessage
from ivr.events import (
    Entered,
    Event,
    MessageFailed,
    MessageTaken,
    PromptEnded,
    PromptFailed,
    TimedOut,
)
from ivr.fields import BaseNode, Digit, SomePrompts, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go, speak, stay

# Beyond max_s: the beep, and Asterisk's report that the file is written.
GRACE_S = 15.0


class MessageNode(BaseNode):
    """Ask for a message and record it. Hanging up keeps what was said."""

    type: Literal["message"]
    prompts: SomePrompts = Field(description="What is said before the tone.")
    max_s: Annotated[float, Field(strict=True, ge=5, le=600)] = Field(
        default=120.0, description="The message's greatest length."
    )
    silence_s: Annotated[float, Field(strict=True, ge=1, le=60)] = Field(
        default=6.0, description="So much silence ends the message."
    )
    end_key: Digit = Field(default="#", description="The key that ends the message.")
    next: Target = Field(description="Where to go when it is recorded.")
    on_failure: Target | None = Field(
        default=None, description="Where to go if nothing is recorded. Default: the last resort."
    )

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return stay(*speak(state, self.prompts, at))
            case PromptEnded() if state.phase == "speaking":
                until = at.now + self.max_s + GRACE_S
                recording = state._replace(phase="recording", deadline=until)
                return stay(recording, TakeMessage(self.max_s, self.silence_s, self.end_key))
            case PromptFailed() if state.phase == "speaking":
                return go(state, self.on_failure)
            case TimedOut() if state.phase == "speaking":
                return go(state, self.on_failure, StopSay())
            case MessageTaken() if state.phase == "recording":
                return go(state, self.next)
            case MessageFailed() | TimedOut() if state.phase == "recording":
                return go(state, self.on_failure)
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)
