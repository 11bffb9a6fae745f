"""Offers and wishes, through the engine: what desks are told and what they are refused."""

import json
from dataclasses import replace

import pytest

import ivr
from ari_app.core.agent import AgentState
from ari_app.core.commands import HangUp, Refuse, RingAgent, StartMusic, StopMusic, StopPlay
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    DeskConnected,
    DeskLost,
    WrapUpChanged,
)
from ari_app.core.engine import Engine
from ari_app.core.events import (
    BridgeEntered,
    CallerKnown,
    KeyPressed,
    LegDown,
    LegUp,
    PlayEnded,
)
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, CallId, Centre, History, QueueName
from tests.core.playbook import Playbook, centre
from tests.core.test_calls import (
    A1,
    A2,
    ARRIVED,
    BRIDGE,
    LEG,
    LI,
    P1,
    WANG,
    C,
    ring,
    ringing,
    talking,
)

TWO = {"wang": {"zh": 5}, "li": {"zh": 5}}
SECOND = CallId("hotline-1.2")


def refused(book: Playbook) -> str:
    [refusal] = book.pending
    assert isinstance(refusal, Refuse)
    book.pending.clear()
    return refusal.code


def second_caller_waits(book: Playbook) -> Playbook:
    """Another caller presses 0 and waits while everybody is busy."""
    book.engine.handle(replace(ARRIVED, call=SECOND), book.now)
    book.engine.handle(KeyPressed(SECOND, "0"), book.now)
    assert SECOND in book.engine.dispatcher.waiting
    return book


@pytest.mark.parametrize(
    "event",
    [
        AgentSignedIn, AgentSignedOut, AgentAskedReady, AgentFinishedWrapUp, DeskConnected,
        DeskLost, lambda agent: AgentAskedPause(agent, "x"), lambda agent: AgentAccepted(agent, C),
        lambda agent: AgentDeclined(agent, C), lambda agent: AgentHungUp(agent, C),
    ],
)  # fmt: skip
def test_whoever_is_not_configured_any_more_is_refused(event):
    book = Playbook() >> event(AgentId("ghost"))
    assert refused(book) == "no_such_agent"


@pytest.mark.parametrize(
    ("reach", "event", "code"),
    [
        (lambda book: book, AgentFinishedWrapUp(WANG), "not_now"),
        (lambda book: book, AgentDeclined(WANG, C), "no_such_offer"),
        (lambda book: book, AgentHungUp(WANG, C), "not_your_call"),
        (ringing, AgentAskedReady(WANG), "not_now"),
        (ringing, AgentHungUp(WANG, C), "not_your_call"),
        (talking, AgentHungUp(WANG, SECOND), "not_your_call"),
        (talking, AgentAccepted(WANG, C), "no_such_offer"),
        (talking, AgentFinishedWrapUp(WANG), "not_now"),
    ],
)
def test_what_is_impossible_now_is_refused_with_a_code(reach, event, code):
    book = reach(Playbook()) >> event
    assert refused(book) == code


def test_a_refusal_is_said_in_words_for_people():
    book = Playbook() >> WrapUpChanged(QueueName("nowhere"), 5.0)
    [refusal] = book.pending
    assert refusal.code == "no_such_queue"
    assert "general" in refusal.message


def test_being_ready_twice_and_signing_in_twice_change_nothing():
    book = Playbook()
    since = book.agent("wang").since
    book.now += 5.0
    (book >> AgentAskedReady(WANG) >> AgentSignedIn(WANG)).done()
    assert (book.state("wang"), book.agent("wang").since) == (AgentState.READY, since)


def test_one_agent_declining_another_ones_offer_is_refused():
    book = ringing(Playbook(TWO)) >> AgentDeclined(LI, C)
    assert refused(book) == "no_such_offer"
    assert book.state("wang") is AgentState.OFFERED


def test_the_second_caller_gets_the_agent_as_soon_as_wrap_up_is_over():
    book = second_caller_waits(talking(Playbook()))
    book >> LegDown(A1, 16) << HangUp(LEG)
    (book >> LegDown(LEG)).pending.clear()
    book.after(30.0) << RingAgent(
        f"{SECOND}.a1", SECOND, WANG, 20.0, "13800138000", auto_answer=False
    )


def test_history_that_came_during_the_first_offer_is_on_the_second_ones_card_too():
    book = ringing(Playbook(TWO))
    book >> CallerKnown(C, History(tickets=({"ticket_id": "t-1"},)))
    book.after(20.0) << HangUp(A1, "answered_elsewhere") << ring(A2, LI)
    offered = [tell for tell in book.told if tell.kind == "offer"]
    assert [tell.agent for tell in offered] == [WANG, LI]
    assert offered[1].data["open_tickets"] == [{"ticket_id": "t-1"}]


def test_who_answers_in_the_last_moment_is_connected_and_not_punished():
    book = ringing(Playbook()).after(19.99)
    book >> LegUp(A1)
    book.pending.clear()
    book.after(1.0).done()
    assert book.state("wang") is AgentState.OFFERED
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)
    book.done()
    assert book.state("wang") is AgentState.TALKING


def test_a_desk_that_accepts_but_whose_phone_does_not_answer_loses_the_offer_after_8_s():
    book = Playbook(desk=["wang"])
    book >> ARRIVED
    book.pending.clear()
    book >> KeyPressed(LEG, "0")
    book.pending.clear()
    book.after(19.0) >> AgentAccepted(WANG, C) << ring(A1, WANG, ring_s=8.0, auto=True)
    book.after(7.9).done()
    book.after(0.2) << HangUp(A1, "answered_elsewhere")
    assert book.agent("wang").reason == "no_answer"


