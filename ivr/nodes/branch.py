"""branch: go where the facts say; the first case that fits counts.

A fact that is not known fits no test, so ``otherwise`` is also for not knowing.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ivr.events import Entered, Event
from ivr.facts import FactValue
from ivr.fields import BaseNode, FactName, Strict, Target
from ivr.state import State
from ivr.turn import Moment, Turn, go

Text = Annotated[str, Field(max_length=80)]
Plain = bool | int | Text


class Test(Strict):
    """What is asked of a fact: a value alone, a list of values, or a range of numbers."""

    one_of: tuple[Plain, ...] | None = Field(default=None, description="Is one of these.")
    at_least: float | None = Field(default=None, description="Is this number or greater.")
    below: float | None = Field(default=None, description="Is smaller than this number.")
    starts_with: Text | None = Field(default=None, description="Is a text that begins so.")

    @model_validator(mode="before")
    @classmethod
    def _value_alone(cls, data: object) -> object:
        if isinstance(data, dict):
            return data
        return {"one_of": data if isinstance(data, list | tuple) else [data]}

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.one_of == () or self == Test.model_construct():
            raise ValueError("nothing is asked. Write a value, a list, at_least or below.")
        return self

    def fits(self, value: FactValue | None) -> bool:
        """Whether the fact's value passes everything that is asked."""
        if value is None:
            return False
        if self.one_of is not None and not any(_same(value, one) for one in self.one_of):
            return False
        if self.starts_with is not None:
            return isinstance(value, str) and value.startswith(self.starts_with)
        if self.at_least is None and self.below is None:
            return True
        if isinstance(value, str):
            return False
        return (self.at_least is None or value >= self.at_least) and (
            self.below is None or value < self.below
        )


def _same(value: FactValue, wanted: Plain) -> bool:
    """Equal and of one kind: YAML's 1 is not true, and a number may be asked of a text field."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted or (isinstance(value, str) and value == str(wanted))


class Case(Strict):
    """One way out of a branch."""

    if_: Annotated[dict[FactName, Test], Field(min_length=1)] = Field(
        alias="if", description="Facts, each with its test; all must fit."
    )
    next: Target = Field(description="Where to go then.")

    def fits(self, state: State, at: Moment) -> bool:
        return all(test.fits(at.fact(state, name)) for name, test in self.if_.items())


class BranchNode(BaseNode):
    """Go where the facts say."""

    type: Literal["branch"]
    cases: Annotated[tuple[Case, ...], Field(min_length=1, max_length=100)] = Field(
        description="Tried in order; the first that fits counts."
    )
    otherwise: Target = Field(description="Where to go if none fits, or a fact is not known.")

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        match event:
            case Entered():
                fitting = (case.next for case in self.cases if case.fits(state, at))
                return go(state, next(fitting, self.otherwise))
        return None

    def unattended(self) -> tuple[str, ...]:
        return (*(case.next for case in self.cases), self.otherwise)
