"""What we believed against what Asterisk holds: after a lost link, a kill, and in each sweep."""

import json
from dataclasses import replace

import pytest

import ivr
from ari_app.core import agent as agents
from ari_app.core import call as calls
from ari_app.core.agent import Agent, AgentState
from ari_app.core.call import Phase
from ari_app.core.call_restored import restored
from ari_app.core.commands import (
    Answer,
    CheckRecording,
    Connect,
    DropBridge,
    HangUp,
    LeaveBridge,
    Play,
    RingAgent,
    StartMusic,
    StopHoldMusic,
    StopMusic,
    StopPlay,
)
from ari_app.core.desk_events import AgentSignedIn
from ari_app.core.engine import Engine
from ari_app.core.events import (
    AsteriskLost,
    AsteriskSeen,
    BridgeEntered,
    KeyPressed,
    LegDown,
    LegUp,
    PlayEnded,
)
from ari_app.core.records import CloseCall, OpenCall, SaveAgent, SaveCall
from ari_app.core.shelf import Shelf
from ari_app.core.talk import Standing
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    Caller,
    CallId,
    LegId,
    LegSeen,
    PlayId,
)
from tests.core.playbook import NUMBERS, Playbook, centre, flow
from tests.core.test_calls import (
    A1,
    A2,
    BRIDGE,
    GREETING,
    LEG,
    LI,
    P1,
    WANG,
    C,
    closed,
    greeted,
    in_queue,
    ring,
    ringing,
    talking,
)
from tests.core.test_message import recording
from tests.core.test_transfer import transferred, transferring

TWO = {"wang": {"zh": 5}, "li": {"zh": 5}}
CALLER = LegSeen(LEG, True, caller=Caller("13800138000"), dialled="12345")
GREETING_ANEW = Play(LEG, PlayId(f"{C}.p1001"), GREETING.prompts)
TALK = BridgeSeen(BRIDGE, frozenset({LEG, A1}))


def phone(leg: LegId = A1, agent: AgentId = WANG, *, is_up: bool = True) -> LegSeen:
    return LegSeen(leg, is_up, agent)


def seen(*legs: LegSeen, bridges: tuple[BridgeSeen, ...] = (), ended=None, sweep: bool = False):
    return AsteriskSeen(legs, bridges, ended or {}, not sweep)


def ready(agent: AgentId) -> SaveAgent:
    return Agent(agent, AgentState.READY, since=1.0).record()


def connecting(book: Playbook) -> Playbook:
    return ringing(book) >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))


def ending(book: Playbook) -> Playbook:
    return talking(book) >> LegDown(A1, 16) << HangUp(LEG)


REACH = {
    Phase.IN_FLOW: greeted,
    Phase.QUEUED: lambda book: in_queue(book),
    Phase.OFFERED: ringing,
    Phase.CONNECTING: connecting,
    Phase.TALKING: talking,
    Phase.TRANSFERRING: transferring,
    Phase.TRANSFERRED: transferred,
    Phase.RECORDING: recording,
    Phase.ENDING: ending,
}


def reach(phase: Phase) -> Playbook:
    book = REACH[phase](Playbook(ready=phase is not Phase.QUEUED))
    assert book.engine.call_engine.calls[C].phase is phase
    return book


def killed(book: Playbook) -> Playbook:
    """A new service with what the old one wrote down, the way the database gives it back."""
    saved = {r.call_id: r for r in book.written if isinstance(r, SaveCall)}
    live = {}
    for opened in (r for r in book.written if isinstance(r, OpenCall)):
        last = saved[opened.call_id]
        snapshot = json.loads(json.dumps(last.snapshot))
        live[CallId(opened.call_id)] = restored(
            opened.call_id, opened.caller, opened.dialled, opened.arrived_at, last.phase, snapshot
        )
    people = {
        AgentId(r.agent_id): agents.restored(r, book.now)
        for r in book.written
        if isinstance(r, SaveAgent)
    }
    profiles = {name: {"zh": 5} for name in book.engine.dispatcher.agents}
    engine = Engine(
        Shelf.of(flow()), centre(profiles), lambda prompts: 3.0, calls=live, agents=people,
        numbers=NUMBERS,
    )  # fmt: skip
    again = Playbook(engine=engine)
    again.now, again.written = book.now + 2.0, book.written
    return again


