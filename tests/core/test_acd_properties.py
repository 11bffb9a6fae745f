"""Call distribution, whatever happens in whatever order: a hundred thousand walks and a machine.

Never two calls on one agent, nobody rings for a caller who left, every reservation is freed,
wrap-up is exact, no callback and nobody else overtakes, nobody starves beyond the ageing bound, and
steps and overflow are obeyed. ``acd_world.py`` says how each is judged.
"""

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ari_app.core.desk_events import AgentAskedPause, AgentAskedReady, AgentDeclined
from ari_app.core.values import AgentId, CallId
from tests.complaints.floor import Floor
from tests.core.acd_world import Broken, World
from tests.core.callback_world import CallbackWorld

ACTIONS = len(World.ACTIONS)
WALKS = 100_000
STEPS = 6
FRESH_EVERY = 50
"""So often a walk begins with a new dispatcher; the others with what the last one left."""

numbers = st.integers(0, 10_000)


class Distribution(RuleBasedStateMachine):
    """The same world as the walker's, for counterexamples that are short."""

    @initialize()
    def begin(self) -> None:
        self.world = World()

    @rule(kind=numbers, x=numbers, y=numbers)
    def something_happens(self, kind: int, x: int, y: int) -> None:
        self.world.act(kind, x, y)

    @invariant()
    def nobody_waits_in_vain(self) -> None:
        if hasattr(self, "world"):
            self.world.nobody_waits_in_vain()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.go_home()


Distribution.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, derandomize=True
)
TestDistribution = Distribution.TestCase


def walk(world: World, chance: Random) -> None:
    below = chance.random
    for _ in range(STEPS):
        world.act(int(below() * ACTIONS), int(below() * 10_000), int(below() * 10_000))
    world.nobody_waits_in_vain()


@pytest.mark.timeout(900)  # about a minute on a machine that is not busy
def test_a_hundred_thousand_random_walks_break_no_promise() -> None:
    world, offers = World(), 0
    for number in range(WALKS):
        if number % FRESH_EVERY == 0:
            world.go_home()
            offers += world.offers
            world = World()
        try:
            walk(world, Random(number))
        except Broken as broken:
            begin = number - number % FRESH_EVERY
            raise AssertionError(f"walks {begin} to {number}: {broken}") from broken
    assert offers > WALKS / 2


CALLBACK_WALKS, CALLBACK_STEPS = 300, 40


def test_random_walks_through_callbacks_overtake_nobody_and_call_nobody_twice() -> None:
    """Through the whole engine: the agent is there before the citizen is called, one dial a
    citizen, never more out than agents, and the place of the first call is kept."""
    dials = 0
    for number in range(CALLBACK_WALKS):
        world, below = CallbackWorld(), Random(number).random
        for _ in range(CALLBACK_STEPS):
            world.act(int(below() * len(world.ACTIONS)), int(below() * 10_000))
        world.go_home()
        dials += world.dials
    assert dials > CALLBACK_WALKS / 2


# What the walks have found, as short as it can be told.


def test_of_two_callers_whose_phones_stop_ringing_at_once_the_first_goes_first() -> None:
    floor = Floor(["a", "b", "c"], {"q": 30.0})
    floor.desk(AgentAskedPause(AgentId("c"), "meal"))
    floor.comes("late", "q", since=floor.now + 5.0)
    floor.comes("early", "q")
    floor.after(19.9)
    floor.desk(AgentAskedReady(AgentId("c")))
    floor.after(0.1)
    assert floor.ringing["early"] == "c"


def test_who_missed_a_caller_and_then_talked_longer_than_they_are_kept_apart_takes_them() -> None:
    floor = Floor(["a"], {"q": 0.0})
    floor.comes("missed", "q")
    floor.desk(AgentDeclined(AgentId("a"), CallId("missed")))
    floor.comes("other", "q")
    floor.answers("other")
    floor.after(60.0)
    floor.ends("other", "q", "a")
    assert floor.ringing == {"missed": "a"}
