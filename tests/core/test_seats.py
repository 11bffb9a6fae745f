"""Seats and shifts, through the engine: one agent a seat, and nobody leaves before the relief."""

from dataclasses import replace

import pytest

from ari_app.core.agent import AgentState, restored
from ari_app.core.commands import RingAgent, StartMusic
from ari_app.core.desk_events import (
    AgentAskedPause,
    AgentAskedReady,
    AgentFinishedWrapUp,
    AgentHandedOver,
    AgentSignedIn,
    AgentSignedOut,
)
from ari_app.core.engine import Engine
from ari_app.core.events import LegDown, PlayEnded
from ari_app.core.records import SaveAgent
from ari_app.core.shelf import Shelf
from ari_app.core.values import AgentId, Centre
from tests.core.playbook import Playbook, flow
from tests.core.test_calls import A1, LEG, LI, P1, WANG, greeted, ring, talking
from tests.core.test_dispatch import refused
from tests.core.test_staff import a_centre

ROVER = AgentId("rover")
"""Has no phone of her own."""


def centre() -> Centre:
    base = a_centre()
    rover = replace(base.agents[WANG], agent_id=ROVER, name="rover", has_phone=False)
    return replace(base, agents={**base.agents, ROVER: rover}, seats=frozenset({"3001", "3002"}))


def a_book(*events: AgentSignedIn | AgentAskedReady) -> Playbook:
    book = Playbook(engine=Engine(Shelf.of(flow()), centre(), lambda prompts: 3.0))
    for event in events:
        book >> event
    return book


def at_work(agent: AgentId, seat: str = "") -> Playbook:
    return a_book(AgentSignedIn(agent, seat), AgentAskedReady(agent))


def rung(book: Playbook) -> RingAgent:
    (greeted(book) >> PlayEnded(P1)).after(2.0)
    book << StartMusic(LEG)
    [command] = book.pending
    assert isinstance(command, RingAgent)
    book.pending.clear()
    return command


def test_the_phone_of_the_seat_rings_in_the_agents_name():
    assert rung(at_work(ROVER, "3001")) == replace(ring(A1, ROVER), endpoint="3001")
    assert rung(at_work(WANG)) == ring(A1, WANG)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (AgentSignedIn(ROVER), "seat_needed"),
        (AgentSignedIn(ROVER, "3009"), "no_such_seat"),
        (AgentSignedIn(ROVER, "3001"), "seat_taken"),
        (AgentSignedIn(WANG, "3002"), "signed_in_elsewhere"),
        (AgentSignedIn(ROVER, takes_over=LI), "not_there"),
    ],
)
def test_who_cannot_sit_there_is_told_why(event: AgentSignedIn, code: str):
    assert refused(at_work(WANG, "3001") >> event) == code


def test_a_seat_is_free_again_when_its_agent_has_left():
    book = at_work(WANG, "3001") >> AgentSignedOut(WANG) >> AgentSignedIn(ROVER, "3001")
    assert book.agent("rover").seat == "3001"
    assert book.agent("wang").seat == ""


def test_signing_in_again_at_the_same_seat_changes_nothing():
    book = at_work(WANG, "3001") >> AgentSignedIn(WANG, "3001") >> AgentSignedIn(WANG)
    assert (book.state("wang"), book.agent("wang").seat) == (AgentState.READY, "3001")


def test_who_is_free_hands_over_at_once_and_the_queue_is_never_empty():
    book = at_work(WANG, "3001")
    book >> AgentSignedIn(ROVER, takes_over=WANG)
    assert book.state("wang") is AgentState.OFFLINE
    assert (book.state("rover"), book.agent("rover").seat) == (AgentState.READY, "3001")
    assert rung(book) == replace(ring(A1, ROVER), endpoint="3001")


def test_in_a_call_the_relief_waits_for_the_end_of_wrap_up():
    book = talking(at_work(WANG)) >> AgentSignedIn(ROVER, takes_over=WANG)
    assert (book.state("wang"), book.state("rover")) == (AgentState.TALKING, AgentState.PAUSED)
    book >> LegDown(LEG, 16)
    book.pending.clear()
    book.after(54.9)
    assert (book.state("wang"), book.state("rover")) == (AgentState.WRAP_UP, AgentState.PAUSED)
    book.after(0.2)
    assert (book.state("wang"), book.state("rover")) == (AgentState.OFFLINE, AgentState.READY)
    assert book.agent("rover").seat == "wang"


def test_the_leaving_agent_names_who_comes_and_that_one_keeps_the_own_phone_if_there():
    book = at_work(WANG, "3001") >> AgentSignedIn(LI) >> AgentHandedOver(WANG, LI)
    assert (book.state("li"), book.agent("li").seat) == (AgentState.READY, "3001")


@pytest.mark.parametrize("to", [AgentId("nobody"), WANG, LI])
def test_nobody_hands_over_to_somebody_who_is_not_there(to: AgentId):
    book = at_work(WANG) >> AgentHandedOver(WANG, to)
    assert refused(book) in ("no_such_agent", "relief_not_there")
    assert book.state("wang") is AgentState.READY


def test_a_relief_that_has_gone_again_takes_nothing_over():
    book = talking(at_work(WANG)) >> AgentSignedIn(ROVER, takes_over=WANG)
    book >> AgentSignedOut(ROVER) >> LegDown(LEG, 16)
    book.pending.clear()
    book >> AgentFinishedWrapUp(WANG)
    assert (book.state("wang"), book.state("rover")) == (AgentState.OFFLINE, AgentState.OFFLINE)


def test_who_waits_for_a_seat_cannot_be_ready_without_one():
    book = talking(at_work(WANG)) >> AgentSignedIn(ROVER, takes_over=WANG)
    book >> AgentAskedReady(ROVER)
    assert refused(book) == "seat_needed"
    book >> AgentAskedPause(ROVER, "meal")
    assert book.state("rover") is AgentState.PAUSED


def test_seat_and_relief_are_known_after_a_restart():
    book = talking(at_work(WANG)) >> AgentSignedIn(LI, "3002")
    book >> AgentSignedIn(ROVER, takes_over=WANG)
    kept = [one for one in book.records(SaveAgent) if isinstance(one, SaveAgent)]
    before = {one.agent_id: restored(one, book.now) for one in kept}
    engine = Engine(Shelf.of(flow()), centre(), lambda prompts: 3.0, agents=before)
    assert engine.dispatcher.endpoint(LI) == "3002"
    assert engine.dispatcher.agents[WANG].relief == ROVER