# --- the link was lost ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [
        (Phase.IN_FLOW, "abandoned_in_flow"),
        (Phase.QUEUED, "abandoned_waiting"),
        (Phase.OFFERED, "abandoned_ringing"),
        (Phase.CONNECTING, "abandoned_ringing"),
        (Phase.TALKING, "answered"),
        (Phase.ENDING, "answered"),
    ],
)
def test_a_caller_who_left_while_we_were_away_is_closed_with_the_time_of_the_event_log(
    phase, outcome
):
    book = reach(phase) >> seen(ended={C: 1100.5})
    book.pending.clear()
    assert (closed(book).outcome, closed(book).ended_at) == (outcome, 1100.5)
    assert closed(book).ticket["who_hung_up"] == ("agent" if phase is Phase.ENDING else "unknown")
    assert not book.engine.call_engine.calls
    assert not book.engine.dispatcher.offers
    assert book.state("wang") is not AgentState.OFFERED
    assert book.state("wang") is not AgentState.TALKING


@pytest.mark.parametrize("phase", [Phase.TALKING, Phase.CONNECTING])
def test_a_talk_that_went_on_is_left_alone(phase):
    book = reach(phase) >> seen(CALLER, phone(), bridges=(TALK,))
    book.done()
    assert book.engine.call_engine.calls[C].phase is Phase.TALKING
    assert (book.state("wang"), book.agent("wang").call) == (AgentState.TALKING, C)


def test_a_caller_whose_agent_is_gone_meanwhile_waits_at_the_head_of_the_line():
    """Nobody knows whether the agent hung up or was lost: the caller is not the one to pay."""
    alone = BridgeSeen(BRIDGE, frozenset({LEG}))
    book = reach(Phase.TALKING) >> seen(CALLER, bridges=(alone,))
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    book << Play(LEG, PlayId(f"{C}.p2"), (("agent_lost", "zh_CN"),))
    book.done()
    assert book.engine.call_engine.calls[C].phase is Phase.QUEUED
    assert book.state("wang") is AgentState.WRAP_UP


def test_two_who_are_up_but_not_together_are_put_together_again():
    book = reach(Phase.TALKING) >> seen(CALLER, phone())
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (LEG, A1))
    book.done()


def test_an_agent_who_answered_in_the_gap_is_connected():
    book = reach(Phase.OFFERED) >> seen(CALLER, phone())
    book << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    book.done()


def test_a_phone_that_still_rings_goes_on_ringing():
    book = reach(Phase.OFFERED) >> seen(CALLER, phone(is_up=False))
    book.done()
    assert book.state("wang") is AgentState.OFFERED


def test_a_phone_that_refused_in_the_gap_sends_the_caller_to_the_next_agent():
    book = ringing(Playbook(TWO)) >> seen(CALLER)
    book << HangUp(A1, "answered_elsewhere") << ring(A2, LI)
    assert book.state("wang") is AgentState.PAUSED


def test_a_desk_that_was_not_accepted_yet_has_no_leg_to_miss():
    book = Playbook(desk=["wang"])
    (greeted(book) >> PlayEnded(P1)).after(2.0)
    book << StartMusic(LEG)
    (book >> seen(CALLER)).done()
    assert book.state("wang") is AgentState.OFFERED


def test_a_prompt_whose_end_was_lost_is_said_again():
    book = reach(Phase.IN_FLOW) >> seen(CALLER)
    book << StopPlay(P1) << Answer(LEG)
    book << Play(LEG, PlayId(f"{C}.p2"), GREETING.prompts)
    book.done()


def test_who_waits_goes_on_waiting_at_the_same_place():
    book = reach(Phase.QUEUED)
    since = book.engine.dispatcher.waiting[C].since
    (book.after(50.0) >> seen(CALLER) << StartMusic(LEG)).done()
    assert book.engine.dispatcher.waiting[C].since == since


def test_a_caller_who_stayed_after_our_hang_up_is_hung_up_again():
    book = reach(Phase.ENDING) >> seen(CALLER) << HangUp(LEG)
    book.done()


