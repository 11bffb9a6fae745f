"""goto: go on at another node, or at the first node of another tree, and not come back."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ivr.events import Entered, Event
from ivr.fields import BaseNode, FlowName, Target
from ivr.state import State
from ivr.turn import LAST_RESORT, Moment, Turn, go


class GotoNode(BaseNode):
    """Go on at another node, or in another tree for good."""

    type: Literal["goto"]
    next: Target | None = Field(default=None, description="A node of this tree.")
    flow: FlowName | None = Field(default=None, description="Another tree, at its start.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.next is None) == (self.flow is None):
            raise ValueError("write either next or flow.")
        return self

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return go(state, self.next)
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next or LAST_RESORT,)
