"""call: walk through another tree and come back; return: the place where it comes back."""

from typing import Literal

from pydantic import Field

from ivr.events import Entered, Event
from ivr.fields import BaseNode, FlowName, Target
from ivr.state import MAX_RETURNS, State
from ivr.turn import LAST_RESORT, Moment, Turn, go


class CallNode(BaseNode):
    """Walk through another tree, and go on here when it returns."""

    type: Literal["call"]
    flow: FlowName = Field(description="The other tree; it begins at its start.")
    next: Target = Field(description="Where to go when that tree returns.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        return go(state, LAST_RESORT) if isinstance(event, Entered) else None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)


class LinkedCall(CallNode):
    """A call whose tree was found: ``start`` is that tree's first node."""

    start: Target

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                returns = (*state.returns, str(self.next))[-MAX_RETURNS:]
                return go(state._replace(returns=returns), self.start)
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.start, self.next)


class ReturnNode(BaseNode):
    """Go back to the tree that called this one; the last resort if none did."""

    type: Literal["return"]

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered() if state.returns:
                return go(state._replace(returns=state.returns[:-1]), state.returns[-1])
            case Entered():
                return go(state, LAST_RESORT)
        return None

    def unattended(self) -> tuple[str, ...]:
        return ()
