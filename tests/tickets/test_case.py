"""What people do with a ticket, decided over plain values."""

from dataclasses import replace
from typing import Any

import pytest

from ari_app.tickets.case import (
    Case,
    Centre,
    Change,
    Editor,
    What,
    card_of,
    closed,
    dispatch_by,
    dispatched,
    edited,
    joined,
    may_work_on,
    more_urgent,
    reopened,
    stepped,
)
from ari_app.tickets.words import URGENCIES
from ari_app.tickets.work_order import Asked, Refused, Step
from tests.tickets.calendars import OFFICE, SHIPPED, at, text

START = at("2026-03-02 10:00")
CENTRE = Centre(SHIPPED.rules, OFFICE, START)


def case(**fields: Any) -> Case:
    whole = {"ticket_id": "t-1", "agent_id": "1001", "matter_cause": "路灯不亮", "closed_at": None}
    return Case({**whole, **fields})


def after(before: Case, change: Any) -> Case:
    assert isinstance(change, Change), change
    orders = {one.work_order_id: one for one in (*before.orders, *change.orders)}
    return Case({**before.ticket, **change.fields}, tuple(orders.values()))


def at_work(units: list[str], **fields: Any) -> Case:
    begun = case(**fields)
    return after(begun, dispatched(begun, units, "shandong_2020", CENTRE))


def step(
    before: Case, number: int, what: Step, now: float = START + 60, said: str = "说明"
) -> Case:
    centre = replace(CENTRE, now=now)
    return after(before, stepped(before, f"t-1.w{number}", Asked(what, said), centre))


def code(found: object) -> str:
    assert isinstance(found, Refused), found
    return found.code


def test_several_units_get_an_order_each_with_its_own_clock():
    found = at_work(["housing", "health"], case_type="投诉")
    assert [(one.work_order_id, one.unit) for one in found.orders] == [
        ("t-1.w1", "housing"),
        ("t-1.w2", "health"),
    ]
    assert found.ticket["target_units"] == ["housing", "health"]
    assert text(found.ticket["due_at"]) == "2026-03-10 00:00"
    assert found.ticket["dispatched_at"] == START


def beijing(now: str) -> Centre:
    sla = replace(SHIPPED.rules.sla, default="beijing_draft_2021")
    return Centre(replace(SHIPPED.rules, sla=sla), OFFICE, at(now))


def test_a_ticket_that_nobody_dispatches_has_an_end_and_a_card():
    waiting = case(arrived_at=START, urgency="紧急")
    assert text(dispatch_by(waiting, beijing("2026-03-02 10:00"))) == "2026-03-02 11:00"
    assert card_of(waiting, beijing("2026-03-02 10:29")) is None
    assert card_of(waiting, beijing("2026-03-02 10:30")) == "yellow"
    assert card_of(waiting, beijing("2026-03-02 11:01")) == "red"
    answered = case(arrived_at=START, urgency="紧急", closed_at=START + 600)
    assert card_of(answered, beijing("2026-03-09 10:00")) is None


def test_the_clock_of_the_dispatch_ends_with_the_first_order():
    centre = beijing("2026-03-02 11:30")
    begun = case(arrived_at=START, urgency="紧急")
    found = after(begun, dispatched(begun, ["health"], "", centre))
    assert (dispatch_by(found, centre), card_of(found, centre)) == (None, None)


def test_a_call_that_said_nothing_need_not_be_dispatched():
    late = beijing("2026-03-09 10:00")
    silent = case(arrived_at=START, matter_cause=None)
    assert (dispatch_by(silent, late), card_of(silent, late)) == (None, None)
    assert card_of(case(arrived_at=START), CENTRE) is None, "a profile without this clock"


def test_without_a_profile_a_unit_has_the_default():
    begun = case(case_type="举报")
    found = after(begun, dispatched(begun, ["health"], "", CENTRE))
    assert (found.orders[0].profile, text(found.orders[0].due_at)) == (
        "guangdong_2022",
        "2026-03-24 00:00",
    )


@pytest.mark.parametrize(
    ("fields", "units", "profile", "refused"),
    [
        ({}, ["police"], "", "no_such_unit"),
        ({}, ["health"], "mars", "no_such_profile"),
        ({"closed_at": 1.0}, ["health"], "", "closed"),
        ({"matter_cause": None}, ["health"], "", "no_matter"),
    ],
)
def test_what_cannot_be_dispatched_is_refused(fields, units, profile, refused):
    assert code(dispatched(case(**fields), units, profile, CENTRE)) == refused


def test_a_unit_at_work_is_not_asked_twice_but_again_after_it_returned_it():
    found = at_work(["housing"])
    assert code(dispatched(found, ["housing"], "", CENTRE)) == "dispatched_already"
    found = step(found, 1, Step.RETURN, said="不属于本单位职责")
    assert found.ticket["returned_reason"] == "不属于本单位职责"
    assert found.ticket["target_units"] == []
    found = after(found, dispatched(found, ["housing"], "", CENTRE))
    assert [one.work_order_id for one in found.orders] == ["t-1.w1", "t-1.w2"]


