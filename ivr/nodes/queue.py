"""queue: wait for an agent with the needed skills, for a while or for ever.

While the call waits, the state stays here; ``until`` is the end of the wait and ``deadline`` the
next moment at which something is due. Prompts are said while waiting: an agent who is free rings
meanwhile, and cuts them short.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ivr.actions import StopSay, ToQueue
from ivr.events import Entered, Event, Key, QueueFailed, TimedOut
from ivr.fields import (
    BaseNode,
    Digit,
    Prompts,
    Seconds,
    SeeksAgent,
    Strict,
    Target,
)
from ivr.state import MAX_HOPS, State, press
from ivr.turn import Moment, Turn, go, stay, words


class Announce(Strict):
    """What is said from time to time."""

    every_s: Annotated[float, Field(strict=True, ge=10, le=600)] = Field(
        default=30.0, description="Seconds from one announcement to the next."
    )
    prompts: Annotated[Prompts, Field(min_length=1)] = Field(
        description="What is said; positions and times are chosen by facts."
    )


class QueueNode(BaseNode, SeeksAgent):
    """Wait for an agent."""

    type: Literal["queue"]
    prompts: Prompts = Field(
        default=(), description="Said on entering, while an agent is already looked for."
    )
    announce: Announce | None = Field(
        default=None, description="What is said from time to time while waiting."
    )
    keys: dict[Digit, Target] = Field(
        default={}, description="Keys that work while waiting, each with the node it leads to."
    )
    max_wait_s: Seconds | None = Field(default=None, description="Default: as long as it takes.")
    on_timeout: Target | None = Field(
        default=None, description="Where to go after max_wait_s. Default: the last resort."
    )
    on_failure: Target | None = Field(
        default=None, description="Where to go if the queue takes nobody. Default: the last resort."
    )

    @model_validator(mode="after")
    def _timeout_needs_a_wait(self) -> Self:
        if self.on_timeout is not None and self.max_wait_s is None:
            raise ValueError("on_timeout is never used without max_wait_s. Add max_wait_s.")
        return self

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return self._wait(state, at)
            case Key(digit) if state.phase == "queued" and digit in self.keys:
                return go(press(state, digit), self.keys[digit], StopSay())
            case TimedOut() if state.phase == "failed":
                return self._wait(state, at)
            case TimedOut() if state.phase == "queued":
                return self._due(state, at)
            case QueueFailed() if state.phase == "queued":
                return go(state._replace(phase="failed"), self.on_failure)
        return None

    def unattended(self) -> tuple[str, ...]:
        return ()

    def _wait(self, state: State, at: Moment) -> Turn:
        # A caller who was sent around MAX_HOPS times stays: no more moving.
        limited = self.max_wait_s is not None and state.hops < MAX_HOPS
        until = at.now + self.max_wait_s if self.max_wait_s and limited else None
        deadline = self._next_instant(until, at)
        waiting = state._replace(phase="queued", until=until, deadline=deadline)
        said = words(state, self.prompts, at)
        to_queue = ToQueue(self.queue, self.sorted_needs(), self.priority)
        return stay(waiting, *((said,) if said else ()), to_queue)

    def _due(self, state: State, at: Moment) -> Turn:
        if state.until is not None and state.until <= at.now:
            return go(state, self.on_timeout)
        said = words(state, self.announce.prompts, at) if self.announce else None
        waiting = state._replace(deadline=self._next_instant(state.until, at))
        return stay(waiting, *((said,) if said else ()))

    def _next_instant(self, until: float | None, at: Moment) -> float | None:
        """When something is due: the end of the wait, or the next announcement."""
        if self.announce is None:
            return until
        again = at.now + self.announce.every_s
        return again if until is None else min(until, again)
