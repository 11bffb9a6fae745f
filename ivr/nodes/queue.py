"""queue: wait for an agent with the needed skills, for a while or for ever.

While the call waits, the state stays here and ``deadline`` says for how long. Prompts are said
while waiting: an agent who is free rings meanwhile, and cuts them short.
"""

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ivr.actions import ToQueue
from ivr.events import Entered, Event, QueueFailed, TimedOut
from ivr.fields import BaseNode, Level, Prompts, QueueName, Seconds, SkillName, Target
from ivr.state import MAX_HOPS, State
from ivr.turn import Turn, go, speak, stay


class QueueNode(BaseNode):
    """Wait for an agent."""

    type: Literal["queue"]
    queue: QueueName = Field(description="A queue of queues.yaml.")
    prompts: Prompts = Field(
        (), description="Said on entering, while an agent is already looked for."
    )
    needs: dict[SkillName, Level] = Field(
        default={}, description="Skills the agent must have, each with its lowest level (1 to 5)."
    )
    priority: Annotated[int, Field(strict=True, ge=0, le=9)] = Field(
        default=0, description="0 to 9; a higher one is served earlier."
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

    def step(self, state: State, event: Event, now: float) -> Turn | None:
        match event:
            case Entered():
                return self._wait(state, now)
            case TimedOut() if state.phase == "failed":
                return self._wait(state, now)
            case TimedOut() if state.phase == "queued":
                return go(state, self.on_timeout)
            case QueueFailed() if state.phase == "queued":
                return go(replace(state, phase="failed"), self.on_failure)
        return None

    def unattended(self) -> None:
        return None

    def _wait(self, state: State, now: float) -> Turn:
        # A caller who was sent around MAX_HOPS times stays: no more moving.
        limited = self.max_wait_s is not None and state.hops < MAX_HOPS
        deadline = now + self.max_wait_s if self.max_wait_s and limited else None
        needs = tuple(sorted(self.needs.items()))
        waiting = replace(state, phase="queued", deadline=deadline)
        said = (speak(state, self.prompts, now)[1],) if self.prompts else ()
        return stay(waiting, *said, ToQueue(self.queue, needs, self.priority))