def test_the_ticket_is_signed_and_answered_when_all_units_have():
    found = step(at_work(["housing", "health"]), 1, Step.SIGN, START + 10)
    assert found.ticket["signed_at"] is None
    found = step(found, 2, Step.SIGN, START + 20)
    assert found.ticket["signed_at"] == START + 20
    found = step(step(found, 1, Step.RESPOND, START + 30), 2, Step.CLOSE, START + 40)
    assert found.ticket["first_response_at"] == START + 40
    assert [one.state.value for one in found.orders] == ["responded", "closed"]


def test_it_is_closed_when_no_unit_works_on_it_any_more():
    found = step(at_work(["housing", "health"], disposition="专班协调"), 1, Step.SIGN)
    refused = closed(found, None, CENTRE)
    assert code(refused) == "units_at_work"
    assert "市住房和城乡建设局" in refused.message
    found = step(step(found, 1, Step.CLOSE), 2, Step.RETURN)
    found = after(found, closed(found, None, CENTRE))
    assert (found.ticket["closed_at"], found.ticket["disposition"]) == (START, "专班协调")
    assert code(closed(found, None, CENTRE)) == "closed"
    again = after(found, reopened(found, "市民反映未解决"))
    assert again.ticket["closed_at"] is None


def test_an_answer_on_the_spot_needs_its_disposition_and_urgent_handling_a_name():
    assert code(closed(case(), None, CENTRE)) == "no_disposition"
    assert after(case(), closed(case(), "当场答复", CENTRE)).ticket["closed_at"] == START
    assert code(closed(case(), "紧急办理", CENTRE)) == "needs_supervisor"
    assert code(edited(case(), {"disposition": "紧急办理"})) == "needs_supervisor"
    named = {"disposition": "紧急办理", "named_supervisor": "周班长"}
    assert after(case(), edited(case(), named)).ticket["named_supervisor"] == "周班长"


def test_what_changes_nothing_is_no_change_and_what_the_program_knows_is_not_edited():
    assert edited(case(), {"matter_cause": "路灯不亮"}) is None
    assert code(edited(case(), {"arrived_at": 1.0})) == "not_editable"


def test_a_ticket_is_its_agents_or_whoever_talks_to_its_citizen():
    ticket = case().ticket
    assert may_work_on(ticket, Editor("1001", False))
    assert not may_work_on(ticket, Editor("1002", False))
    assert may_work_on(ticket, Editor("1002", False, on_ticket="t-1"))
    assert may_work_on(ticket, Editor("2001", True))
    assert may_work_on({**ticket, "agent_id": None}, Editor("1002", False))


def test_a_repeat_is_joined_and_closed_and_the_third_makes_it_more_urgent():
    first = case(ticket_id="t-0")
    second, more = joined(case(), first, 0, CENTRE)  # type: ignore[misc]
    assert second.fields == {"closed_at": START, "repeat_of": "t-0"}
    assert (more.what, more.fields) == (What.REPEATED, {})
    _, more = joined(case(), first, 1, CENTRE)  # type: ignore[misc]
    assert more.fields == {"urgency": "急"}
    urgent = case(ticket_id="t-0", urgency="紧急")
    _, more = joined(case(), urgent, 7, CENTRE)  # type: ignore[misc]
    assert more.fields == {}
    assert [more_urgent(one) for one in (None, *URGENCIES)] == ["急", "急", "紧急", "紧急"]


def test_a_ticket_brings_along_those_it_took_in_and_each_of_them_counts():
    first = case(ticket_id="t-0", urgency="普通")
    _, more = joined(case(), first, 0, CENTRE, brought=1)  # type: ignore[misc]
    assert (more.fields, more.data[0]["count"]) == ({"urgency": "急"}, 2)
    _, more = joined(case(), first, 0, CENTRE, brought=2)  # type: ignore[misc]
    assert more.fields == {"urgency": "紧急"}
    _, more = joined(case(), first, 2, CENTRE)  # type: ignore[misc]
    assert more.fields == {"urgency": "急"}


@pytest.mark.parametrize(
    ("one", "first", "refused"),
    [
        (case(), case(), "itself"),
        (case(repeat_of="t-9"), case(ticket_id="t-0"), "joined"),
        (case(), case(ticket_id="t-0", repeat_of="t-9"), "not_the_first"),
        (case(), case(ticket_id="t-0", closed_at=1.0), "closed"),
        (case(closed_at=1.0), case(ticket_id="t-0"), "closed"),
        (at_work(["health"]), case(ticket_id="t-0"), "units_at_work"),
    ],
)
def test_what_cannot_be_joined_is_refused(one: Case, first: Case, refused: str):
    assert code(joined(one, first, 0, CENTRE)) == refused


def test_a_joined_ticket_is_not_reopened():
    assert code(reopened(case(closed_at=1.0, repeat_of="t-0"), "x")) == "joined"
    assert code(reopened(case(), "x")) == "not_closed"