# --- what nobody knows ---------------------------------------------------------------------------


def test_an_unknown_caller_is_greeted_and_gets_a_ticket():
    book = Playbook() >> seen(CALLER) << StopPlay(P1) << Answer(LEG) << GREETING_ANEW
    book.done()
    assert len(book.records(OpenCall)) == 1


def test_an_unknown_caller_in_a_talk_is_left_in_it_and_gets_a_ticket():
    book = Playbook() >> seen(CALLER, phone(), bridges=(TALK,))
    book.done()
    assert len(book.records(OpenCall)) == 1
    assert (book.state("wang"), book.agent("wang").call) == (AgentState.TALKING, C)
    book >> LegDown(LEG) << HangUp(A1) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    assert closed(book).outcome == "answered"


def test_an_unknown_caller_whose_phone_rings_somewhere_is_greeted_and_the_phone_stopped():
    book = Playbook() >> seen(CALLER, phone(is_up=False))
    book << StopPlay(P1) << Answer(LEG) << GREETING_ANEW << HangUp(A1)
    book.done()


def test_a_talk_with_somebody_who_is_no_agent_any_more_is_left_in_peace():
    book = reach(Phase.QUEUED)
    ghost = AgentId("ghost")
    book >> seen(CALLER, phone(agent=ghost), bridges=(TALK,))
    book.done()
    assert not book.engine.dispatcher.waiting, "nobody is rung for a caller who talks"
    book >> LegDown(LEG) << HangUp(A1) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    book.done()


@pytest.mark.parametrize("leg", [A1, LegId("hotline-9.9.a3")])
def test_an_agents_leg_without_a_caller_is_hung_up(leg):
    book = Playbook() >> seen(phone(leg)) << HangUp(leg)
    book.done()


def test_a_second_leg_of_a_call_is_hung_up_and_the_first_stays():
    book = ringing(Playbook(TWO)) >> seen(CALLER, phone(is_up=False), phone(A2, LI, is_up=False))
    book << HangUp(A2)
    book.done()


@pytest.mark.parametrize("name", [BRIDGE, BridgeId("hotline-9.9.b")])
def test_a_bridge_without_its_caller_is_taken_away(name):
    book = Playbook() >> seen(bridges=(BridgeSeen(name, frozenset()),)) << DropBridge(name)
    book.done()


def test_a_bridge_of_a_caller_who_waits_is_taken_away():
    alone = BridgeSeen(BRIDGE, frozenset({LEG}))
    book = reach(Phase.QUEUED) >> seen(CALLER, bridges=(alone,))
    book << StartMusic(LEG) << DropBridge(BRIDGE)
    book.done()


# --- whose queue nobody serves -------------------------------------------------------------------


def test_a_caller_who_was_found_in_a_talk_and_loses_the_agent_hears_the_tree():
    """In which queue they had waited nobody knows: without the tree they would wait for ever."""
    book = Playbook() >> seen(CALLER, phone(), bridges=(TALK,))
    book >> LegDown(A1, 44) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << GREETING_ANEW
    book >> KeyPressed(LEG, "0")
    assert book.engine.dispatcher.waiting[C].queue == "general"


@pytest.mark.parametrize("standing", list(Standing))
def test_a_restart_without_the_queue_in_which_a_caller_waits_leaves_it_to_the_tree(standing):
    book = killed(reach(Phase.QUEUED))
    kept = book.engine.call_engine.calls
    kept[C] = replace(kept[C], queue="night", standing=standing)
    book >> seen(CALLER)
    book.pending.clear()
    assert book.engine.dispatcher.waiting[C].queue == "general"
    assert kept[C].standing is Standing.BY_TREE


# --- sweeping ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "sight"),
    [
        (Phase.IN_FLOW, seen(sweep=True)),
        (Phase.TALKING, seen(CALLER, sweep=True)),
        (Phase.TALKING, seen(CALLER, phone(), sweep=True)),
        (Phase.OFFERED, seen(CALLER, sweep=True)),
        (Phase.QUEUED, seen(CALLER, phone(), sweep=True)),
        (Phase.QUEUED, seen(CALLER, phone(), bridges=(TALK,), sweep=True)),
    ],
    ids=["caller gone", "agent gone", "apart", "phone gone", "stray leg", "talk"],
)
def test_a_difference_is_acted_on_when_two_sweeps_see_it(phase, sight):
    book = reach(phase)
    before = book.engine.call_engine.calls[C]
    (book >> sight).done()
    assert book.engine.call_engine.calls[C] == before
    book >> sight
    changed = book.engine.call_engine.calls.get(C) != before
    assert changed or book.pending


