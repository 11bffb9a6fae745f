"""What a queue asks of an agent as the wait goes on: one step after another.

Decides the demand at an instant from the queue's plan. Steps only ever ask for less: lower levels,
more queues, more sites. Knows no callers but the one it is asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ari_app.routing.callers import Demand, Needs
from ari_app.routing.strategies import Strategy


@dataclass(frozen=True, slots=True)
class Step:
    """From ``after_s`` seconds of waiting on.

    ``needs`` are the most that is still asked of a skill, 0 being nothing. ``queues`` and ``sites``
    are asked too. ``interpreter`` is the outside number that joins an agent who has not got what
    was asked for before this step.
    """

    after_s: float
    needs: Mapping[str, int] = field(default_factory=dict)
    queues: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    interpreter: str = ""


@dataclass(frozen=True, slots=True)
class LastAgent:
    """Whoever served this number within ``within_s`` is waited for, ``wait_s`` long."""

    within_s: float
    wait_s: float


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """How a queue looks for an agent. ``sites`` are asked first; none means everywhere.

    ``steps`` are in the order of their times.
    """

    strategy: Strategy = Strategy.LONGEST_IDLE
    sites: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()
    last_agent: LastAgent | None = None


def steps_at(plan: QueuePlan, since: float, now: float) -> tuple[Step, ...]:
    """The steps that are reached. Instants are compared, as the deadlines are reckoned."""
    return tuple(step for step in plan.steps if since + step.after_s <= now)


def next_step_at(plan: QueuePlan, since: float, now: float) -> float | None:
    """Epoch seconds of the next one."""
    coming = (since + step.after_s for step in plan.steps)
    return min((at for at in coming if at > now), default=None)


def demand_of(queue: str, needs: Needs, plan: QueuePlan, steps: tuple[Step, ...]) -> Demand:
    """What is asked once these steps are reached. Sites are only widened: none stay all."""
    queues, sites = {queue}, set(plan.sites)
    for step in steps:
        needs = lowered(needs, step.needs)
        queues |= step.queues
        sites |= step.sites if plan.sites else set()
    return Demand(frozenset(queues), needs, frozenset(sites))


def lowered(needs: Needs, most: Mapping[str, int]) -> Needs:
    levels = ((skill, min(level, most.get(skill, level))) for skill, level in needs)
    return tuple((skill, level) for skill, level in levels if level > 0)


def interpreter_for(needs: Needs, steps: tuple[Step, ...], skills: Mapping[str, int]) -> str:
    """Who has to help this agent with this caller; empty for nobody."""
    for number, step in enumerate(steps):
        if step.interpreter and not has_all(skills, needs):
            return _latest(steps[number:])
        needs = lowered(needs, step.needs)
    return ""


def _latest(steps: tuple[Step, ...]) -> str:
    return [step.interpreter for step in steps if step.interpreter][-1]


def has_all(skills: Mapping[str, int], needs: Needs) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in needs)
