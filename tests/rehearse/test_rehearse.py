"""Rehearsed days: chance alone differs, the dispatcher is the real one, and Erlang C agrees."""

import heapq
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from ari_app.core.values import AgentId, AgentProfile, Centre, QueueName, QueueProfile
from ari_app.rehearse import erlang
from ari_app.rehearse.day import Day
from ari_app.rehearse.plan import HOUR_S, Caller, Demand, Plan, callers
from ari_app.rehearse.rehearsal import DAYS, rehearse, variants
from ari_app.rehearse.results import Result, waits_of
from ari_app.rehearse.roster import centre_of, seats_per_hour, turns

GENERAL = QueueName("general")
CENTRE = Centre(
    {AgentId("w"): AgentProfile(AgentId("w"), "王", {"zh": 5}, frozenset({GENERAL}))},
    {GENERAL: QueueProfile(GENERAL)},
)
DAY = Plan(4000, 28, 30.0, (Demand(GENERAL, (("zh", 1),)),))


def ideal(seats: int, load: float, calls: int, seed: int) -> Plan:
    """A day as Erlang C assumes it: Poisson, exponential, patient, one queue, always manned."""
    hours = 96
    talk_s = seats * load * hours * HOUR_S / calls
    return replace(
        DAY, calls=calls, seats=seats, wrap_up_s=0.0, talk_s=talk_s, talk="exponential",
        patience_s=None, answer_s=0.0, curve=(1.0,) * hours, shifts=False, seed=seed,
    )  # fmt: skip


def played(plan: Plan) -> list[Caller]:
    people = callers(plan)
    Day(plan, centre_of(CENTRE, plan)).run(people, turns(plan))
    return people


def result(plan: Plan) -> Result:
    return rehearse(plan, CENTRE, time.perf_counter)


def first_come_first_served(plan: Plan) -> list[float]:
    """The waits when whoever came first gets the agent who is free first: eight lines of it."""
    free = [0.0] * plan.seats
    waits = []
    for caller in callers(plan):
        begins = max(caller.arrived, heapq.heappop(free))
        waits.append(begins - caller.arrived)
        heapq.heappush(free, begins + caller.talk_s)
    return waits


@pytest.mark.parametrize(("seats", "load"), [(1, 0.6), (5, 0.7), (30, 0.9), (60, 1.02)])
def test_every_single_wait_is_that_of_an_ideal_line(seats: int, load: float) -> None:
    plan = ideal(seats, load, 4000, seed=3)
    waits = [(one.connected or 0.0) - one.arrived for one in played(plan)]
    assert waits == pytest.approx(first_come_first_served(plan), abs=1e-3)


@pytest.mark.parametrize(("seats", "load"), [(4, 0.5), (10, 0.7), (30, 0.8)])
def test_the_ideal_line_comes_to_what_erlang_c_says(seats: int, load: float) -> None:
    """Many calls make chance small; the lines above make the dispatcher the same."""
    plan = ideal(seats, load, 500_000, seed=1)
    waits = first_come_first_served(plan)
    expected_s = erlang.mean_wait_s(seats, plan.calls / (96 * HOUR_S), plan.talk_s)
    assert sum(waits) / len(waits) == pytest.approx(expected_s, rel=0.05)


def test_the_dispatcher_s_waits_agree_with_erlang_c_within_5_percent() -> None:
    plan = ideal(10, 0.7, 40_000, seed=3)
    whole = waits_of(played(plan))
    rate = plan.calls / (96 * HOUR_S)
    assert whole.mean_s == pytest.approx(erlang.mean_wait_s(10, rate, plan.talk_s), rel=0.05)
    assert whole.in_15_s == pytest.approx(
        erlang.answered_within(15.0, 10, rate, plan.talk_s), rel=0.05
    )


@pytest.mark.parametrize(
    ("calls", "handling_s", "agents"),
    [(41, 210, 6), (1300, 210, 88), (1300, 235, 98), (3000, 210, 192), (5020, 235, 349)],
)
def test_erlang_c_gives_the_agents_that_planners_know(
    calls: int, handling_s: float, agents: int
) -> None:
    needed = erlang.agents_needed(calls / HOUR_S, handling_s, limit_s=15.0, share=0.95)
    assert abs(needed - agents) <= 2


def test_erlang_c_without_end_says_so() -> None:
    assert erlang.mean_wait_s(2, 1.0, 2.0) == float("inf")
    assert erlang.answered_within(15.0, 2, 1.0, 3.0) == 0.0


def test_the_same_seed_brings_the_same_callers_whatever_is_tried_with_them() -> None:
    first, second = (callers(one) for one in variants(DAY, [20, 40], [30.0])[:2])
    assert [(one.arrived, one.talk_s) for one in first] == [
        (one.arrived, one.talk_s) for one in second
    ]
    assert callers(replace(DAY, seed=2))[0].arrived != first[0].arrived


def test_every_caller_is_answered_or_gives_up_and_the_hours_add_up() -> None:
    made = result(DAY)
    assert made.whole.calls == DAY.calls == made.whole.answered + made.whole.abandoned
    assert sum(hour.waits.calls for hour in made.hours) == DAY.calls
    assert [hour.seats for hour in made.hours] == seats_per_hour(DAY)
    assert made.line[-1] == 0


def test_a_shorter_wrap_up_shortens_the_waits_of_the_same_callers() -> None:
    long, short = (result(one).whole for one in variants(DAY, [28], [55.0, 30.0]))
    assert short.mean_s < long.mean_s
    assert short.in_15_s > long.in_15_s
    assert short.abandoned < long.abandoned


def test_nobody_takes_two_calls_at_once_and_wrap_up_lies_between() -> None:
    people = [one for one in played(replace(DAY, calls=2000)) if one.connected is not None]
    by_agent: dict[str, list[Caller]] = {}
    for one in people:
        by_agent.setdefault(one.agent, []).append(one)
    for calls in by_agent.values():
        for before, after in pairwise(calls):
            assert (after.offered or 0.0) >= (before.left or 0.0) + DAY.wrap_up_s - 1e-3


def test_missed_offers_go_to_others_and_their_agents_come_back() -> None:
    plan = replace(DAY, calls=1500, missed=0.05)
    made = result(plan)
    assert made.whole.answered > 0.9 * plan.calls
    assert made.whole.longest_s > 20.0


def test_the_announced_wait_is_held_against_the_real_one() -> None:
    made = result(replace(DAY, seats=24, patience_s=None))
    assert made.estimate.count > 100
    assert made.estimate.mean_size_s < made.whole.p95_s


@pytest.mark.parametrize(("calls", "seats"), [*DAYS.values(), (50_200, 388)])
def test_a_whole_day_of_a_city_ends_with_nobody_waiting_and_told_the_truth(
    calls: int, seats: int
) -> None:
    """8 to 35 s of computing each; how long it took is printed by ``hotline rehearse``."""
    made = result(replace(DAY, calls=calls, seats=seats))
    assert made.whole.answered + made.whole.abandoned == calls
    assert made.whole.in_15_s > 0.9
    assert made.line[-1] == 0
    assert abs(made.estimate.mean_s) < 2.0, "callers are told too much, or too little"
    assert made.estimate.p90_size_s < 20.0
