"""``agents.yaml``: who may take calls, with which skills, from which queues, at which phone.

Decides what the file may hold. Knows neither which queues and skills there are nor who is at work.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ari_app.core.values import AgentId, AgentProfile, AgentRole, QueueName
from ivr.fields import Level, Name, Strict, checked

AgentNumber = Annotated[
    str,
    AfterValidator(
        checked(str, r"[0-9]{2,10}", "an agent's number", "Write 2 to 10 digits in quotes.")
    ),
]
Contact = Annotated[
    str,
    AfterValidator(
        checked(
            str, r"sip:[^\s;,<>\"]+", "a phone's address", "Write it like sip:1001@10.0.0.5:5060."
        )
    ),
]


Supervision = Literal["listen", "whisper", "barge", "take_over"]
ALL_WAYS: tuple[Supervision, ...] = ("listen", "whisper", "barge", "take_over")
WAYS_OF: Mapping[AgentRole, frozenset[Supervision]] = {
    "agent": frozenset(),
    "supervisor": frozenset(ALL_WAYS),
    "quality": frozenset({"listen"}),
    "auditor": frozenset(),
    "admin": frozenset(ALL_WAYS),
}
TAKE_CALLS: tuple[AgentRole, ...] = ("agent", "supervisor")
"""Who cannot do without a phone."""


class PhoneEntry(Strict):
    """How the agent's phone is reached: it is the page in the browser, it registers, or it has a
    fixed address."""

    register_: bool = Field(False, alias="register")
    contact: Contact | None = None
    browser: bool = Field(False, description="The agent's page is the phone")
    codec: Literal["alaw", "opus"] = Field(
        "alaw", description="Of a phone in a browser; opus for agents at home"
    )

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        if self.browser and (self.register_ or self.contact is not None):
            raise ValueError("a phone is one of browser, register and contact. Leave one of them.")
        if self.codec != "alaw" and not self.browser:
            raise ValueError("codec is for phones in a browser. Add 'browser: true'.")
        return self


class AgentEntry(Strict):
    """One agent of agents.yaml."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    role: AgentRole = "agent"
    queues: tuple[Name, ...]
    skills: dict[Name, Level]
    phone: PhoneEntry | None = Field(
        default=None, description="Without one the agent sits down at a seat."
    )
    answer: Literal["phone", "desk"] = "phone"
    may_supervise: tuple[Supervision, ...] = Field(
        ALL_WAYS,
        description="What supervisors and admins may do in others' talks; quality: listen",
    )
    site: Name | None = Field(default=None, description="Where the agent sits: city, home, ...")
    rank: Annotated[int, Field(strict=True, ge=0, le=999)] = Field(
        default=0, description="Queues that ask in order ask a smaller one first."
    )
    employer: Annotated[str, Field(max_length=40)] = ""


class SeatEntry(Strict):
    """A place to work with a phone of its own, for whoever signs in there."""

    phone: PhoneEntry


class AgentsFile(Strict):
    agents: dict[AgentNumber, AgentEntry]
    seats: dict[AgentNumber, SeatEntry] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_seat_is_an_agent(self) -> Self:
        both = sorted(self.seats.keys() & self.agents.keys())
        if both:
            raise ValueError(f"seat {both[0]} is an agent's number too. Give the seat another.")
        without = (name for name, one in self.agents.items() if one.phone is None)
        homeless = sorted(name for name in without if self.agents[name].role in TAKE_CALLS)
        if homeless and not self.seats:
            raise ValueError(f"agent {homeless[0]} has neither a phone nor a seat. Add 'seats'.")
        return self


def browser_phones_of(file: AgentsFile) -> frozenset[str]:
    """Agents and seats whose phone is a page."""
    agents = {name: agent.phone for name, agent in file.agents.items()}
    phones = agents | {name: seat.phone for name, seat in file.seats.items()}
    return frozenset(name for name, phone in phones.items() if phone is not None and phone.browser)


def profiles_of(file: AgentsFile) -> Mapping[AgentId, AgentProfile]:
    return {AgentId(number): _profile(AgentId(number), e) for number, e in file.agents.items()}


def _profile(agent_id: AgentId, entry: AgentEntry) -> AgentProfile:
    return AgentProfile(
        agent_id=agent_id,
        name=entry.name,
        skills=dict(entry.skills),
        queues=frozenset(QueueName(queue) for queue in entry.queues),
        role=entry.role,
        answer=entry.answer,
        may_supervise=frozenset(entry.may_supervise) & WAYS_OF[entry.role],
        site=entry.site or "",
        rank=entry.rank,
        employer=entry.employer,
        has_phone=entry.phone is not None,
    )
