"""schedule: go where the calendar says: open, closed, a holiday, or emergency mode."""

from typing import Literal

from pydantic import Field

from ivr.events import Entered, Event
from ivr.fields import BaseNode, ScheduleName, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go


class ScheduleNode(BaseNode):
    """Go where the working hours say. When they are not known it counts as open."""

    type: Literal["schedule"]
    schedule: ScheduleName = Field(description="A schedule of hours.yaml.")
    open: Target = Field(description="Where to go within the hours.")
    closed: Target = Field(description="Where to go outside the hours.")
    holiday: Target | None = Field(
        default=None, description="Where to go on a public holiday. Default: as closed."
    )
    emergency: Target | None = Field(
        default=None,
        description="Where to go while the emergency mode is on. Default: as the hours say.",
    )

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return go(state, self._place(state, at))
        return None

    def unattended(self) -> tuple[str, ...]:
        places = (self.open, self.closed, self.holiday, self.emergency)
        return tuple(place for place in places if place is not None)

    def _place(self, state: State, at: Moment) -> str:
        if self.emergency is not None and at.fact(state, "emergency") is True:
            return self.emergency
        match at.fact(state, f"schedule.{self.schedule}"):
            case "closed":
                return self.closed
            case "holiday":
                return self.holiday or self.closed
        return self.open
