"""The shapes of what is asked and told about agents' work: see ``models``."""

from typing import Annotated, Literal

from pydantic import Field

from ari_app.web.models import Answered, Asked, Instant, Name, Reason

Length = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False, strict=True)]


class AgentWrapUp(Asked):
    wrap_up_s: Length | None = Field(description="Seconds from now on; null: as the queues say")


class AgentWrapUpSet(Answered):
    agent: str
    wrap_up_s: float | None


class WrapUpInForce(Answered):
    queue: str
    wrap_up_s: float
    because: Literal["mode", "queue_order", "queue"] = Field(description="Whose word counts")


class AgentOrder(Answered):
    agent: str
    name: str
    wrap_up_s: float


class WrapUps(Answered):
    """What a wrap-up that begins now lasts; an agent's own order goes before all others."""

    mode: str | None
    queues: list[WrapUpInForce]
    agents: list[AgentOrder]


class ForcedState(Asked):
    state: Literal["ready", "paused", "offline"] = Field(
        description="At once when the agent is free, else after the call and its wrap-up"
    )
    reason: Reason = Field("班长调整", description="As the agent reads it")


class HandOver(Asked):
    to: Name = Field(description="Signed in and not ready; takes the seat when this agent leaves")


class SurgeOn(Asked):
    mode: Name = Field(description="One of modes.yaml")
    until: float | None = Field(
        None, ge=0, le=4102444800, allow_inf_nan=False,
        description="Epoch seconds; null: until it is switched off",
    )  # fmt: skip


class SurgeState(Answered):
    on: bool
    mode: str | None
    label: str | None
    since: Instant | None
    until: Instant | None
    by: str | None


class PauseReason(Answered):
    name: str
    label: str
    limit_s: float | None


class SeatState(Answered):
    seat: str
    agent: str | None = Field(description="Who is signed in there")


class NamedMode(Answered):
    mode: str
    label: str


class Staffing(Answered):
    """The rules of work, as this centre sets them; a limit of 0 is none."""

    pause_reasons: list[PauseReason]
    missed_offers: int
    work_limit_s: float
    talk_limit_s: float
    rest_s: float
    wrap_up_more: int
    wrap_up_more_s: float
    seats: list[SeatState]
    modes: list[NamedMode]
    surge: SurgeState