def test_a_difference_that_was_gone_in_between_is_new_again():
    book = reach(Phase.TALKING)
    away = seen(CALLER, sweep=True)
    well = seen(CALLER, phone(), bridges=(TALK,), sweep=True)
    (book >> away >> well >> away).done()


def test_a_sweep_that_finds_everything_right_says_nothing():
    book = reach(Phase.TALKING)
    for _ in range(3):
        book >> seen(CALLER, phone(), bridges=(TALK,), sweep=True)
    book.done()


def test_a_sweep_does_not_repeat_prompts():
    book = reach(Phase.IN_FLOW)
    (book >> seen(CALLER, sweep=True) >> seen(CALLER, sweep=True)).done()


# --- after kill -9 -------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", list(REACH))
def test_a_snapshot_brings_the_call_back_after_json(phase):
    call = reach(phase).engine.call_engine.calls[C]
    saved = call.saved()
    back = restored(
        C, call.caller.number, call.dialled, call.arrived_at, saved.phase,
        json.loads(json.dumps(saved.snapshot)),
    )  # fmt: skip
    assert (back.call_id, back.caller, back.arrived_at) == (C, call.caller, call.arrived_at)
    assert (back.flow, back.queue, back.needs) == (call.flow, call.queue, call.needs)
    assert (back.queued_at, back.connected_at) == (call.queued_at, call.connected_at)
    assert (back.outcome, back.hung_up_by) == (call.outcome, call.hung_up_by)
    assert back.plays > call.plays
    assert back.offers > call.offers
    offered = phase in (Phase.OFFERED, Phase.CONNECTING)
    assert back.phase is (Phase.QUEUED if offered else phase)
    if phase is Phase.TALKING:
        assert (back.agent, back.leg) == (call.agent, call.leg)


@pytest.mark.parametrize("phase", list(REACH))
def test_after_a_kill_time_alone_touches_nobody_before_asterisk_is_seen(phase):
    book = killed(reach(phase))
    before = dict(book.engine.call_engine.calls)
    book.after(20.0).done()
    assert book.engine.call_engine.calls == before


@pytest.mark.parametrize("phase", list(REACH))
def test_after_a_kill_a_caller_who_is_gone_is_closed_once(phase):
    book = killed(reach(phase)) >> seen(ended={C: 1100.0})
    book.pending.clear()
    assert len(book.records(CloseCall)) == 1
    assert closed(book).ended_at == 1100.0
    assert book.state("wang") not in (AgentState.OFFERED, AgentState.TALKING)


def test_after_a_kill_the_greeting_is_stopped_and_said_again():
    book = killed(reach(Phase.IN_FLOW)) >> seen(CALLER)
    book << StopPlay(P1) << Answer(LEG)
    [play] = book.pending
    assert isinstance(play, Play)
    assert play.play != P1


def test_after_a_kill_the_phone_that_rang_is_stopped_and_the_caller_offered_anew():
    book = killed(reach(Phase.OFFERED)) >> seen(CALLER, phone(is_up=False))
    book << StopPlay(P1) << StartMusic(LEG) << HangUp(A1)
    [again] = book.pending
    assert (again.call, again.agent) == (C, WANG)
    assert again.leg != A1


def test_after_a_kill_a_talk_goes_on_and_ends_as_any_other():
    book = killed(reach(Phase.TALKING)) >> seen(CALLER, phone(), bridges=(TALK,))
    book.done()
    assert book.state("wang") is AgentState.TALKING
    book >> LegDown(A1, 16) << HangUp(LEG)
    assert book.state("wang") is AgentState.WRAP_UP
    assert book.agent("wang").until == book.now + 30.0


