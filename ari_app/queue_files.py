"""``queues.yaml``: the queues callers wait in, whom they ask for, the skills there are.

Decides what the file may hold. Knows no agents and no trees.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ari_app.core.values import QueueName, QueueProfile
from ari_app.routing.place import Boosts
from ari_app.routing.plan import LastAgent, QueuePlan, Step
from ari_app.routing.strategies import Strategy
from ari_app.staff_files import StaffEntry
from ari_app.world_files import NumberName
from ivr.fields import Name, Strict, checked

DAY_S = 86400.0

Music = Annotated[
    str,
    AfterValidator(
        checked(str, r"[A-Za-z0-9_-]{1,32}", "a class of music", "Name one of musiconhold.conf.")
    ),
]


Wait = Annotated[float, Field(ge=0, le=3600)]
Boost = Annotated[float, Field(ge=0, le=3600)]


class StepEntry(Strict):
    """What is asked of an agent from ``after_s`` seconds of waiting on."""

    after_s: Annotated[float, Field(gt=0, le=3600)]
    needs: dict[Name, Annotated[int, Field(strict=True, ge=0, le=5)]] = Field(
        default={}, description="The most that is still asked of a skill; 0: nothing."
    )
    queues: tuple[Name, ...] = Field(default=(), description="Queues whose agents are asked too.")
    sites: tuple[Name, ...] = Field(default=(), description="Sites that are asked too.")
    interpreter: NumberName | None = Field(
        default=None, description="Joins an agent without the skills: a name of numbers.yaml."
    )


class LastAgentEntry(Strict):
    """Whoever served this number lately is asked first, and waited for."""

    within_days: Annotated[float, Field(gt=0, le=30)] = 7.0
    wait_s: Wait = 20.0


class QueueEntry(Strict):
    """One queue of queues.yaml; durations in seconds."""

    label: Annotated[str, Field(max_length=40)] = Field(
        default="", description="Its name for people. Default: its name in this file."
    )
    ring_s: Annotated[float, Field(ge=1, le=120)] = 20.0
    wrap_up_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    music: Music = "default"
    strategy: Strategy = Strategy.LONGEST_IDLE
    sites: tuple[Name, ...] = Field(default=(), description="Sites asked first; none: all.")
    steps: Annotated[tuple[StepEntry, ...], Field(max_length=20)] = ()
    last_agent: LastAgentEntry | None = None


class QueuesFile(Strict):
    """``skills`` are all that may be asked for or had, each with its name for people."""

    queues: dict[Name, QueueEntry]
    skills: dict[Name, Annotated[str, Field(min_length=1, max_length=40)]]
    staff: StaffEntry = Field(default_factory=StaffEntry)
    priority_step_s: Boost = 60.0
    vip_boost_s: Boost = 300.0
    urgency_boost_s: dict[Literal["普通", "急", "紧急"], Boost] = Field(
        default={"急": 300.0, "紧急": 600.0}
    )
    max_boost_s: Boost = 900.0


def queues_of(file: QueuesFile) -> Mapping[QueueName, QueueProfile]:
    return {QueueName(name): _profile(QueueName(name), e) for name, e in file.queues.items()}


def _profile(name: QueueName, entry: QueueEntry) -> QueueProfile:
    return QueueProfile(
        name=name,
        label=entry.label,
        ring_s=entry.ring_s,
        wrap_up_s=entry.wrap_up_s,
        music=entry.music,
        plan=_plan(entry),
    )


def _plan(entry: QueueEntry) -> QueuePlan:
    last = entry.last_agent
    return QueuePlan(
        strategy=entry.strategy,
        sites=frozenset(entry.sites),
        steps=tuple(sorted(map(_step, entry.steps), key=lambda step: step.after_s)),
        last_agent=LastAgent(last.within_days * DAY_S, last.wait_s) if last else None,
    )


def _step(entry: StepEntry) -> Step:
    return Step(
        after_s=entry.after_s,
        needs=dict(entry.needs),
        queues=frozenset(entry.queues),
        sites=frozenset(entry.sites),
        interpreter=entry.interpreter or "",
    )


def boosts_of(file: QueuesFile) -> Boosts:
    return Boosts(
        priority_step_s=file.priority_step_s,
        vip_s=file.vip_boost_s,
        urgency_s=dict(file.urgency_boost_s.items()),
        max_s=file.max_boost_s,
    )
