"""A work order's steps: what may follow what, until when, and with which words it is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.tickets.work_order import TRANSITIONS, Asked, At, Refused, Step, WorkOrder, moved
from tests.tickets.calendars import OFFICE, SLA, at, text

PROFILE = SLA.profile("shandong_2020")
START = at("2026-03-02 10:00")
NEW = WorkOrder("w1", "t1", "housing", PROFILE.name, START, due_at=at("2026-03-10 00:00"))
SIGNED = replace(NEW, signed_at=START + 60)
ANSWERED = replace(SIGNED, first_response_at=START + 120)
CLOSED = replace(ANSWERED, closed_at=START + 180, result="已修复")
RETURNED = replace(SIGNED, returned_at=START + 180, returned_reason="不属于本单位职责")
IN = {
    At.DISPATCHED: NEW, At.SIGNED: SIGNED, At.RESPONDED: ANSWERED, At.CLOSED: CLOSED,
    At.RETURNED: RETURNED,
}  # fmt: skip


def go(order: WorkOrder, step: Step, now: float = START + 600, **asked) -> WorkOrder | Refused:
    return moved(order, Asked(step, **({"text": "说明"} | asked)), PROFILE, OFFICE, now)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", At)
def test_exactly_the_steps_of_the_table_are_taken(state: At, step: Step):
    assert IN[state].state is state
    found = go(IN[state], step)
    if step in TRANSITIONS[state]:
        assert isinstance(found, WorkOrder), found
        assert found.state is TRANSITIONS[state][step]
    else:
        assert isinstance(found, Refused)
        assert found.code == "out_of_turn"


def test_who_is_refused_hears_where_it_stands_and_what_is_possible():
    found = go(NEW, Step.CLOSE)
    assert isinstance(found, Refused)
    assert found.message == "该派单已派单、待签收，不能办结。现在可以：签收、退回。"
    found = go(CLOSED, Step.SIGN)
    assert isinstance(found, Refused)
    assert found.message == "该派单已办结，不能签收。此后不能再操作，如需办理请重新派单。"


def test_an_extension_goes_as_far_as_the_profile_says_and_once():
    found = go(SIGNED, Step.EXTEND)
    assert isinstance(found, WorkOrder)
    assert text(found.extended_to) == "2026-03-24 00:00"  # ten working days after Monday 9 March
    assert found.ends_at == found.extended_to
    assert go(found, Step.EXTEND).code == "extended_already"
    assert go(SIGNED, Step.EXTEND, until=found.extended_to + 1).code == "too_long"
    assert go(SIGNED, Step.EXTEND, until=SIGNED.due_at).code == "too_long"
    assert go(SIGNED, Step.EXTEND, until=SIGNED.due_at + 60).extended_to == SIGNED.due_at + 60
    assert go(SIGNED, Step.EXTEND, text="").code == "no_reason"
    strict = SLA.profile("guangdong_2022")
    assert moved(SIGNED, Asked(Step.EXTEND, "x"), strict, OFFICE, START).code == "no_extension"


def test_an_order_that_is_overdue_is_not_extended_any_more():
    assert SIGNED.due_at is not None
    assert go(SIGNED, Step.EXTEND, SIGNED.due_at).extended_to is not None
    for until in (None, SIGNED.due_at + 30, SIGNED.due_at + 86400):
        found = go(SIGNED, Step.EXTEND, SIGNED.due_at + 60, until=until)
        assert found.code == "overdue"
    assert SIGNED.card(PROFILE, OFFICE, SIGNED.due_at + 60) == "red"


def test_a_unit_returns_within_two_working_days_with_a_reason():
    assert go(SIGNED, Step.RETURN, at("2026-03-04 23:59")).returned_reason == "说明"
    assert go(SIGNED, Step.RETURN, at("2026-03-05 00:01")).code == "too_late"
    assert go(NEW, Step.RETURN, text="").code == "no_reason"


def test_an_answer_that_closes_is_the_first_one_too():
    found = go(SIGNED, Step.CLOSE, START + 500, text="已修复")
    assert (found.first_response_at, found.closed_at) == (START + 500, START + 500)
    assert go(ANSWERED, Step.CLOSE, START + 500).first_response_at == START + 120
    assert go(SIGNED, Step.CLOSE, text="").code == "no_result"


@given(st.lists(st.tuples(st.sampled_from(list(Step)), st.integers(0, 86400 * 4)), max_size=12))
def test_whatever_is_asked_in_whatever_order_instants_never_change_and_never_go_back(asked):
    order, now = NEW, START
    for step, later in asked:
        now += later
        after = go(order, step, now)
        if isinstance(after, Refused):
            assert after.message.endswith("。")
            continue
        for name in ("signed_at", "first_response_at", "returned_at", "closed_at", "extended_to"):
            before = getattr(order, name)
            assert before is None or getattr(after, name) == before
        assert order.is_live
        order = after
    steps = (order.dispatched_at, order.signed_at, order.first_response_at, order.closed_at)
    happened = [one for one in steps if one is not None]
    assert happened == sorted(happened)
