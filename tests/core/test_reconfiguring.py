"""The configuration changes while calls go on, through the engine."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.commands import RingAgent, StartMusic, StopMusic, Tell
from ari_app.core.desk_events import (
    AgentAskedReady,
    AgentFinishedWrapUp,
    AgentSignedIn,
    AgentSignedOut,
    SurgeChanged,
)
from ari_app.core.engine import Engine
from ari_app.core.events import ConfigurationChanged, KeyPressed, LegDown, PlayEnded
from ari_app.core.outbound.dial_list import DialList
from ari_app.core.outbound.entry import Entry
from ari_app.core.outbound.policy import Pace, Policy
from ari_app.core.shelf import Shelf
from ari_app.core.staffing import Staffing
from ari_app.core.values import AgentId, AgentProfile, Centre, QueueName, QueueProfile
from ari_app.core.world import Listed, OutsideNumber, World, number_key
from tests.core.playbook import KEYS_WHILE_WAITING, NUMBERS, Playbook, flow
from tests.core.test_calls import A1, LEG, LI, P1, WANG, C, greeted, ring, talking
from tests.core.test_dispatch import SECOND, TWO, refused, second_caller_waits
from tests.core.test_staff import a_centre
from tests.core.test_verbs import passing

GENERAL, NIGHT = QueueName("general"), QueueName("night")


def changed(book: Playbook, **parts: object) -> ConfigurationChanged:
    """What is configured in the book, with other parts of its centre."""
    kept = {name: parts.pop(name) for name in ("world", "numbers", "policy") if name in parts}
    centre = replace(book.engine.dispatcher.centre, **parts)  # type: ignore[arg-type]
    return ConfigurationChanged(centre, **{"world": World(), "numbers": NUMBERS, **kept})  # type: ignore[arg-type]


def without(book: Playbook, *gone: str) -> ConfigurationChanged:
    agents = book.engine.dispatcher.centre.agents
    return changed(book, agents={i: one for i, one in agents.items() if i not in gone})


def with_li(book: Playbook) -> ConfigurationChanged:
    agents = book.engine.dispatcher.centre.agents
    li = AgentProfile(LI, "李", {"zh": 5}, frozenset({GENERAL}))
    return changed(book, agents={**agents, LI: li})


def waiting(book: Playbook) -> Playbook:
    (greeted(book) >> PlayEnded(P1)).after(2.0)
    return book << StartMusic(LEG)


def passed_on(book: Playbook) -> Playbook:
    """A number outside rings for the caller, and the agent who called it has left."""
    return passing(book) >> LegDown(A1, 16)


def sent_outside(book: Playbook) -> Playbook:
    """Who waited in the queue has pressed a key and is put through to a number."""
    waiting(book).pending.clear()
    book >> KeyPressed(LEG, "4")
    book.pending.clear()
    return book


def promised(book: Playbook) -> Playbook:
    """Who waited in the queue has accepted to be called back, and hears goodbye."""
    waiting(book) >> KeyPressed(LEG, "8")
    book.pending.clear()
    book >> KeyPressed(LEG, "1")
    book.pending.clear()
    return book


def test_a_new_agent_signs_in_and_gets_the_caller_who_waits():
    book = waiting(Playbook({}))
    book >> with_li(book) >> AgentSignedIn(LI) >> AgentAskedReady(LI) << ring(A1, LI)
    book.done()


def test_an_agent_who_is_named_no_more_is_signed_out_and_unknown():
    book = Playbook(TWO)
    (book >> without(book, "wang")).done()
    assert set(book.engine.dispatcher.agents) == {LI}
    assert "wang" not in {row["agent"] for row in book.engine.agent_rows()}
    book >> AgentSignedIn(WANG)
    assert refused(book) == "no_such_agent"


def test_an_agent_who_is_named_no_more_finishes_the_call_and_gets_no_other():
    book = talking(Playbook())
    (book >> without(book, "wang")).done()
    second_caller_waits(book)
    assert book.state("wang") is AgentState.TALKING
    assert book.engine.agent_row(book.agent("wang"))["name"] == "wang"
    book >> LegDown(A1, 16)
    book.pending.clear()
    assert book.state("wang") is AgentState.WRAP_UP
    (book >> AgentFinishedWrapUp(WANG)).done()
    assert WANG not in book.engine.dispatcher.agents
    assert SECOND in book.engine.dispatcher.waiting


def test_an_agent_who_is_named_no_more_may_answer_what_rings():
    book = waiting(Playbook())
    book << ring(A1, WANG)
    (book >> without(book, "wang")).done()
    assert book.state("wang") is AgentState.OFFERED
    assert [one for one in book.engine.dispatcher.offers.values() if one.agent == WANG]


def test_who_is_named_again_before_leaving_stays():
    book = talking(Playbook())
    kept = book.engine.dispatcher.centre.agents
    book >> without(book, "wang") >> changed(book, agents=kept)
    book >> LegDown(A1, 16)
    book.pending.clear()
    book >> AgentFinishedWrapUp(WANG)
    assert book.state("wang") is AgentState.READY


def test_who_wanted_to_leave_leaves_although_named_again():
    book = talking(Playbook())
    kept = book.engine.dispatcher.centre.agents
    book >> without(book, "wang") >> changed(book, agents=kept) >> AgentSignedOut(WANG)
    book >> LegDown(A1, 16)
    book.pending.clear()
    book >> AgentFinishedWrapUp(WANG)
    assert book.state("wang") is AgentState.OFFLINE
    (book >> AgentSignedIn(WANG)).done()
    assert book.state("wang") is AgentState.PAUSED


def test_other_skills_count_for_callers_who_wait_already():
    book = waiting(Playbook({"li": {"en": 5}}))
    agents = book.engine.dispatcher.centre.agents
    able = replace(agents[LI], skills={"zh": 5})
    book >> changed(book, agents={LI: able}) << ring(A1, LI)
    book.done()


def test_who_waits_for_an_agent_who_is_named_no_more_may_get_anybody():
    """Handed on to that agent, the caller would else wait until the step that asks anybody."""
    book = talking(Playbook())
    second_caller_waits(book)
    line = book.engine.dispatcher._line
    line.enter(replace(line.line[SECOND], last_agent=WANG, held_until=inf), book.now)
    agents = {LI: with_li(book).centre.agents[LI]}
    book >> changed(book, agents=agents) >> LegDown(A1, 16)
    book.pending.clear()
    (book >> AgentFinishedWrapUp(WANG)).done()
    book >> AgentSignedIn(LI) >> AgentAskedReady(LI)
    assert [one.agent for one in book.pending if isinstance(one, RingAgent)] == [LI]


def test_a_queue_with_callers_stays_and_nothing_else_changes():
    book = waiting(Playbook({}))
    night = {NIGHT: QueueProfile(NIGHT)}
    book >> changed(book, queues=night, agents=with_li(book).centre.agents)
    assert refused(book) == "queue_in_use"
    assert LI not in book.engine.dispatcher.agents


def test_a_queue_whose_caller_is_being_offered_stays():
    book = waiting(Playbook())
    book << ring(A1, WANG)
    book >> changed(book, queues={})
    assert refused(book) == "queue_in_use"


@pytest.mark.parametrize("reach", [talking, passed_on, sent_outside])
def test_a_queue_into_which_a_caller_may_come_back_stays(reach: Callable[[Playbook], Playbook]):
    book = reach(Playbook(tree=KEYS_WHILE_WAITING))
    assert C not in book.engine.dispatcher.waiting
    book >> changed(book, queues={NIGHT: QueueProfile(NIGHT)})
    assert refused(book) == "queue_in_use"


def test_a_queue_whose_agents_are_to_call_a_caller_back_stays():
    book = promised(Playbook({}, tree=KEYS_WHILE_WAITING))
    book >> changed(book, queues={NIGHT: QueueProfile(NIGHT)})
    assert refused(book) == "queue_in_use"


def test_a_queue_for_a_callback_stays():
    book = Playbook()
    entry = Entry("callback-1", "callback", "t-1", "13800000000", 1.0, 2.0, queue="general")
    book.engine.dial_list = DialList(entries=[entry])
    book >> changed(book, queues={})
    assert refused(book) == "queue_in_use"


def test_an_empty_queue_may_go_and_a_new_one_is_there():
    book = Playbook()
    (book >> changed(book, queues={NIGHT: QueueProfile(NIGHT, ring_s=7.0)})).done()
    assert [row["queue"] for row in book.engine.agent_rows() if "queue" in row] == []
    assert list(book.engine.waits(book.now)[1]) == ["night"]


def test_ringing_lasts_as_the_changed_queue_says():
    book = Playbook()
    queues = {GENERAL: QueueProfile(GENERAL, ring_s=7.0)}
    waiting(book >> changed(book, queues=queues))
    book << ring(A1, WANG, ring_s=7.0)
    book.done()


def test_a_wrap_up_under_way_keeps_its_length():
    book = talking(Playbook())
    (book >> LegDown(A1, 16)).pending.clear()
    until = book.agent("wang").until
    book >> changed(book, queues={GENERAL: QueueProfile(GENERAL, wrap_up_s=1.0)})
    assert book.agent("wang").until == until
    assert book.engine.agent_row(book.agent("wang"))["wrap_up_because"] == "begun"


def test_lists_hours_and_numbers_are_those_of_now():
    book = Playbook()
    vip = {number_key("13800138000"): Listed("专线")}
    numbers = {"110": OutsideNumber("999", "x", "emergency", 30)}
    book >> changed(book, world=World(vip=vip, numbers=numbers), numbers=numbers)
    assert book.engine.facts.world.vip == vip
    assert book.engine.call_engine._tree.numbers == numbers


def test_windows_and_pace_of_calls_that_we_place_are_those_of_now():
    book = Playbook()
    policy = Policy(pace=Pace(per_minute=1))
    book >> changed(book, policy=policy)
    assert book.engine.dial_list.policy is policy


def a_staffed_book() -> Playbook:
    centre = replace(a_centre(), seats=frozenset({"3001"}))
    return Playbook(engine=Engine(Shelf.of(flow()), centre, lambda prompts: 3.0))


def test_a_seat_with_an_agent_stays():
    book = a_staffed_book() >> AgentSignedIn(WANG, "3001")
    book >> changed(book, seats=frozenset())
    assert refused(book) == "seat_in_use"


def test_the_wrap_up_of_the_mode_that_is_on_is_changed_while_it_is_on():
    book = a_staffed_book() >> SurgeChanged("typhoon", None, "boss")
    modes = book.engine.dispatcher.centre.modes
    shorter = replace(modes["typhoon"], wrap_up_s=12.0)
    book >> changed(book, modes={**modes, "typhoon": shorter})
    ordered = book.engine.dispatcher.orders.wrap_up(WANG, GENERAL)
    assert (ordered.length_s, ordered.because) == (12.0, "mode")


def test_the_surge_mode_that_is_on_stays():
    book = a_staffed_book() >> SurgeChanged("typhoon", None, "boss")
    book >> changed(book, modes={})
    assert refused(book) == "mode_in_use"


def test_rules_of_work_count_at_once():
    book = a_staffed_book() >> AgentSignedIn(WANG) >> AgentAskedReady(WANG)
    book >> changed(book, staffing=Staffing(work_limit_s=60.0, rest_s=300.0))
    book.after(61.0)
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "fatigue")


def test_whoever_is_signed_out_is_told_so():
    book = Playbook(TWO)
    book.told.clear()
    book >> without(book, "wang")
    assert Tell(WANG, "state", book.told[0].data) in book.told
    assert book.told[0].data["state"] == "offline"


def test_the_configuration_that_an_engine_began_with_is_not_changed_from_within():
    began = a_centre()
    book = Playbook(engine=Engine(Shelf.of(flow()), began, lambda prompts: 3.0))
    book >> changed(book, agents={})
    assert began == a_centre()


@pytest.mark.parametrize("times", [1, 3])
def test_the_same_configuration_again_changes_nothing(times: int):
    book = waiting(Playbook())
    book << ring(A1, WANG)
    before = (dict(book.engine.dispatcher.agents), dict(book.engine.dispatcher.offers))
    for _ in range(times):
        (book >> changed(book)).done()
    assert (dict(book.engine.dispatcher.agents), dict(book.engine.dispatcher.offers)) == before


def test_a_talk_goes_on_when_everything_changes():
    book = talking(Playbook())
    empty = Centre({}, {GENERAL: QueueProfile(GENERAL)})
    (book >> ConfigurationChanged(empty, World(), {})).done()
    assert book.state("wang") is AgentState.TALKING
    assert StopMusic(LEG) not in book.pending
    assert AgentId("wang") in book.engine.dispatcher.agents
