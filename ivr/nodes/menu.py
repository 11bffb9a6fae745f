"""menu: speak, and go where the pressed key says."""

from typing import Annotated, Literal

from pydantic import Field

from ivr.fields import REPEAT, Digit, Prompts, Target
from ivr.nodes.asking import AskingNode
from ivr.state import State
from ivr.turn import Turn, go


class MenuNode(AskingNode):
    """Speak, and go where the pressed key says."""

    type: Literal["menu"]
    intro: Prompts = Field(default=(), description="Said once, before the menu is offered first.")
    keys: Annotated[dict[Digit, Target], Field(min_length=1)] = Field(
        description='For each key the node to go to, or "repeat".'
    )

    def intro_prompts(self) -> Prompts:
        return self.intro

    def answer(self, state: State, digit: str) -> Turn | str | None:
        target = self.keys.get(digit)
        return target if target is None or target == REPEAT else go(state, target)
