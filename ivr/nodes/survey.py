"""survey: ask how content the caller is, and write the answer into the ticket."""

from typing import Annotated, Literal

from pydantic import Field

from ivr.actions import SetField
from ivr.fields import Digit, FieldName, Target, Tries
from ivr.nodes.asking import AskingNode
from ivr.state import State, set_field
from ivr.turn import Turn, go

Label = Annotated[str, Field(min_length=1, max_length=40)]


class SurveyNode(AskingNode):
    """Ask for a mark by key. Whoever says nothing goes on all the same."""

    type: Literal["survey"]
    keys: Annotated[dict[Digit, Label], Field(min_length=1)] = Field(
        default={digit: digit for digit in "12345"},
        description="For each key what is written; survey_score takes whole numbers, 5 is best.",
    )
    field: FieldName = Field(default="survey_score", description="The ticket's field.")
    tries: Tries = Field(default=2, description="How many times it is asked in all.")
    next: Target = Field(description="Where to go afterwards, with an answer or without.")

    def given_up(self) -> str:
        return self.next

    def answer(self, state: State, digit: str) -> Turn | str | None:
        label = self.keys.get(digit)
        if label is None:
            return None
        noted = set_field(state, self.field, label)
        return go(noted, self.next, SetField(self.field, label))
