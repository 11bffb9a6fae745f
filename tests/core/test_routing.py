"""Who gets whom: a table of cases, and the rule that no other match would be fairer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.routing.callers import Demand, Waiting
from ari_app.routing.candidate import Candidate
from ari_app.routing.line import Line
from ari_app.routing.match import Match, choose, next_caller
from ari_app.routing.place import Boosts
from ari_app.routing.plan import (
    QueuePlan,
    Step,
    demand_of,
    interpreter_for,
    next_step_at,
    steps_at,
)
from ari_app.routing.pool import Member, Pool
from ari_app.routing.strategies import STRATEGIES, Strategy

GENERAL = frozenset({"general"})


def waiting(call: str, *, since: float = 0.0, boost: float = 0.0, queue: str = "general", **needs):
    place = Boosts().place(since, boost)
    return Waiting(call, queue, tuple(needs.items()), since, place, steps_from=since)


def candidate(agent: str, *, since: float = 0.0, queues: frozenset[str] = GENERAL, **skills):
    return Candidate(agent, skills, since), Member(agent, skills, queues)


def line_of(callers, members=()) -> Line:
    line, pool = Line(), Pool({member.agent: member for member in members})
    for caller in callers:
        demand = demand_of(caller.queue, caller.needs, QueuePlan(), ())
        line.put(caller, demand, pool.fitting(demand))
    return line


def matched(callers, agents, strategy: Strategy = Strategy.LONGEST_IDLE) -> Match | None:
    line = line_of(callers, [member for _, member in agents])
    ready = {one.agent: one for one, _ in agents}
    caller = next_caller(line, ready, list(ready))
    return caller and choose(caller, line, ready, QueuePlan(strategy), 100.0)


@pytest.mark.parametrize(
    ("callers", "agents", "expected"),
    [
        ([], [candidate("wang")], None),
        ([waiting("c1")], [], None),
        ([waiting("c1")], [candidate("wang")], Match("c1", "wang")),
        ([waiting("c1", en=3)], [candidate("wang", en=2)], None),
        ([waiting("c1", en=3)], [candidate("wang", en=3)], Match("c1", "wang")),
        ([waiting("c1", en=1, zh=1)], [candidate("wang", en=5)], None),
        ([waiting("c1", queue="urgent")], [candidate("wang")], None),
        (
            [waiting("c1")],
            [candidate("busy", since=9), candidate("idle", since=1)],
            Match("c1", "idle"),
        ),
        (
            [waiting("late", since=2), waiting("early", since=1)],
            [candidate("wang")],
            Match("early", "wang"),
        ),
        (
            [waiting("early", since=1), waiting("urgent", since=9, boost=600)],
            [candidate("wang")],
            Match("urgent", "wang"),
        ),
        (
            [waiting("english", since=1, en=1), waiting("anybody", since=2)],
            [candidate("wang", zh=5)],
            Match("anybody", "wang"),
        ),
        (
            [waiting("c1", en=1)],
            [candidate("wang", since=1), candidate("li", since=5, en=1)],
            Match("c1", "li"),
        ),
    ],
    ids=[
        "no caller",
        "no agent",
        "both",
        "level too low",
        "level just enough",
        "one skill lacking",
        "other queue",
        "longest idle first",
        "first come first served",
        "boosted before place",
        "whom nobody can take does not block the others",
        "the idlest who can",
    ],
)
def test_a_case(callers, agents, expected):
    assert matched(callers, agents) == expected


def test_two_who_came_at_once_are_told_apart_by_their_ids():
    both = [waiting("c2"), waiting("c1")]
    idle = [candidate("li"), candidate("wang")]
    assert matched(both, idle) == matched(both[::-1], idle[::-1]) == Match("c1", "li")


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.LONGEST_IDLE, "idle"),
        (Strategy.LEAST_OCCUPIED, "rested"),
        (Strategy.MOST_SKILLED, "expert"),
        (Strategy.ORDERED, "first"),
    ],
)
def test_each_strategy_asks_another_agent(strategy, expected):
    agents = [
        Candidate("idle", {"en": 2}, 1.0, rank=3, busy_s=90.0, worked_s=100.0),
        Candidate("rested", {"en": 2}, 50.0, rank=3, busy_s=1.0, worked_s=100.0),
        Candidate("expert", {"en": 5}, 60.0, rank=3, busy_s=90.0, worked_s=100.0),
        Candidate("first", {"en": 2}, 70.0, rank=1, busy_s=90.0, worked_s=100.0),
    ]
    both = [(one, Member(one.agent, one.skills, GENERAL)) for one in agents]
    assert matched([waiting("c1", en=2)], both, strategy) == Match("c1", expected)


def test_every_strategy_has_one_function():
    assert set(STRATEGIES) == set(Strategy)


def test_whoever_has_just_missed_a_caller_takes_the_next_one_instead():
    callers = [waiting("c1", since=1), waiting("c2", since=2)]
    line = line_of(callers, [Member("wang", {}, GENERAL)])
    ready = {"wang": Candidate("wang", {}, 0.0, avoids="c1")}
    caller = next_caller(line, ready, ["wang"])
    assert caller is not None
    assert caller.call == "c2"


# --- place ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "urgency", "is_vip", "boost_s"),
    [
        (0, "", False, 0.0),
        (0, "普通", False, 0.0),
        (2, "", False, 120.0),
        (0, "急", False, 300.0),
        (0, "紧急", False, 600.0),
        (1, "急", True, 660.0),
        (9, "紧急", True, 900.0),
    ],
)
def test_a_place_is_moved_forward_by_what_the_case_asks(priority, urgency, is_vip, boost_s):
    boosts = Boosts()
    own_s = boosts.own_s(priority, urgency, is_vip=is_vip)
    assert boosts.place(1000.0, own_s) == 1000.0 - boost_s


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_nobody_is_overtaken_by_whoever_came_more_than_the_bound_later(first, gap, own, other):
    boosts = Boosts()
    later = first + boosts.max_s + gap + 0.001
    assert boosts.place(first, own) < boosts.place(later, other)


def test_who_lost_an_agent_goes_before_the_most_urgent():
    returned = Waiting("c2", "general", (), 5000.0, 5000.0, is_returned=True)
    agents = [candidate("wang")]
    assert matched([waiting("c1", boost=900), returned], agents) == Match("c2", "wang")


# --- steps ---------------------------------------------------------------------------------------

RELAXING = QueuePlan(
    sites=frozenset({"city"}),
    steps=(
        Step(30.0, needs={"en": 1}),
        Step(60.0, queues=frozenset({"overflow"}), sites=frozenset({"county"})),
        Step(90.0, needs={"en": 0}, sites=frozenset({"home"}), interpreter="interpreters"),
    ),
)
ENGLISH = (("en", 3), ("zh", 1))


@pytest.mark.parametrize(
    ("waited_s", "expected"),
    [
        (0.0, Demand(GENERAL, ENGLISH, frozenset({"city"}))),
        (29.9, Demand(GENERAL, ENGLISH, frozenset({"city"}))),
        (30.0, Demand(GENERAL, (("en", 1), ("zh", 1)), frozenset({"city"}))),
        (
            60.0,
            Demand(
                frozenset({"general", "overflow"}),
                (("en", 1), ("zh", 1)),
                frozenset({"city", "county"}),
            ),
        ),
        (
            500.0,
            Demand(
                frozenset({"general", "overflow"}),
                (("zh", 1),),
                frozenset({"city", "county", "home"}),
            ),
        ),
    ],
)
def test_a_queue_asks_for_less_step_by_step(waited_s, expected):
    steps = steps_at(RELAXING, 1000.0, 1000.0 + waited_s)
    assert demand_of("general", ENGLISH, RELAXING, steps) == expected


def test_the_next_step_is_known_ahead():
    assert next_step_at(RELAXING, 1000.0, 1000.0) == 1030.0
    assert next_step_at(RELAXING, 1000.0, 1030.0) == 1060.0
    assert next_step_at(RELAXING, 1000.0, 1090.0) is None


@pytest.mark.parametrize(
    ("skills", "expected"),
    [({"en": 3, "zh": 5}, ""), ({"en": 1, "zh": 5}, ""), ({"zh": 5}, "interpreters")],
)
def test_an_interpreter_joins_only_who_could_not_have_answered_without(skills, expected):
    assert interpreter_for(ENGLISH, RELAXING.steps, skills) == expected


# --- the fast way agrees with the slow one -------------------------------------------------------

needs = st.dictionaries(st.sampled_from(["zh", "en"]), st.integers(1, 5))
callers = st.lists(
    st.builds(
        lambda call, queue, needs, since, boost: waiting(
            call, queue=queue, since=since, boost=boost, **needs
        ),
        st.uuids().map(str),
        st.sampled_from(["general", "urgent"]),
        needs,
        st.integers(0, 5).map(float),
        st.sampled_from([0.0, 2.0, 900.0]),
    ),
    max_size=6,
)
candidates = st.lists(
    st.builds(
        lambda agent, queues, skills, since: candidate(agent, queues=queues, since=since, **skills),
        st.uuids().map(str),
        st.frozensets(st.sampled_from(["general", "urgent"])),
        needs,
        st.integers(0, 5).map(float),
    ),
    max_size=12,
)


def can_take(member: Member, caller: Waiting) -> bool:
    return caller.queue in member.queues and all(
        member.skills.get(skill, 0) >= level for skill, level in caller.needs
    )


@given(callers, candidates)
def test_nobody_who_should_go_first_is_passed_over(some, agents):
    found = matched(some, agents)
    fitting = [(w, one) for w in some for one, member in agents if can_take(member, w)]
    assert (found is None) == (not fitting)
    if found is not None:
        caller = next(w for w in some if w.call == found.call)
        agent = next(one for one, _ in agents if one.agent == found.agent)
        assert (caller, agent) in fitting
        for other, able in fitting:
            assert caller.key <= other.key
            assert other.call != caller.call or agent.since <= able.since


@given(callers, st.data())
def test_who_leaves_the_line_is_in_no_part_of_it(some, data):
    line = line_of(some)
    gone = data.draw(st.sets(st.sampled_from([c.call for c in some] or ["nobody"])))
    for call in gone:
        line.take(call)
    left = sorted((c for c in some if c.call not in gone), key=lambda caller: caller.key)
    assert sorted(line) == sorted(caller.call for caller in left)
    assert sorted(key for row in line.rows() for key in row.keys) == [caller.key for caller in left]
    for caller in left:
        before = [one for one in left if one.queue == caller.queue and one.key < caller.key]
        assert line.place_in_queue(caller) == len(before)
