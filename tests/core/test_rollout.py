"""Which calls try a canary, and when it has to go."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.core.rollout import Bounds, Canary, Rollout, Seen, Tally

CALLS = [f"hotline-1763915000.{number}" for number in range(10_000)]
ids = st.text(min_size=1)
percents = st.floats(0, 100)
dialled = st.sampled_from(["12345", "12315", ""])
seen = st.sampled_from(["begun", "through", "abandoned", "erred"])


def tried(percent: float, bounds: Bounds | None = None, *numbers: str) -> Rollout:
    return Rollout(1, Canary(2, percent, frozenset(numbers), bounds or Bounds()))


@given(ids, dialled, percents)
def test_the_same_call_always_gets_the_same_version(call: str, number: str, percent: float):
    one, other = tried(percent), tried(percent).observe(2, "begun").observe(1, "abandoned")
    assert one.version_for(call, number) == other.version_for(call, number)


@given(ids, dialled, percents, percents)
def test_a_greater_share_keeps_every_call_of_the_smaller(
    call: str, number: str, one: float, other: float
):
    least, most = sorted((one, other))
    if tried(least).version_for(call, number) == 2:
        assert tried(most).version_for(call, number) == 2


@given(ids, dialled)
def test_nothing_and_everything_are_exact(call: str, number: str):
    assert tried(0).version_for(call, number) == 1
    assert tried(100).version_for(call, number) == 2
    assert tried(0, None, number).version_for(call, number) == 2


@pytest.mark.parametrize("percent", [1, 5, 50])
def test_the_share_is_met_within_a_fifth(percent: float):
    counted = Counter(tried(percent).version_for(call, "12345") for call in CALLS)
    assert counted[2] == pytest.approx(len(CALLS) * percent / 100, rel=0.2)


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), seen)))
def test_only_calls_of_the_two_versions_are_counted(noticed: list[tuple[int, Seen]]):
    rollout = tried(50)
    for version, what in noticed:
        rollout = rollout.observe(version, what)
    for version, tally in ((1, rollout.of_stable), (2, rollout.of_canary)):
        counted = Counter(what for number, what in noticed if number == version)
        assert tally == Tally(**counted)


@given(
    st.builds(Bounds, st.floats(0, 1), st.floats(0, 1), st.integers(1, 100)),
    st.lists(seen, max_size=150),
)
def test_a_canary_goes_exactly_when_a_bound_is_exceeded_for_sure(
    bounds: Bounds, noticed: list[Seen]
):
    rollout = tried(50, bounds)
    for what in noticed:
        rollout = rollout.observe(2, what)
    counted = Counter(noticed)
    left = counted["through"] + counted["abandoned"]
    too_many = counted["erred"] > bounds.errors * max(
        counted["begun"], bounds.min_calls
    ) or counted["abandoned"] > bounds.abandoned * max(left, bounds.min_calls)
    judged = rollout.judged()
    assert (judged.canary is None) == too_many == bool(judged.stopped)
    assert judged.stable == 1


def test_one_early_hang_up_proves_nothing_but_seven_of_twenty_are_enough():
    rollout = tried(50, Bounds(abandoned=0.3, min_calls=20))
    for _ in range(6):
        rollout = rollout.observe(2, "abandoned").judged()
    assert rollout.canary is not None
    assert "7 of 7 callers hung up" in rollout.observe(2, "abandoned").verdict()


def test_a_version_in_service_is_never_taken_out_by_its_figures():
    rollout = Rollout(1)
    for _ in range(1000):
        rollout = rollout.observe(1, "erred").observe(1, "abandoned").judged()
    assert rollout.stable == 1
    assert rollout.stopped == ""
