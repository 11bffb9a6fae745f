"""One call from the first ring to the closed ticket, and every way it can go wrong."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.commands import (
    Answer,
    CheckRecording,
    Connect,
    DropBridge,
    HangUp,
    Play,
    Refuse,
    RingAgent,
    StartMusic,
    StopMusic,
    StopPlay,
)
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentHungUp,
    AgentSignedOut,
    DeskConnected,
    DeskLost,
    WrapUpChanged,
)
from ari_app.core.engine import Engine
from ari_app.core.events import (
    AsteriskLost,
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    CallerKnown,
    KeyPressed,
    LegDown,
    LegUp,
    PlayEnded,
    RecordingChecked,
    RingFailed,
)
from ari_app.core.records import CloseCall, OpenCall, SaveAgent, SaveTicket
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    Caller,
    CallId,
    CheckedFile,
    History,
    LegId,
    LegSeen,
    PlayId,
    QueueName,
)
from tests.core.playbook import Playbook, centre, flow

C = CallId("hotline-1.1")
LEG = LegId(C)
A1, A2 = LegId(f"{C}.a1"), LegId(f"{C}.a2")
BRIDGE = BridgeId(f"{C}.b")
P1, P2 = PlayId(f"{C}.p1"), PlayId(f"{C}.p2")
WANG, LI = AgentId("wang"), AgentId("li")
ARRIVED = CallArrived(C, Caller("13800138000", region="北京市"), "12345")
GREETING = Play(LEG, P1, (("greeting", "zh_CN"),))


def ring(leg: LegId, agent: AgentId, *, ring_s: float = 20.0, auto: bool = False) -> RingAgent:
    return RingAgent(leg, C, agent, ring_s, "13800138000", auto)


def greeted(book: Playbook) -> Playbook:
    return book >> ARRIVED << Answer(LEG) << GREETING


def in_queue(book: Playbook) -> Playbook:
    """Stayed on the line, pressed nothing, and nobody is free yet."""
    (greeted(book) >> PlayEnded(P1)).after(2.0)
    return book << StartMusic(LEG)


def ringing(book: Playbook) -> Playbook:
    (greeted(book) >> PlayEnded(P1)).after(2.0)
    return book << StartMusic(LEG) << ring(A1, WANG)


def talking(book: Playbook) -> Playbook:
    ringing(book) >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    return book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)


def closed(book: Playbook) -> CloseCall:
    [record] = book.records(CloseCall)
    assert isinstance(record, CloseCall)
    return record


def test_the_ticket_is_opened_before_the_first_prompt():
    book = greeted(Playbook())
    [opened] = book.records(OpenCall)
    assert (opened.call_id, opened.dialled, opened.caller_region) == (C, "12345", "北京市")


def test_whoever_presses_nothing_reaches_a_person_and_talks():
    book = talking(Playbook())
    assert book.state("wang") is AgentState.TALKING
    book.after(60.0) >> LegDown(LEG) << HangUp(A1) << DropBridge(BRIDGE) << CheckRecording(C, 60.0)
    book.done()
    assert closed(book).outcome == "answered"
    assert closed(book).ticket["who_hung_up"] == "caller"
    assert closed(book).ticket["agent_id"] == "wang"
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(29.9).done()
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(0.2).done()
    assert book.state("wang") is AgentState.READY


def test_a_key_pressed_during_the_greeting_goes_straight_to_that_language():
    book = greeted(Playbook({"wang": {"zh": 5}, "li": {"zh": 5, "en": 4}}))
    book >> KeyPressed(LEG, "3") << StopPlay(P1) << StartMusic(LEG) << ring(A1, LI)
    book.done()
    [pop] = [tell for tell in book.told if tell.kind == "offer"]
    assert pop.data["language"] == "en"
    assert pop.data["ivr_path"][0] == ["welcome", "3"]
    assert pop.data["caller"] == {"number": "13800138000", "region": "北京市", "name": ""}


def test_a_second_key_and_a_key_flood_change_nothing_any_more():
    book = greeted(Playbook(ready=False))
    book >> KeyPressed(LEG, "3") << StopPlay(P1) << StartMusic(LEG)
    for digit in "0123456789*#" * 100:
        book >> KeyPressed(LEG, digit)
    book.done()


def test_nobody_free_means_music_until_an_agent_becomes_ready():
    book = in_queue(Playbook(ready=False))
    book.engine.handle(_signed_in(), book.now)
    book.after(100.0) >> AgentAskedReady(WANG) << ring(A1, WANG)


def _signed_in():
    from ari_app.core.desk_events import AgentSignedIn

    return AgentSignedIn(WANG)


def test_a_language_desk_without_speakers_gives_the_caller_to_anybody_after_the_wait():
    book = greeted(Playbook({"wang": {"zh": 5}}))
    book >> KeyPressed(LEG, "3") << StopPlay(P1) << StartMusic(LEG)
    book.after(45.0) << StopMusic(LEG) << Play(LEG, P2, (("no_speaker", "en"),))
    book >> PlayEnded(P2) << StartMusic(LEG) << ring(A1, WANG)


def test_the_place_in_the_queue_counts_from_the_first_wait_whatever_is_relaxed_later():
    book = greeted(Playbook({"wang": {"zh": 5}}, ready=False))
    book >> KeyPressed(LEG, "3") << StopPlay(P1) << StartMusic(LEG)
    queued_at = book.now
    book.after(45.0) << StopMusic(LEG) << Play(LEG, P2, (("no_speaker", "en"),))
    book >> PlayEnded(P2) << StartMusic(LEG)
    assert book.engine.dispatcher.waiting[C].since == queued_at


@pytest.mark.parametrize(
    ("reach", "left_over", "outcome"),
    [
        (greeted, [], "abandoned_in_flow"),
        (ringing, [HangUp(A1, "answered_elsewhere")], "abandoned_ringing"),
        (
            talking,
            [HangUp(A1), DropBridge(BRIDGE), CheckRecording(C, 0.0)],
            "answered",
        ),
    ],
    ids=["in the greeting", "while the agent rings", "in the talk"],
)
def test_a_caller_who_leaves_ends_everything_at_once(reach, left_over, outcome):
    book = reach(Playbook())
    book >> LegDown(LEG)
    for command in left_over:
        book << command
    book.done()
    assert closed(book).outcome == outcome
    assert not book.engine.call_engine.calls
    assert not book.engine.dispatcher.waiting
    assert not book.engine.dispatcher.offers


def test_a_caller_who_leaves_the_queue_is_never_offered_again():
    book = in_queue(Playbook(ready=False)).after(7.0)
    (book >> LegDown(LEG)).done()
    assert closed(book).outcome == "abandoned_waiting"
    assert closed(book).ticket["wait_s"] == 7.0


def test_an_agent_whose_caller_left_while_ringing_is_ready_again_not_punished():
    book = ringing(Playbook())
    book >> LegDown(LEG) << HangUp(A1, "answered_elsewhere")
    assert book.state("wang") is AgentState.READY
    assert book.told[-2].kind == "offer_ended" or book.told[-1].kind == "offer_ended"


def test_no_answer_rests_the_agent_and_the_caller_keeps_the_place():
    book = ringing(Playbook({"wang": {"zh": 5}, "li": {"zh": 5}}, ready=True))
    since = book.engine.dispatcher.offers[C].waiting.since
    book.after(20.0) << HangUp(A1, "answered_elsewhere") << ring(A2, LI)
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "no_answer")
    assert book.engine.dispatcher.offers[C].waiting.since == since


@pytest.mark.parametrize(
    ("cause", "reason"),
    [(17, "phone_busy"), (21, "declined"), (19, "no_answer"), (20, "phone_unreachable")],
)
def test_a_phone_that_refuses_sends_the_caller_to_the_next_agent_at_once(cause, reason):
    book = ringing(Playbook({"wang": {"zh": 5}, "li": {"zh": 5}}))
    book >> LegDown(A1, cause) << HangUp(A1, "answered_elsewhere") << ring(A2, LI)
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, reason)


def test_a_leg_that_cannot_even_be_made_counts_as_unreachable():
    book = ringing(Playbook())
    book >> RingFailed(A1) << HangUp(A1, "answered_elsewhere")
    assert book.agent("wang").reason == "phone_unreachable"


def test_declining_at_the_desk_stops_the_phone():
    book = ringing(Playbook())
    book >> AgentDeclined(WANG, C) << HangUp(A1, "answered_elsewhere")
    assert book.agent("wang").reason == "declined"


def test_an_agent_who_answers_in_the_moment_the_caller_leaves_is_hung_up():
    book = ringing(Playbook())
    book >> LegDown(LEG) << HangUp(A1, "answered_elsewhere")
    book >> LegUp(A1) << HangUp(A1)
    (book >> LegDown(A1)).done()


def test_the_agent_hanging_up_ends_the_call_for_the_caller_and_starts_wrap_up():
    book = talking(Playbook()).after(10.0)
    book >> LegDown(A1, 16) << HangUp(LEG)
    assert book.state("wang") is AgentState.WRAP_UP
    book >> LegDown(LEG) << DropBridge(BRIDGE) << CheckRecording(C, 10.0)
    assert closed(book).ticket["who_hung_up"] == "agent"


def test_hanging_up_at_the_desk_takes_the_same_way():
    book = talking(Playbook())
    book >> AgentHungUp(WANG, C) << HangUp(A1)
    book >> LegDown(A1, 16) << HangUp(LEG)


def test_a_caller_channel_that_does_not_go_is_hung_up_again_every_five_seconds():
    book = talking(Playbook())
    book >> LegDown(A1, 16) << HangUp(LEG)
    book.after(5.0) << HangUp(LEG)
    book.after(5.0) << HangUp(LEG)
    book >> LegDown(LEG) << DropBridge(BRIDGE) << CheckRecording(C, 10.0)
    assert closed(book).outcome == "answered"


def test_legs_that_never_meet_in_the_bridge_send_the_caller_back_to_the_queue():
    book = ringing(Playbook())
    book >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    book >> BridgeEntered(BRIDGE, LEG)
    book.after(3.0) << HangUp(A1, "answered_elsewhere") << DropBridge(BRIDGE) << StartMusic(LEG)
    assert book.agent("wang").reason == "phone_unreachable"
    assert C in book.engine.dispatcher.waiting


def test_a_prompt_whose_end_is_never_told_is_over_after_its_length_and_a_grace():
    book = greeted(Playbook())
    book.after(9.4).done()  # 3 s of it: a busy machine may take half as long again, and then 5 s
    book.after(0.2) << StopPlay(P1)


def test_a_prompt_broken_off_by_a_hang_up_sends_nobody_to_an_agent():
    """Asterisk tells that the prompt failed just before it tells that the caller is gone."""
    book = greeted(Playbook())
    (book >> PlayEnded(P1, ok=False)).done()
    (book.after(0.1) >> LegDown(LEG)).done()
    assert closed(book).outcome == "abandoned_in_flow"


def test_a_prompt_that_cannot_be_played_leads_to_a_person_a_moment_later():
    book = greeted(Playbook())
    (book >> PlayEnded(P1, ok=False)).done()
    book.after(0.3) << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    book.done()


def test_a_desk_that_answers_by_itself_has_its_phone_called_only_when_accepted():
    book = Playbook(desk=["wang"])
    (greeted(book) >> PlayEnded(P1)).after(2.0)
    (book << StartMusic(LEG)).done()
    book >> AgentAccepted(WANG, C) << ring(A1, WANG, ring_s=8.0, auto=True)
    (book >> AgentAccepted(WANG, C)).done()


def test_accepting_what_rings_on_the_phone_is_refused_with_the_reason():
    book = ringing(Playbook())
    book >> AgentAccepted(WANG, C)
    [refused] = book.pending
    assert isinstance(refused, Refuse)
    assert refused.code == "answer_on_phone"


def test_accepting_a_call_that_is_no_longer_offered_is_refused():
    book = Playbook()
    book >> AgentAccepted(WANG, C)
    [refused] = book.pending
    assert isinstance(refused, Refuse)
    assert refused.code == "no_such_offer"


def test_a_wish_to_pause_during_the_talk_comes_true_after_wrap_up():
    book = talking(Playbook())
    book >> AgentAskedPause(WANG, "lunch") >> LegDown(A1, 16) << HangUp(LEG)
    book >> LegDown(LEG) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    book.after(30.0).done()
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "lunch")


def test_signing_out_during_the_talk_lets_the_call_finish_first():
    book = talking(Playbook())
    (book >> AgentSignedOut(WANG)).done()
    assert book.state("wang") is AgentState.TALKING
    book >> LegDown(A1, 16) << HangUp(LEG)
    book >> AgentFinishedWrapUp(WANG)
    book.done()
    assert book.state("wang") is AgentState.OFFLINE


def test_a_new_wrap_up_time_counts_from_the_next_call_and_never_cuts_a_running_one():
    book = talking(Playbook())
    book >> LegDown(A1, 16) << HangUp(LEG)
    book >> WrapUpChanged(QueueName("general"), 5.0)
    book >> LegDown(LEG) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    book.after(29.0).done()
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(1.5).done()
    assert book.state("wang") is AgentState.READY


def test_a_desk_that_vanishes_is_paused_after_30_s_and_signed_out_after_300():
    book = Playbook()
    book >> DeskConnected(WANG) >> DeskLost(WANG)
    book.after(29.0).done()
    assert book.state("wang") is AgentState.READY
    book.after(2.0).done()
    assert (book.state("wang"), book.agent("wang").reason) == (AgentState.PAUSED, "desk_lost")
    book.after(270.0).done()
    assert book.state("wang") is AgentState.OFFLINE


def test_a_desk_that_comes_back_in_time_stays_ready():
    book = Playbook()
    book >> DeskConnected(WANG) >> DeskLost(WANG)
    book.after(20.0) >> DeskConnected(WANG)
    book.after(400.0).done()
    assert book.state("wang") is AgentState.READY


def test_history_that_comes_late_updates_the_pop():
    book = ringing(Playbook())
    book >> CallerKnown(C, History(tickets=({"ticket_id": "t-1"},)))
    [changed] = [tell for tell in book.told if tell.kind == "offer_changed"]
    assert changed.data["open_tickets"] == [{"ticket_id": "t-1"}]


def test_the_checked_recording_is_written_into_the_ticket():
    book = Playbook()
    book >> RecordingChecked(C, CheckedFile("x.wav", 12.0, None))
    [saved] = book.records(SaveTicket)
    assert saved.ticket["recording_ref"] == [
        {"file": "x.wav", "duration_s": 12.0, "problem": None, "kind": "talk"}
    ]


def test_while_asterisk_is_lost_nobody_is_timed_out_and_nobody_is_rung():
    book = ringing(Playbook({"wang": {"zh": 5}, "li": {"zh": 5}}))
    book >> AsteriskLost()
    book >> CallArrived(CallId("hotline-1.2"), Caller("1"), "12345")
    book.pending.clear()
    book.after(600.0).done()
    assert book.state("wang") is AgentState.OFFERED
    legs = (LegSeen(LEG, True), LegSeen(A1, True, WANG))
    bridge = BridgeSeen(BRIDGE, frozenset({LEG, A1}))
    book >> AsteriskSeen(legs, (bridge,), {})
    book.pending.clear()
    assert book.state("wang") is AgentState.TALKING


def test_a_sweep_from_before_the_loss_changes_nothing():
    book = talking(Playbook())
    book >> AsteriskLost()
    (book >> AsteriskSeen((), (), {}, is_resync=False)).done()
    assert book.state("wang") is AgentState.TALKING


def test_an_agent_found_on_a_duty_phones_call_gets_no_second_one():
    book = Playbook({"wang": {"zh": 5}, "li": {"zh": 5}})
    book >> AsteriskSeen((), (), {}, elsewhere=frozenset({WANG}))
    assert (book.state("wang"), book.agent("wang").reason) == (
        AgentState.PAUSED,
        "on_another_call",
    )
    assert book.state("li") is AgentState.READY


def test_the_recording_is_named_before_it_is_checked():
    book = talking(Playbook())
    book >> LegDown(LEG)
    book.pending.clear()
    [file] = closed(book).ticket["recording_ref"]
    assert (file["file"], file["problem"]) == (f"{C}.wav", "unchecked")


def test_each_change_of_an_agent_is_written_down_but_an_offer_that_dies_with_the_service():
    book = talking(Playbook())
    states = [record.state for record in book.records(SaveAgent)]
    assert states == ["paused", "ready", "talking"]


def test_a_wish_made_while_the_phone_rings_is_written_down():
    book = ringing(Playbook())
    book >> AgentAskedPause(WANG, "lunch")
    last = book.records(SaveAgent)[-1]
    assert (last.state, last.snapshot["after_call"]) == ("offered", "paused")


def test_a_prompt_of_several_minutes_is_heard_to_its_end():
    slow = Engine(Shelf.of(flow()), centre({}), lambda prompts: 200.0)
    book = greeted(Playbook({}, engine=slow))
    book.after(299.0).done()
    book.after(10.0) << StopPlay(P1) << StartMusic(LEG)
    book.done()


def test_a_bug_in_one_call_takes_no_other_its_time_and_is_tried_again():
    def seconds(prompts):
        if any(prompt.id == "no_speaker" for prompt in prompts):
            raise ZeroDivisionError
        return 3.0

    engine = Engine(Shelf.of(flow()), centre({}), seconds)
    for call in (C, CallId("hotline-1.2")):
        engine.handle(CallArrived(call, Caller("13800138000"), "12345"), 1000.0)
        engine.handle(KeyPressed(LegId(call), "3"), 1000.0)
    engine.handle_timer(1045.0)
    assert [type(bug) for bug in engine.bugs] == [ZeroDivisionError] * 2
    assert engine.next_deadline() == 1050.0
