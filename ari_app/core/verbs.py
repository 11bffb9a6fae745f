"""What an agent may do with a live call: the verbs, and whom or what they are about.

Plain words. Which of them is possible now is ``talk.py``'s table.
"""

from dataclasses import dataclass
from enum import StrEnum

from ari_app.core.values import AgentId, QueueName


class Urgency(StrEnum):
    """The words of the ticket."""

    NORMAL = "普通"
    URGENT = "急"
    CRITICAL = "紧急"


@dataclass(frozen=True, slots=True)
class ToAgent:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class ToQueue:
    queue: QueueName
    needs: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ToNumber:
    """``name`` is the number's in numbers.yaml: no other number can be called."""

    name: str


To = ToAgent | ToQueue | ToNumber


@dataclass(frozen=True, slots=True)
class Hold:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    pass


@dataclass(frozen=True, slots=True)
class Mute:
    pass


@dataclass(frozen=True, slots=True)
class Unmute:
    pass


@dataclass(frozen=True, slots=True)
class SendKeys:
    """To the third if there is one, else to the citizen."""

    digits: str


@dataclass(frozen=True, slots=True)
class Consult:
    to: To


@dataclass(frozen=True, slots=True)
class CompleteTransfer:
    """Whoever is consulted or joined goes on with the citizen; the agent leaves."""


@dataclass(frozen=True, slots=True)
class EndConsult:
    pass


@dataclass(frozen=True, slots=True)
class BlindTransfer:
    to: To


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """``to`` is None for whoever is being consulted."""

    to: To | None


@dataclass(frozen=True, slots=True)
class DropThird:
    pass


@dataclass(frozen=True, slots=True)
class ToSurvey:
    pass


@dataclass(frozen=True, slots=True)
class MarkUrgent:
    level: Urgency


@dataclass(frozen=True, slots=True)
class MarkConfidential:
    on: bool


Verb = (
    Hold
    | Resume
    | Mute
    | Unmute
    | SendKeys
    | Consult
    | CompleteTransfer
    | EndConsult
    | BlindTransfer
    | ThreeWay
    | DropThird
    | ToSurvey
    | MarkUrgent
    | MarkConfidential
)
