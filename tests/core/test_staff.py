"""How agents work, through the engine: wrap-up, breaks, missed offers, strain, orders of others."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ari_app.core.agent import Agent, AgentState, Signal, restored
from ari_app.core.commands import HangUp, Refuse, RingAgent
from ari_app.core.desk_events import (
    AgentAskedMoreWrapUp,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentForced,
    AgentSignedIn,
    AgentSignedOut,
    AgentWrapUpChanged,
    DeskConnected,
    DeskLost,
    WrapUpChanged,
)
from ari_app.core.engine import Engine
from ari_app.core.events import LegDown, RingFailed
from ari_app.core.modes import Mode
from ari_app.core.records import Json, SaveAgent, SaveOrder
from ari_app.core.shelf import Shelf
from ari_app.core.staffing import PauseReason, Staffing
from ari_app.core.values import (
    AgentId,
    AgentProfile,
    Centre,
    LegId,
    QueueName,
    QueueProfile,
)
from tests.core.playbook import Playbook, flow
from tests.core.test_calls import A1, A2, LEG, LI, WANG, C, ring, ringing, talking
from tests.core.test_dispatch import refused, second_caller_waits

GENERAL, URGENT = QueueName("general"), QueueName("urgent")
ZHOU = AgentId("zhou")
RULES = Staffing(
    pause_reasons={"meal": PauseReason("用餐", 1800.0), "training": PauseReason("培训")},
    work_limit_s=0,
    talk_limit_s=0,
)
SURGE = Mode("台风", wrap_up_s=30.0)
NAMES = ("wang", "li")


def a_centre(rules: Staffing = RULES, modes: Mapping[str, Mode] | None = None) -> Centre:
    def profile(name: str) -> AgentProfile:
        role = "supervisor" if name == ZHOU else "agent"
        queues = frozenset({GENERAL, URGENT})
        return AgentProfile(AgentId(name), name, {"zh": 5}, queues, role)

    return Centre(
        agents={AgentId(name): profile(name) for name in (*NAMES, ZHOU)},
        queues={
            GENERAL: QueueProfile(GENERAL, wrap_up_s=55.0),
            URGENT: QueueProfile(URGENT, wrap_up_s=10.0),
        },
        staffing=rules,
        modes=modes or {"typhoon": SURGE},
    )


def an_engine(
    centre: Centre,
    orders: Mapping[str, Json] | None = None,
    agents: Mapping[AgentId, Agent] | None = None,
) -> Engine:
    engine = Engine(Shelf.of(flow()), centre, lambda prompts: 3.0, agents=agents)
    engine.dispatcher.obey(orders or {})
    return engine


def a_book(
    rules: Staffing = RULES,
    ready: tuple[str, ...] = ("wang",),
    orders: Mapping[str, Json] | None = None,
) -> Playbook:
    book = Playbook(engine=an_engine(a_centre(rules), orders))
    book >> AgentSignedIn(ZHOU)
    for name in ready:
        book.now += 1.0
        book >> AgentSignedIn(AgentId(name)) >> AgentAskedReady(AgentId(name))
    return book


def talked(book: Playbook) -> Playbook:
    """Wang has talked for a minute, and the caller hangs up."""
    talking(book).after(60)
    book >> LegDown(LEG, 16)
    book.pending.clear()
    assert book.state("wang") is AgentState.WRAP_UP
    return book


def wrap_up_left(book: Playbook) -> float:
    agent = book.agent("wang")
    assert agent.until is not None
    return agent.until - book.now


def alerts(book: Playbook) -> list[Json]:
    return [told.data["what"] for told in book.told if told.kind == "staff_alert"]


# --- wrap-up -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("orders", "length_s"),
    [
        ([], 55.0),
        ([WrapUpChanged(GENERAL, 40.0)], 40.0),
        ([WrapUpChanged(None, 35.0)], 35.0),
        ([WrapUpChanged(URGENT, 5.0)], 55.0),
        ([WrapUpChanged(GENERAL, 40.0), WrapUpChanged(GENERAL, None)], 55.0),
        ([WrapUpChanged(GENERAL, 40.0), AgentWrapUpChanged(WANG, 90.0)], 90.0),
        ([AgentWrapUpChanged(LI, 90.0)], 55.0),
    ],
)
def test_the_order_that_is_nearest_to_the_agent_says_how_long_wrap_up_lasts(orders, length_s):
    book = a_book()
    for order in orders:
        book >> order
    assert wrap_up_left(talked(book)) == length_s


def test_a_mode_goes_before_the_queues_and_an_agents_own_order_before_the_mode():
    surge = {"mode": "typhoon", "since": 0.0, "until": None, "by": "zhou"}
    book = a_book(orders={"surge": surge, "wrap_up.queue.general": 40.0})
    assert wrap_up_left(talked(book)) == 30.0
    book = a_book(orders={"surge": surge, "wrap_up.agent.wang": 90.0})
    assert wrap_up_left(talked(book)) == 90.0


@pytest.mark.parametrize(
    "order",
    [
        WrapUpChanged(None, 0.0), WrapUpChanged(GENERAL, 300.0), AgentWrapUpChanged(WANG, 0.0),
        AgentAskedPause(WANG, "meal"), AgentForced(WANG, "ready", "", "zhou"),
    ],
)  # fmt: skip
def test_nothing_cuts_or_lengthens_a_wrap_up_that_has_begun(order):
    book = talked(a_book()).after(20)
    book >> order
    assert wrap_up_left(book) == 35.0
    book.after(34.9)
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(0.2)
    assert book.state("wang") is not AgentState.WRAP_UP


def test_only_its_agent_ends_a_wrap_up_early_or_lengthens_it_once():
    book = talked(a_book()).after(20)
    book >> AgentAskedMoreWrapUp(WANG)
    assert wrap_up_left(book) == 65.0
    book >> AgentAskedMoreWrapUp(WANG)
    assert refused(book) == "no_more_wrap_up"
    book >> AgentFinishedWrapUp(WANG)
    assert book.state("wang") is AgentState.READY
    book >> AgentAskedMoreWrapUp(WANG)
    assert refused(book) == "not_now"


def test_an_order_is_written_down_and_found_again_after_a_restart():
    book = a_book() >> WrapUpChanged(None, 35.0) >> AgentWrapUpChanged(WANG, 90.0)
    book >> AgentWrapUpChanged(WANG, None)
    kept: dict[str, Json] = {}
    for order in book.records(SaveOrder):
        assert isinstance(order, SaveOrder)
        kept[order.key] = order.value
    assert kept == {
        "wrap_up.queue.general": 35.0, "wrap_up.queue.urgent": 35.0, "wrap_up.agent.wang": None,
    }  # fmt: skip
    assert wrap_up_left(talked(a_book(orders=kept))) == 35.0


def test_orders_about_what_is_configured_no_more_are_left_alone():
    odd: dict[str, Json] = {"surge": {"mode": "flood"}, "wrap_up.agent.9": "x", "other": [1]}
    assert wrap_up_left(talked(a_book(orders=odd))) == 55.0


# --- missed offers -------------------------------------------------------------------------------


def test_who_misses_one_offer_stays_ready_but_is_kept_from_that_caller():
    book = ringing(a_book()).after(19.9)
    book.after(0.2) << HangUp(A1, "answered_elsewhere")
    book.pending.clear()
    assert book.state("wang") is AgentState.READY
    book.done()
    book.after(29)
    assert book.state("wang") is AgentState.READY
    book.after(2)
    assert isinstance(book.pending.pop(), RingAgent), "nobody waits for an agent for ever"


def test_who_missed_an_offer_is_offered_the_next_caller():
    book = ringing(a_book())
    second_caller_waits(book)
    book >> AgentDeclined(WANG, LEG)
    rung = [command.call for command in book.pending if isinstance(command, RingAgent)]
    assert rung == ["hotline-1.2"]
    assert book.agent("wang").missed == 1


def test_two_missed_offers_in_a_row_pause_the_agent_and_the_supervisor_hears_of_it():
    book = ringing(a_book())
    second_caller_waits(book)
    for call in (LEG, "hotline-1.2"):
        book >> AgentDeclined(WANG, call)
        book.pending.clear()
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "declined")
    assert alerts(book) == ["missed_offers"]


def test_an_answered_call_in_between_begins_the_count_anew():
    book = ringing(a_book())
    book >> AgentDeclined(WANG, LEG)
    book.pending.clear()
    book.after(31)
    book.pending.clear()
    agent = book.agent("wang")
    assert (agent.state, agent.missed) == (AgentState.OFFERED, 1)
    assert agent.moved(Signal.CONNECT, book.now).missed == 0


def test_a_phone_that_cannot_ring_pauses_its_agent_at_once():
    book = ringing(a_book())
    book >> LegDown(A1, 20)
    book.pending.clear()
    assert (book.state("wang"), book.agent("wang").reason) == (
        AgentState.PAUSED, "phone_unreachable",
    )  # fmt: skip


def test_an_asterisk_that_rings_nobody_makes_nobody_pause_and_the_caller_goes_on_being_offered():
    book = ringing(a_book(ready=NAMES))
    book >> RingFailed(A1, is_phones_fault=False) << HangUp(A1, "answered_elsewhere")
    book << ring(A2, LI)
    assert (book.state("wang"), book.agent("wang").missed) == (AgentState.READY, 0)
    assert alerts(book) == []
    [ended] = [told for told in book.told if told.kind == "offer_ended"]
    assert ended.data["reason"] == "not_rung"
    book.after(2) >> RingFailed(A2, is_phones_fault=False) << HangUp(A2, "answered_elsewhere")
    book.after(2.9).done()
    book.after(0.2) << ring(LegId(f"{C}.a3"), WANG)
    book.done()


def test_a_phone_that_was_not_rung_begins_no_count_of_missed_offers_anew():
    book = ringing(a_book())
    book >> AgentDeclined(WANG, LEG)
    book.pending.clear()
    book.after(31).pending.clear()
    book >> RingFailed(A2, is_phones_fault=False)
    assert (book.state("wang"), book.agent("wang").missed) == (AgentState.READY, 1)


# --- breaks --------------------------------------------------------------------------------------


def test_a_pause_has_one_of_the_reasons_that_the_centre_lists():
    book = a_book() >> AgentAskedPause(WANG, "shopping")
    [refusal] = book.pending
    assert isinstance(refusal, Refuse)
    assert "用餐、培训" in refusal.message
    book.pending.clear()
    book >> AgentAskedPause(WANG, "用餐")
    assert book.agent("wang").reason == "meal"


def test_a_meal_that_lasts_too_long_is_shown_to_the_supervisor_and_ends_nobodys_pause():
    book = a_book() >> AgentAskedPause(WANG, "meal")
    book.after(1799)
    assert alerts(book) == []
    book.after(2)
    assert alerts(book) == ["pause_too_long"]
    assert book.agent("wang").is_over_limit
    book.after(7200)
    assert alerts(book) == ["pause_too_long"]
    assert book.state("wang") is AgentState.PAUSED


def test_the_limit_of_a_pause_wished_during_a_call_counts_from_its_beginning():
    book = talked(a_book()) >> AgentAskedPause(WANG, "meal")
    book.after(55)
    assert (book.state("wang"), wrap_up_left(book)) == (AgentState.PAUSED, 1800.0)


# --- strain --------------------------------------------------------------------------------------

FOUR_HOURS = replace(RULES, work_limit_s=4 * 3600.0)


def test_after_four_hours_without_a_break_the_agent_is_warned_and_rests():
    book = a_book(FOUR_HOURS)
    book.after(4 * 3600 - 601)
    assert alerts(book) == []
    book.after(2)
    assert alerts(book) == ["fatigue_soon"]
    assert [told.kind for told in book.told if told.agent == WANG][-1] == "fatigue"
    book.after(600)
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "fatigue")
    assert alerts(book)[1:] == ["fatigue"]


def test_nobody_is_made_to_rest_during_a_call_nor_during_its_wrap_up():
    book = a_book(FOUR_HOURS).after(4 * 3600 - 30)
    talking(book).after(3600)
    assert book.state("wang") is AgentState.TALKING
    book >> LegDown(LEG, 16)
    book.pending.clear()
    book.after(54)
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(2)
    assert book.agent("wang").reason == "fatigue"


def test_a_desk_that_was_long_away_in_a_talk_and_came_back_signs_nobody_out_after_it():
    """The warning of a rest, which comes in the talk too, looks at the desk as well."""
    book = talking(a_book(FOUR_HOURS).after(4 * 3600 - 1000))
    book >> DeskConnected(WANG) >> DeskLost(WANG)
    book.after(500) >> DeskConnected(WANG)
    assert alerts(book) == ["fatigue_soon"]
    book >> LegDown(LEG, 16)
    book.pending.clear()
    book.after(56)
    assert book.state("wang") is AgentState.READY


def test_who_must_rest_cannot_go_on_before_the_rest_is_over_unless_a_supervisor_says_so():
    book = a_book(FOUR_HOURS).after(4 * 3600 + 600)
    book >> AgentAskedReady(WANG)
    assert refused(book) == "must_rest"
    book >> AgentForced(WANG, "ready", "", "zhou")
    assert book.state("wang") is AgentState.READY
    book.after(3 * 3600)
    assert book.state("wang") is AgentState.READY


def test_after_the_rest_work_counts_anew_and_a_break_on_the_way_is_one():
    book = a_book(FOUR_HOURS).after(4 * 3600 + 901)
    book >> AgentAskedReady(WANG)
    book.after(2 * 3600)
    book >> AgentAskedPause(WANG, "meal")
    book.after(901)
    book >> AgentAskedReady(WANG)
    book.after(4 * 3600 - 1)
    assert book.state("wang") is AgentState.READY


def test_stepping_out_for_a_minute_or_signing_out_and_in_is_no_break():
    book = a_book(FOUR_HOURS).after(2 * 3600)
    for event in (AgentAskedPause(WANG, "meal"), AgentSignedOut(WANG), AgentSignedIn(WANG)):
        (book >> event).after(60)
    book >> AgentAskedReady(WANG)
    book.after(2 * 3600 - 179)
    assert book.agent("wang").reason == "fatigue"


def test_whoever_has_talked_too_long_in_one_day_rests_after_each_further_call():
    book = a_book(replace(RULES, talk_limit_s=120.0, warn_s=60.0))
    talked(book).after(56)
    assert alerts(book) == ["fatigue_soon"]
    assert book.state("wang") is AgentState.READY
    agent = book.agent("wang")
    book.engine.dispatcher._agents.by_id[WANG] = replace(
        agent, strain=agent.strain.talked(60.0, book.now)
    )
    book >> AgentAskedPause(WANG, "meal") >> AgentAskedReady(WANG)
    assert refused(book) == "must_rest"


# --- forced states -------------------------------------------------------------------------------


def test_a_supervisor_moves_whoever_is_free_at_once_and_the_agent_is_told_by_whom():
    book = a_book() >> AgentForced(WANG, "paused", "training", "zhou")
    agent = book.agent("wang")
    assert (agent.state, agent.reason, agent.by) == (AgentState.PAUSED, "training", "zhou")
    [told] = [one for one in book.told if one.kind == "forced"]
    assert (told.agent, told.data["by_name"], told.data["is_after_call"]) == (WANG, "zhou", False)


@pytest.mark.parametrize(("state", "after"), [("paused", "paused"), ("offline", "offline")])
def test_during_a_call_the_order_waits_for_the_end_of_wrap_up(state, after):
    book = talking(a_book()) >> AgentForced(WANG, state, "training", "zhou")
    assert book.state("wang") is AgentState.TALKING
    book >> LegDown(LEG, 16)
    book.pending.clear()
    assert wrap_up_left(book) == 55.0
    book.after(56)
    assert (book.state("wang").value, book.agent("wang").by) == (after, "zhou")


def test_an_agent_does_not_take_a_supervisors_order_back():
    book = talking(a_book()) >> AgentForced(WANG, "paused", "training", "zhou")
    book >> AgentAskedReady(WANG)
    assert refused(book) == "ordered"
    book >> AgentForced(WANG, "ready", "", "zhou")
    assert book.agent("wang").after_call is AgentState.READY


def test_an_agent_does_not_take_an_order_back_by_asking_to_leave_and_then_to_stay():
    book = talking(a_book()) >> AgentForced(WANG, "paused", "training", "zhou")
    book >> AgentSignedOut(WANG) >> AgentAskedReady(WANG)
    assert refused(book) == "ordered"
    assert book.agent("wang").after_call is AgentState.OFFLINE


def test_who_is_not_there_cannot_be_ordered_about():
    book = a_book(ready=()) >> AgentForced(WANG, "ready", "", "zhou")
    assert refused(book) == "not_there"


def test_a_forced_pause_is_as_it_was_after_a_restart():
    book = talking(a_book()) >> AgentForced(WANG, "paused", "training", "zhou")
    record = book.records(SaveAgent)[-1]
    assert isinstance(record, SaveAgent)
    again = restored(record, book.now)
    assert (again.after_call, again.after_by) == (AgentState.PAUSED, "zhou")


def test_ringing_again_for_another_agent_is_not_disturbed_by_an_order():
    book = ringing(a_book(ready=NAMES)) >> AgentForced(LI, "paused", "meal", "zhou")
    assert book.state("li") is AgentState.PAUSED


def test_a_wrap_up_goes_on_over_a_restart_to_its_old_end():
    book = talked(a_book()).after(20)
    record = next(one for one in reversed(book.records(SaveAgent)) if one.agent_id == WANG)  # type: ignore[attr-defined]
    again = restored(record, book.now)
    engine = an_engine(a_centre(), {"wrap_up.queue.general": 5.0}, {WANG: again})
    later = Playbook(engine=engine)
    later.now = book.now
    later.after(34.9)
    assert later.state("wang") is AgentState.WRAP_UP
    later.after(0.2)
    assert later.state("wang") is AgentState.READY
