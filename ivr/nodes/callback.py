"""callback: offer to call back; who accepts gives up waiting but not the place in the queue."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ivr.actions import PromiseCallback
from ivr.fields import Digit, FieldName, QueueName, SeeksAgent, Target
from ivr.nodes.asking import AskingNode
from ivr.state import State, field_of
from ivr.turn import Moment, Turn, go


class CallbackNode(AskingNode, SeeksAgent):
    """Offer to call the caller back. Whoever does not accept goes to otherwise."""

    type: Literal["callback"]
    accept_key: Digit = Field(default="1", description="The key that accepts.")
    decline_key: Digit = Field(default="2", description="The key that declines.")
    queue: QueueName = Field(description="The queue whose agents call back.")
    number_field: FieldName | None = Field(
        default=None,
        description="The ticket field with the number to call. Default: the caller's own.",
    )
    next: Target = Field(description="Where to go once the callback is promised.")
    otherwise: Target = Field(
        description="Where to go if it is declined, or there is no number to call."
    )

    @model_validator(mode="after")
    def _two_keys(self) -> Self:
        if self.accept_key == self.decline_key:
            said = f"accept_key and decline_key are both {self.accept_key}. Use two keys."
            raise ValueError(said)
        return self

    def given_up(self) -> str:
        return self.otherwise

    def refusal(self, state: State, at: Moment) -> str | None:
        if self.number_field is None:
            return self.otherwise if at.fact(state, "caller.has_number") is False else None
        return None if field_of(state, self.number_field) else self.otherwise

    def answer(self, state: State, digit: str) -> Turn | str | None:
        if digit == self.accept_key:
            number = field_of(state, self.number_field) if self.number_field else None
            promise = PromiseCallback(number or "", self.queue, self.sorted_needs(), self.priority)
            return go(state, self.next, promise)
        return go(state, self.otherwise) if digit == self.decline_key else None

    def unattended(self) -> tuple[str, ...]:
        return (self.on_no_key.next or self.otherwise, self.otherwise)
