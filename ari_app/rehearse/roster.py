"""Who sits where when: shifts of four hours, and as many seats as the hour's calls need.

Decides who comes and goes on each full hour. Agents are the configured ones, repeated until there
are enough, so that skills and queues are mixed as in the real centre.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil

from ari_app.core.values import AgentId, AgentProfile, Centre
from ari_app.rehearse import erlang
from ari_app.rehearse.plan import HOUR_S, Plan, calls_per_hour

SHIFT_HOURS = 4
PEOPLE_PER_SEAT = 3
"""In turns of a shift each: nobody works more than four hours at a stretch or eight a day."""
FEWEST_SEATS = 2
NEVER_S = 1e9
GOAL_S, GOAL = 15.0, 0.95
"""What the hours' seats are planned for: GB/T 33358-2016 wants an answer within 15 s."""
PLANNED_WRAP_UP_S = 30.0
"""What a roster is planned with, whatever wrap-up is tried on the day."""


@dataclass(frozen=True, slots=True)
class Turn:
    """At ``at`` (seconds of the day) somebody comes to work or goes."""

    at: float
    agent: AgentId
    comes: bool


def seats_per_hour(plan: Plan) -> list[int]:
    """As Erlang C shares them out over the day, the plan's seats in the busiest hour."""
    if not plan.shifts:
        return [plan.seats] * len(plan.curve)
    handling_s = plan.answer_s + plan.talk_s + PLANNED_WRAP_UP_S
    needed = [
        erlang.agents_needed(calls / HOUR_S, handling_s, limit_s=GOAL_S, share=GOAL)
        for calls in calls_per_hour(plan)
    ]
    most = max(needed)
    fewest = min(FEWEST_SEATS, plan.seats)
    return [max(fewest, ceil(one * plan.seats / most)) for one in needed]


def centre_of(configured: Centre, plan: Plan) -> Centre:
    """The configured queues with the plan's wrap-up, and people for all seats of the day."""
    models = [one for one in configured.agents.values() if one.role == "agent"]
    people = [
        _copy(models[seat % len(models)], agent_at(seat, turn))
        for seat in range(plan.seats)
        for turn in range(PEOPLE_PER_SEAT if plan.shifts else 1)
    ]
    queues = {
        name: replace(queue, wrap_up_s=plan.wrap_up_s) for name, queue in configured.queues.items()
    }
    rules = configured.staffing
    if not plan.shifts:  # who stays all day must not tire
        rules = replace(rules, work_limit_s=NEVER_S, talk_limit_s=NEVER_S)
    agents = {one.agent_id: one for one in people}
    return replace(configured, agents=agents, queues=queues, staffing=rules)


def agent_at(seat: int, turn: int) -> AgentId:
    return AgentId(f"seat{seat + 1}{'abc'[turn % PEOPLE_PER_SEAT]}")


def turns(plan: Plan) -> Iterator[Turn]:
    """Everybody's coming and going, in order; who comes is named before who goes."""
    seated: dict[int, AgentId] = {}
    for hour, seats in enumerate(seats_per_hour(plan)):
        now = {seat: _on_duty(seat, hour if plan.shifts else 0) for seat in range(seats)}
        for seat, agent in now.items():
            if seated.get(seat) != agent:
                yield Turn(hour * HOUR_S, agent, comes=True)
        for seat, agent in seated.items():
            if now.get(seat) != agent:
                yield Turn(hour * HOUR_S, agent, comes=False)
        seated = now


def _on_duty(seat: int, hour: int) -> AgentId:
    """Not all seats change hands at once: a quarter of them every hour."""
    return agent_at(seat, (hour + seat % SHIFT_HOURS) // SHIFT_HOURS)


def _copy(model: AgentProfile, agent: AgentId) -> AgentProfile:
    return replace(model, agent_id=agent, answer="phone")
