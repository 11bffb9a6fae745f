"""set: write a value into a field of the call's ticket."""

from typing import Annotated, Literal

from pydantic import Field

from ivr.actions import SetField
from ivr.events import Entered, Event
from ivr.fields import BaseNode, FieldName, Target
from ivr.state import State, set_field
from ivr.turn import Moment, Turn, go


class SetNode(BaseNode):
    """Write a value into a field of the ticket, then go on."""

    type: Literal["set"]
    field: FieldName = Field(description="The ticket's field.")
    value: Annotated[str, Field(max_length=200)] = Field(description="The text to write.")
    next: Target = Field(description="Where to go afterwards.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                noted = set_field(state, self.field, self.value)
                return go(noted, self.next, SetField(self.field, self.value))
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)
