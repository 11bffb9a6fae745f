"""Who gets whom: a table of cases, and the rule that no other match would be fairer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.routing.match import Candidate, Match, Waiting, in_order, longest_idle

GENERAL = frozenset({"general"})


def waiting(call: str, *, since: float = 0.0, priority: int = 0, queue: str = "general", **needs):
    return Waiting(call, queue, tuple(needs.items()), priority, since)


def candidate(agent: str, *, since: float = 0.0, queues: frozenset[str] = GENERAL, **skills):
    return Candidate(agent, skills, queues, since)


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
            [waiting("early", since=1), waiting("urgent", since=9, priority=9)],
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
        "priority before place",
        "whom nobody can take does not block the others",
        "the idlest who can",
    ],
)
def test_a_case(callers, agents, expected):
    assert longest_idle(callers, agents) == expected


def test_two_who_came_at_once_are_told_apart_by_their_ids():
    both = [waiting("c2"), waiting("c1")]
    assert [caller.call for caller in in_order(both)] == ["c1", "c2"]
    idle = [candidate("li"), candidate("wang")]
    assert longest_idle(both, reversed(idle)) == longest_idle(reversed(both), idle)


needs = st.dictionaries(st.sampled_from(["zh", "en"]), st.integers(1, 5))
callers = st.lists(
    st.builds(
        Waiting,
        st.uuids().map(str),
        st.sampled_from(["general", "urgent"]),
        needs.map(lambda some: tuple(some.items())),
        st.integers(0, 2),
        st.integers(0, 5).map(float),
    ),
    max_size=6,
)
candidates = st.lists(
    st.builds(
        Candidate,
        st.uuids().map(str),
        needs,
        st.frozensets(st.sampled_from(["general", "urgent"])),
        st.integers(0, 5).map(float),
    ),
    max_size=4,
)


@given(callers, candidates)
def test_nobody_who_should_go_first_is_passed_over(some: list[Waiting], ready: list[Candidate]):
    found = longest_idle(some, ready)
    fitting = [(w, a) for w in some for a in ready if a.can_take(w)]
    assert (found is None) == (not fitting)
    if found is not None:
        caller = next(w for w in some if w.call == found.call)
        agent = next(a for a in ready if a.agent == found.agent)
        assert agent.can_take(caller)
        for other, able in fitting:
            assert (-caller.priority, caller.since) <= (-other.priority, other.since)
            assert other.call != caller.call or agent.since <= able.since
