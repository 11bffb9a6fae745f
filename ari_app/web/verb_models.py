"""What an agent sends to have something done with a live call, over REST and over the desk socket.

Knows no route and no connection; ``core/verbs.py`` has the meaning.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ari_app.core import verbs as core
from ari_app.core.values import AgentId, QueueName
from ari_app.web.models import Asked, Name

Digits = Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]{1,32}$")]
Level = Annotated[int, Field(ge=0, le=5, strict=True)]
PlainName = Literal[
    "hold",
    "resume",
    "mute",
    "unmute",
    "complete_transfer",
    "end_consult",
    "drop_third",
    "to_survey",
]

PLAIN: Mapping[PlainName, core.Verb] = {
    "hold": core.Hold(),
    "resume": core.Resume(),
    "mute": core.Mute(),
    "unmute": core.Unmute(),
    "complete_transfer": core.CompleteTransfer(),
    "end_consult": core.EndConsult(),
    "drop_third": core.DropThird(),
    "to_survey": core.ToSurvey(),
}


class To(Asked):
    """Exactly one of agent, queue and number."""

    agent: Name | None = Field(None, description="An agent's number")
    queue: Name | None = Field(None, description="A queue of queues.yaml")
    needs: dict[Name, Level] = Field({}, description="Skills with levels, for a queue")
    number: Name | None = Field(None, description="Its name in numbers.yaml; no other is called")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.agent, self.queue, self.number)) != 1:
            raise ValueError("name exactly one of agent, queue and number")
        if self.needs and self.queue is None:
            raise ValueError("needs belong to a queue")
        return self

    def target(self) -> core.To:
        if self.agent is not None:
            return core.ToAgent(AgentId(self.agent))
        if self.queue is not None:
            return core.ToQueue(QueueName(self.queue), tuple(sorted(self.needs.items())))
        return core.ToNumber(self.number or "")


class Target(Asked):
    to: To


class ThirdParty(Asked):
    to: To | None = Field(None, description="Leave it out to join whoever is being consulted")


class Keys(Asked):
    digits: Digits = Field(description="To the third if there is one, else to the citizen")


class UrgencyMark(Asked):
    level: core.Urgency


class ConfidentialMark(Asked):
    on: bool = Field(strict=True)
