"""One instant per key, taken in order, whatever is set, moved and taken back in between."""

from hypothesis import given
from hypothesis import strategies as st

from ari_app.core.deadlines import Deadlines


def test_the_earliest_comes_first_and_each_only_once():
    ends: Deadlines[str] = Deadlines()
    for key, at in (("late", 3.0), ("early", 1.0), ("middle", 2.0)):
        ends.set(key, at)
    assert ends.next() == 1.0
    assert ends.take_due(2.0) == ["early", "middle"]
    assert ends.take_due(2.0) == []
    assert ends.next() == 3.0


def test_nothing_is_due_before_its_instant():
    ends: Deadlines[str] = Deadlines()
    ends.set("a", 1.0)
    assert ends.take_due(0.999) == []


def test_a_key_set_again_is_due_at_its_new_instant_alone():
    ends: Deadlines[str] = Deadlines()
    ends.set("a", 1.0)
    ends.set("a", 5.0)
    ends.set("a", 5.0)
    assert ends.take_due(4.0) == []
    assert ends.take_due(5.0) == ["a"]
    assert ends.next() is None


def test_a_key_set_to_none_is_forgotten_even_if_it_was_never_known():
    ends: Deadlines[str] = Deadlines()
    ends.set("a", 1.0)
    ends.set("a", None)
    ends.set("b", None)
    assert ends.next() is None


changes = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.one_of(st.none(), st.integers(0, 9).map(float)),
        st.booleans(),
    )
)


@given(changes)
def test_it_agrees_with_a_plain_dictionary(steps: list[tuple[str, float | None, bool]]):
    ends: Deadlines[str] = Deadlines()
    model: dict[str, float] = {}
    for key, at, takes in steps:
        if takes:
            due = ends.take_due(at or 0.0)
            assert sorted(due) == sorted(k for k, end in model.items() if end <= (at or 0.0))
            for taken in due:
                del model[taken]
        else:
            ends.set(key, at)
            model.pop(key, None)
            if at is not None:
                model[key] = at
        assert ends.next() == min(model.values(), default=None)
