"""skeleton: copy this file to begin a node type; say here in one line what it does.

Then: its name in ``ivr/nodes/__init__.py``, an example with all its fields in ``docs/examples``,
two files in ``tests/corpus/good``, two in ``tests/corpus/bad``, one playbook in ``tests/ivr``; last
``hotline ivr schema --out config`` and ``python -m tests.docs.generate``.
Refer to other things by the types of ``ivr.fields`` (Target, QueueName, ...): names are then
resolved, the tree is drawn and proved, and faults are told, without further code.
"""

from typing import Literal

from pydantic import Field

from ivr.events import Entered, Event
from ivr.fields import BaseNode, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go


class SkeletonNode(BaseNode):
    """One sentence for the admin's manual."""

    type: Literal["skeleton"]
    next: Target = Field(description="Where to go afterwards.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                return go(state, self.next)
        return None

    def unattended(self) -> tuple[str, ...]:
        return (self.next,)
