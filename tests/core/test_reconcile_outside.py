"""After a lost link, a kill and in each sweep: numbers outside, talks of three, messages."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import (
    CheckRecording,
    Connect,
    DropBridge,
    FindMessage,
    HangUp,
    LeaveBridge,
    Play,
    StartMusic,
    StopMusic,
)
from ari_app.core.events import LegDown, LegUp, MessageEnded
from ari_app.core.records import OpenCall
from ari_app.core.values import BridgeSeen, LegId, LegSeen
from tests.core.playbook import Playbook
from tests.core.test_calls import A1, BRIDGE, LEG, C, closed, in_queue
from tests.core.test_message import GOODBYE, M1, recording
from tests.core.test_reconcile import CALLER, killed, phone, seen
from tests.core.test_transfer import T1, agent_first, desk, phase, three, transferred, transferring

TALK = BridgeSeen(BRIDGE, frozenset({LEG, T1}))
ALL = BridgeSeen(BRIDGE, frozenset({LEG, A1, T1}))
WITH_AGENT = BridgeSeen(BRIDGE, frozenset({LEG, A1}))
both = pytest.mark.parametrize("gap", [lambda book: book, killed], ids=["link lost", "killed"])


def outside(*, is_up: bool = True, leg: LegId = T1) -> LegSeen:
    return LegSeen(leg, is_up)


@both
def test_a_number_that_still_rings_goes_on_ringing_and_is_given_up_in_time(gap):
    book = gap(transferring(Playbook(ready=False)))
    book >> seen(CALLER, outside(is_up=False)) << StartMusic(LEG)
    book.done()
    book.after(25.0) << HangUp(T1)
    book.done()
    assert phase(book) is Phase.QUEUED


@both
def test_a_number_that_answered_in_the_gap_is_connected(gap):
    book = gap(transferring(Playbook(ready=False))) >> seen(CALLER, outside())
    if gap is not killed:
        book << StopMusic(LEG)
    book << Connect(BRIDGE, (LEG, T1))
    book.done()


@both
def test_a_number_that_was_joined_in_the_gap_is_left_in_the_talk(gap):
    book = gap(transferring(Playbook(ready=False))) >> seen(CALLER, outside(), bridges=(TALK,))
    book.done()
    assert phase(book) is Phase.TRANSFERRED


@both
def test_a_number_that_refused_in_the_gap_sends_the_caller_on(gap):
    book = gap(transferring(Playbook(ready=False))) >> seen(CALLER)
    book.pending.clear()
    assert phase(book) is Phase.QUEUED


@both
def test_a_talk_with_a_number_is_left_alone_and_ends_as_any_other(gap):
    book = gap(transferred(Playbook())) >> seen(CALLER, outside(), bridges=(TALK,))
    book.done()
    book >> LegDown(T1, 16) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << HangUp(LEG)
    book >> LegDown(LEG)
    assert isinstance(book.pending[0], CheckRecording)
    assert closed(book).outcome == "transferred_out"


@both
def test_a_number_that_hung_up_in_the_gap_ends_the_talk(gap):
    alone = BridgeSeen(BRIDGE, frozenset({LEG}))
    book = gap(transferred(Playbook())) >> seen(CALLER, bridges=(alone,))
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << HangUp(LEG)
    book.done()


def test_two_who_are_up_but_not_together_are_put_together_again():
    book = transferred(Playbook()) >> seen(CALLER, outside()) << Connect(BRIDGE, (LEG, T1))
    book.done()


@both
def test_a_talk_of_three_goes_on(gap):
    book = gap(three(Playbook())) >> seen(CALLER, phone(), outside(), bridges=(ALL,))
    book.done()
    assert (phase(book), book.state("wang")) == (Phase.TALKING, AgentState.TALKING)


@both
def test_an_agent_who_left_a_talk_of_three_in_the_gap_leaves_the_others_in_it(gap):
    book = gap(three(Playbook())) >> seen(CALLER, outside(), bridges=(TALK,))
    book.done()
    assert phase(book) is Phase.TRANSFERRED
    assert book.state("wang") is AgentState.WRAP_UP


def test_an_agent_who_left_while_the_guest_was_joining_unheard_leaves_them_together():
    book = agent_first(Playbook()) >> seen(CALLER, outside(), bridges=(TALK,))
    book.done()
    assert phase(book) is Phase.TRANSFERRED


@both
def test_an_agent_who_left_while_the_guest_was_joining_leaves_them_together_after_the_gap(gap):
    book = agent_first(Playbook()) >> LegUp(T1) << Connect(BRIDGE, (T1,)) >> LegDown(A1, 16)
    book = gap(book) >> seen(CALLER, outside(), bridges=(TALK,))
    book.after(60.0).done()
    assert phase(book) is Phase.TRANSFERRED


@both
def test_a_guest_who_left_in_the_gap_is_told_and_the_talk_goes_on(gap):
    book = gap(three(Playbook())) >> seen(CALLER, phone(), bridges=(WITH_AGENT,))
    book.done()
    assert desk(book)[-1] == "ended"
    assert phase(book) is Phase.TALKING


@both
def test_a_guest_who_still_rings_goes_on_ringing_and_is_given_up_in_time(gap):
    book = gap(agent_first(Playbook()))
    book >> seen(CALLER, phone(), outside(is_up=False), bridges=(WITH_AGENT,))
    book.done()
    book.after(65.0) << HangUp(T1)
    book.done()
    assert phase(book) is Phase.TALKING


@both
def test_a_message_is_asked_after_and_may_go_on(gap):
    book = gap(recording(Playbook())) >> seen(CALLER) << FindMessage(M1)
    book.done()
    assert phase(book) is Phase.RECORDING
    book >> MessageEnded(M1, 20.0)
    assert [type(command) for command in book.pending] == [Play]


@both
def test_a_message_that_ended_in_the_gap_leads_on_with_its_length_unknown(gap):
    book = gap(recording(Playbook())) >> seen(CALLER) << FindMessage(M1)
    book >> MessageEnded(M1)
    [thanks] = book.pending
    assert isinstance(thanks, Play)
    assert thanks.prompts == GOODBYE
    book.pending.clear()
    book >> LegDown(LEG) << CheckRecording(C, None, ((M1, 0.0),))
    assert closed(book).outcome == "message_left"


def test_a_caller_who_left_during_a_message_in_the_gap_may_have_left_a_file():
    book = recording(Playbook()) >> seen(ended={C: 1100.0}) << CheckRecording(C, None, ((M1, 0.0),))
    book.done()


@pytest.mark.parametrize("leg", [T1, LegId("hotline-9.9.t3")])
def test_a_leg_outside_without_a_caller_is_hung_up(leg):
    book = Playbook() >> seen(outside(leg=leg)) << HangUp(leg)
    book.done()


def test_a_leg_outside_that_the_call_knows_nothing_of_is_hung_up():
    book = in_queue(Playbook(ready=False)) >> seen(CALLER, outside(is_up=False))
    book << StartMusic(LEG) << HangUp(T1)
    book.done()


def test_an_unknown_caller_in_a_talk_with_a_number_is_left_in_it_and_greeted_after_it():
    book = Playbook() >> seen(CALLER, outside(), bridges=(TALK,))
    book.done()
    assert len(book.records(OpenCall)) == 1
    assert phase(book) is Phase.TRANSFERRED
    book >> LegDown(T1, 16) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    [greeting] = book.pending
    assert isinstance(greeting, Play)
    book.pending.clear()
    book >> LegDown(LEG)
    assert closed(book).outcome == "transferred_out"


def test_a_caller_believed_waiting_who_talks_to_a_number_waits_no_more():
    book = in_queue(Playbook(ready=False)) >> seen(CALLER, outside(), bridges=(TALK,))
    book.done()
    assert not book.engine.dispatcher.waiting
    assert phase(book) is Phase.TRANSFERRED


def test_a_sweep_acts_on_a_lost_number_only_when_it_is_missing_twice():
    book = transferred(Playbook())
    away = seen(CALLER, sweep=True)
    (book >> away).done()
    book >> away << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << HangUp(LEG)
    book.done()
