"""The departments' four figures against a count by hand and an independent one."""

from hypothesis import given
from hypothesis import strategies as st

from ari_app.tickets.unit_figures import DEFINITIONS, unit_figures
from ari_app.tickets.work_order import WorkOrder

NOW = 1000.0
SATISFIED = frozenset({1, 2})


def order(number: int, unit: str = "a", **more: float | None) -> WorkOrder:
    clocks = {"sign_by": 100.0, "respond_by": 200.0, "due_at": 300.0}
    return WorkOrder(f"w{number}", "t", unit, "p", 0.0, **{**clocks, **more})  # type: ignore[arg-type]


def test_a_day_counted_by_hand():
    rows = [
        (order(1, signed_at=50.0, first_response_at=150.0, closed_at=250.0), 1),
        (order(2, signed_at=150.0, first_response_at=190.0, closed_at=350.0), 3),
        (order(3, signed_at=90.0, first_response_at=90.0, closed_at=350.0, extended_to=400.0), 2),
        (order(4, signed_at=90.0, returned_at=95.0), None),
        (order(5), None),  # nothing happened, all is late
        (order(6, sign_by=2000.0, respond_by=2000.0, due_at=2000.0), None),  # may still happen
    ]
    [found] = unit_figures(rows, SATISFIED, NOW)
    assert (found.dispatched, found.returned, found.rank) == (6, 1, 1)
    assert found.sign_rate.all == ("w1", "w2", "w3", "w5")
    assert found.sign_rate.good == ("w1", "w3")
    assert found.response_rate.value == 3 / 4
    assert found.close_rate.good == ("w1", "w3")
    assert (found.satisfaction.good, found.satisfaction.all) == (("w1", "w3"), ("w1", "w2", "w3"))
    assert set(DEFINITIONS) <= set(found.__dataclass_fields__)


def test_a_unit_of_which_nothing_is_known_has_no_rank():
    [found] = unit_figures(
        [(order(1, sign_by=None, respond_by=None, due_at=None), None)], SATISFIED, NOW
    )
    assert (found.score, found.rank, found.close_rate.value) == (None, None, None)


def test_equals_share_a_rank():
    good = {"signed_at": 1.0, "first_response_at": 1.0, "closed_at": 1.0}
    rows = [(order(1, "a", **good), None), (order(2, "b", **good), None), (order(3, "c"), None)]
    assert [(one.unit, one.rank) for one in unit_figures(rows, SATISFIED, NOW)] == [
        ("a", 1), ("b", 1), ("c", 3),
    ]  # fmt: skip


instant = st.none() | st.floats(0, 2000)


@given(st.lists(st.tuples(st.sampled_from("abc"), instant, instant, st.none() | st.integers(1, 5))))
def test_each_rate_is_what_its_list_of_orders_says(rows: list[tuple]):
    orders = [
        (order(n, unit, signed_at=signed, closed_at=done, first_response_at=done), score)
        for n, (unit, signed, done, score) in enumerate(rows)
    ]
    by_id = {one.work_order_id: (one, score) for one, score in orders}
    for found in unit_figures(orders, SATISFIED, NOW):
        own = [pair for pair in orders if pair[0].unit == found.unit]
        assert found.dispatched == len(own)
        # Clocks end at 100 and 300, before now: every order counts, in time or late.
        assert len(found.sign_rate.all) == len(found.close_rate.all) == len(own)
        in_time = sum(one.closed_at is not None and one.closed_at <= 300 for one, _ in own)
        assert found.close_rate.value == in_time / len(own)
        assert all(by_id[one][1] in SATISFIED for one in found.satisfaction.good)
        assert len(found.satisfaction.all) == sum(score is not None for _, score in own)