def test_wrap_up_of_nothing_makes_the_agent_ready_at_once():
    book = talking(Playbook()) >> WrapUpChanged(None, 0.0)
    book >> LegDown(A1, 16) << HangUp(LEG)
    assert book.state("wang") is AgentState.READY


def test_wrap_up_asked_to_be_longer_holds_for_the_next_call_of_that_queue():
    book = talking(Playbook()) >> WrapUpChanged(QueueName("general"), 90.0)
    book >> LegDown(A1, 16) << HangUp(LEG)
    assert book.agent("wang").until == book.now + 90.0


def test_an_agent_whose_desk_is_long_gone_is_not_offered_a_call_after_wrap_up():
    book = talking(Playbook()) >> DeskConnected(WANG) >> DeskLost(WANG)
    second_caller_waits(book)
    book.after(40.0) >> LegDown(A1, 16) << HangUp(LEG)
    (book >> LegDown(LEG)).pending.clear()
    book.after(30.0).done()
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "desk_lost")


def test_a_desk_that_goes_in_the_talk_does_not_end_the_talk():
    book = talking(Playbook()) >> DeskConnected(WANG) >> DeskLost(WANG)
    book.after(1000.0).done()
    assert book.state("wang") is AgentState.TALKING


@pytest.mark.parametrize("lost_at", [0.1, 1000.1, 1763900000.123])
def test_the_deadline_of_a_lost_desk_never_comes_twice(lost_at):
    book = Playbook()
    book.now += lost_at
    book >> DeskConnected(WANG) >> DeskLost(WANG)
    for state in (AgentState.PAUSED, AgentState.OFFLINE):
        book.now = book.engine.next_deadline()
        book.engine.handle_timer(book.now)
        assert book.state("wang") is state
    assert book.engine.next_deadline() is None


def test_a_caller_whom_the_tree_sends_away_is_offered_to_nobody():
    """The caller waits, hears goodbye meanwhile, an agent is rung, and the tree hangs up."""
    book = Playbook({"li": {"en": 4}}, ready=False)
    book.engine = _engine_with_goodbye()
    for event in (ARRIVED, KeyPressed(LEG, "3")):
        book.engine.handle(event, book.now)
    book.after(10.0) << StopMusic(LEG)
    [play] = book.pending
    book.pending.clear()
    book >> AgentSignedIn(LI) >> AgentAskedReady(LI) << ring(A1, LI)
    book >> PlayEnded(play.play) << HangUp(A1, "answered_elsewhere") << HangUp(LEG)
    book >> LegDown(LEG)
    book.done()
    assert book.state("li") is AgentState.READY
    assert not book.engine.dispatcher.waiting
    assert not book.engine.dispatcher.offers


def _engine_with_goodbye():
    text = """
flow: test
language: zh_CN
start: welcome
last_resort: anybody
nodes:
  welcome: {type: menu, prompts: [greeting], keys: {3: english}}
  english: {type: queue, queue: general, needs: {en: 3}, max_wait_s: 10, on_timeout: goodbye}
  goodbye: {type: hangup, prompts: [goodbye]}
  anybody: {type: queue, queue: general}
"""
    flow = ivr.load(text, "test.yaml")
    assert isinstance(flow, ivr.Flow), flow
    return Engine(Shelf.of(flow), centre({"li": {"en": 4}}), lambda prompts: 3.0)


def test_a_prompt_cut_short_for_an_agent_who_then_fails_counts_as_said():
    book = Playbook({"wang": {"zh": 5}, "li": {"en": 4}}, ready=False)
    for event in (ARRIVED, KeyPressed(LEG, "3")):
        book.engine.handle(event, book.now)
    book.after(45.0).pending.clear()
    book >> AgentSignedIn(LI) >> AgentAskedReady(LI) << ring(A1, LI)
    (book >> LegUp(A1)).pending.clear()
    book >> LegDown(A1, 16)
    assert StartMusic(LEG) in book.pending
    assert book.engine.dispatcher.waiting[C].needs == (), "goes on to whoever is free"


def test_what_desks_are_told_is_json():
    book = talking(Playbook()) >> LegDown(A1, 16)
    for tell in book.told:
        json.dumps(tell.data)


def test_what_the_api_shows_is_json_in_every_phase():
    for reach in (lambda book: book, ringing, talking):
        book = reach(Playbook())
        engine = book.engine
        shown = [engine.agent_rows(), engine.call_rows(book.now), engine.offer(WANG)]
        json.dumps([*shown, engine.counts()])


def test_an_agent_without_the_callers_queue_is_never_asked():
    elsewhere = centre({"wang": {"zh": 5}})
    profile = replace(elsewhere.agents[WANG], queues=frozenset({QueueName("urgent")}))
    book = Playbook(ready=False)
    book.engine = type(book.engine)(
        book.engine.call_engine.shelf,
        Centre({WANG: profile}, elsewhere.queues),
        lambda prompts: 3.0,
    )
    for event in (AgentSignedIn(WANG), AgentAskedReady(WANG), ARRIVED, KeyPressed(LEG, "0")):
        book.engine.handle(event, book.now)
    assert C in book.engine.dispatcher.waiting


def test_a_stop_of_the_prompt_is_never_heard_twice():
    book = Playbook() >> ARRIVED
    book.pending.clear()
    book >> KeyPressed(LEG, "0") << StopPlay(P1)
    book.pending.clear()
    (book >> PlayEnded(P1) >> PlayEnded(P1)).done()
