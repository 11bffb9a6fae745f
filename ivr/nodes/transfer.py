"""transfer: call an outside number and connect the caller, alone or with an agent as the third.

With ``three_way`` a person comes first: the caller waits for an agent, and the outside number is
called into their talk. So whatever becomes of that number, nobody is left alone; and whoever waits
too long for an agent is connected without one.
"""

from typing import Annotated, Literal

from pydantic import Field

from ivr.actions import StopSay, ToQueue, Transfer
from ivr.events import (
    Entered,
    Event,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    TimedOut,
    TransferEnded,
    TransferFailed,
)
from ivr.fields import (
    BaseNode,
    NumberName,
    Prompts,
    Seconds,
    SeeksAgent,
    Target,
)
from ivr.state import State
from ivr.turn import Moment, Turn, end, go, speak, stay, words

# Beyond ring_s: the trunk's own answer that nobody answered.
GRACE_S = 10.0


class ThreeWay(SeeksAgent):
    """The agent who joins the talk."""

    max_wait_s: Seconds | None = Field(
        default=None,
        description="After so long the number is called without an agent. "
        "Default: as long as it takes.",
    )


class TransferNode(BaseNode):
    """Connect the caller to an outside number."""

    type: Literal["transfer"]
    to: NumberName = Field(description="A number of numbers.yaml, such as 110.")
    prompts: Prompts = Field(default=(), description="Said before the number is called.")
    ring_s: Annotated[float, Field(strict=True, ge=5, le=120)] = Field(
        default=30.0, description="How long it may ring."
    )
    three_way: ThreeWay | None = Field(
        default=None, description="An agent takes the call first and stays in it."
    )
    on_busy: Target | None = Field(
        default=None, description="Where to go if it is engaged. Default: the last resort."
    )
    on_no_answer: Target | None = Field(
        default=None, description="Where to go if nobody answers. Default: the last resort."
    )
    on_failure: Target | None = Field(
        default=None, description="Where to go if it fails otherwise. Default: the last resort."
    )
    next: Target | None = Field(
        default=None, description="Where to go when the other side hung up. Default: the end."
    )

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return self._begin(state, at)
            case PromptEnded() | PromptFailed() if state.phase == "speaking":
                return self._call(state, at)
            case TimedOut() if state.phase == "speaking":
                turn = self._call(state, at)
                return turn._replace(actions=(StopSay(), *turn.actions))
            case TimedOut() if state.phase == "queued":
                return self._call(state, at)
            case TransferFailed(reason) if state.phase == "transferring":
                return go(state, self._after(reason))
            case TimedOut() if state.phase == "transferring":
                return go(state, self.on_no_answer)
            case TransferEnded() if state.phase == "transferring":
                served = state._replace(served=True)
                return go(served, self.next) if self.next else end(served, "transfer_ended")
            case QueueFailed() if state.phase == "queued":
                return go(state._replace(phase="failed"), self.on_failure)
            case TimedOut() if state.phase == "failed":
                return self._begin(state, at)
        return None

    def unattended(self) -> tuple[str, ...]:
        return ()

    def _begin(self, state: State, at: Moment) -> Turn:
        if self.three_way is None:
            if words(state, self.prompts, at):
                return stay(*speak(state, self.prompts, at))
            return self._call(state, at)
        said = words(state, self.prompts, at)
        to_queue = ToQueue(
            self.three_way.queue, self.three_way.sorted_needs(), self.three_way.priority, self.to
        )
        until = at.now + self.three_way.max_wait_s if self.three_way.max_wait_s else None
        waiting = state._replace(phase="queued", deadline=until, until=until)
        return stay(waiting, *((said,) if said else ()), to_queue)

    def _call(self, state: State, at: Moment) -> Turn:
        calling = state._replace(phase="transferring", deadline=at.now + self.ring_s + GRACE_S)
        return stay(calling, Transfer(self.to, self.ring_s))

    def _after(self, reason: str) -> str | None:
        match reason:
            case "busy":
                return self.on_busy
            case "no_answer":
                return self.on_no_answer
        return self.on_failure