@pytest.mark.parametrize("phase", [Phase.OFFERED, Phase.CONNECTING])
def test_after_a_kill_in_the_moment_of_answering_the_talk_keeps_its_bridge(phase):
    book = killed(reach(phase)) >> seen(CALLER, phone(), bridges=(TALK,))
    assert not [c for c in book.pending if isinstance(c, DropBridge | HangUp)]
    assert (book.state("wang"), book.agent("wang").call) == (AgentState.TALKING, C)
    assert book.engine.call_engine.calls[C].phase is Phase.TALKING


def test_after_a_kill_no_agent_who_talks_is_offered_to_another_caller():
    """The agent's row is older than the call's: it says ready."""
    book = reach(Phase.TALKING)
    book.written += [ready(WANG)]
    other = LegSeen(LegId("hotline-0.1"), True, caller=Caller("1"), dialled="12345")
    again = killed(book) >> seen(other, CALLER, phone(), bridges=(TALK,))
    again.pending.clear()
    assert (again.state("wang"), again.agent("wang").call) == (AgentState.TALKING, C)
    again >> KeyPressed(other.leg, "0")
    assert not again.engine.dispatcher.offers


def test_after_a_kill_waiting_callers_are_matched_only_when_all_talks_are_known():
    """The first of two callers waits; the second one's talk is in no row yet."""
    waits = LegSeen(LegId("hotline-0.1"), True, caller=Caller("1"), dialled="12345")
    book = Playbook(TWO, ready=False) >> seen(waits)
    book.pending.clear()
    book >> KeyPressed(waits.leg, "0")
    book.written += [ready(WANG), ready(LI)]
    again = killed(book) >> seen(waits, CALLER, phone(), bridges=(TALK,))
    [rung] = [command for command in again.pending if isinstance(command, RingAgent)]
    assert (rung.call, rung.agent) == (waits.leg, LI)
    assert again.state("wang") is AgentState.TALKING


def test_after_a_kill_a_hang_up_that_did_not_arrive_is_repeated():
    book = reach(Phase.ENDING)
    call = book.engine.call_engine.calls[C]
    book.written.append(call.saved())
    again = killed(book) >> seen(CALLER) << HangUp(LEG)
    again >> LegDown(LEG)
    again.pending.clear()
    assert (closed(again).outcome, closed(again).ticket["who_hung_up"]) == ("answered", "agent")


def test_after_a_kill_a_tree_that_lost_the_node_sends_the_caller_to_the_last_resort():
    book = killed(reach(Phase.IN_FLOW))
    call = book.engine.call_engine.calls[C]
    gone = ivr.from_json({**ivr.to_json(call.flow), "node": "removed"})
    book.engine.call_engine.calls[C] = calls.replace(call, flow=gone)
    book >> seen(CALLER)
    assert C in book.engine.dispatcher.offers


def test_whoever_signed_in_before_the_kill_is_still_signed_in():
    book = Playbook(ready=False)
    book >> AgentSignedIn(WANG)
    assert killed(book).state("wang") is AgentState.PAUSED


def test_bridge_events_that_come_late_after_a_resync_change_nothing():
    book = reach(Phase.CONNECTING) >> seen(CALLER, phone(), bridges=(TALK,))
    (book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1) >> LegUp(A1)).done()
    assert book.state("wang") is AgentState.TALKING


def test_a_bug_in_one_call_leaves_no_other_unseen():
    def seconds(prompts):
        if any(prompt.id == "no_speaker" for prompt in prompts):
            raise ZeroDivisionError
        return 3.0

    engine = Engine(Shelf.of(flow()), centre({"wang": {"zh": 5}}), seconds, numbers=NUMBERS)
    other = LegSeen(LegId("hotline-1.2"), True, caller=Caller("13900139000"), dialled="12345")
    book = (
        greeted(Playbook(engine=engine)) >> KeyPressed(LEG, "3") << StopPlay(P1) << StartMusic(LEG)
    )
    book >> AsteriskLost()
    call = engine.call_engine.calls[C]
    engine.call_engine.calls[C] = replace(
        call, phase=Phase.IN_FLOW, flow=call.flow._replace(node="sorry")
    )
    book >> seen(CALLER, other)
    assert len(engine.bugs) == 1
    assert Answer(other.leg) in book.pending
    assert engine.next_deadline() is not None
