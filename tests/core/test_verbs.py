"""What an agent does with a live call: the order of every step, and who is where afterwards."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import (
    CheckRecording,
    Connect,
    DropBridge,
    HangUp,
    LeaveBridge,
    MuteLeg,
    Play,
    PressKeys,
    Refuse,
    RingOutside,
    StartHoldMusic,
    StartMusic,
    StartRinging,
    StopHoldMusic,
    StopMusic,
    StopPlay,
    StopRinging,
    UnmuteLeg,
)
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentHungUp,
    AgentSignedIn,
    TalkAsked,
)
from ari_app.core.events import BridgeEntered, KeyPressed, LegDown, LegUp, PlayEnded
from ari_app.core.records import Journaled, SaveTicket
from ari_app.core.talk import MOVES, Move, Talk, Voice, refusal
from ari_app.core.values import BridgeId, LegId, PlayId, QueueName
from ari_app.core.verbs import (
    BlindTransfer,
    CompleteTransfer,
    Consult,
    DropThird,
    EndConsult,
    Hold,
    MarkConfidential,
    MarkUrgent,
    Mute,
    Resume,
    SendKeys,
    ThreeWay,
    ToAgent,
    ToNumber,
    ToQueue,
    ToSurvey,
    Unmute,
    Urgency,
    Verb,
)
from tests.core.playbook import KEYS_WHILE_WAITING, SURVEY, Playbook
from tests.core.test_calls import (
    A1,
    A2,
    BRIDGE,
    LEG,
    LI,
    P2,
    WANG,
    C,
    closed,
    in_queue,
    ring,
    talking,
)

ASIDE = BridgeId(f"{C}.c")
T1, P3 = LegId(f"{C}.t1"), PlayId(f"{C}.p3")
GUEST = RingOutside(T1, C, "110", 60.0, "13800138000")
POLICE = ToNumber("110")
BYE, DIED, BUSY, NO_ANSWER = 16, 44, 17, 19
TWO = {"wang": {"zh": 5}, "li": {"zh": 1}}


def asks(book: Playbook, verb: Verb, agent=WANG) -> Playbook:
    return book >> TalkAsked(agent, C, verb)


def held(book: Playbook) -> Playbook:
    return asks(talking(book), Hold()) << LeaveBridge(A1, BRIDGE) << StartHoldMusic(BRIDGE)


def consulting(book: Playbook) -> Playbook:
    """The number rings; agent and citizen are apart."""
    asks(talking(book), Consult(POLICE)) << Connect(ASIDE, (A1,)) << StartHoldMusic(BRIDGE)
    return book << StartRinging(A1) << GUEST


def consulted(book: Playbook) -> Playbook:
    consulting(book) >> LegUp(T1) << StopRinging(A1) << Connect(ASIDE, (T1,))
    return book >> BridgeEntered(ASIDE, T1)


def asked_colleague(book: Playbook) -> Playbook:
    asks(talking(book), Consult(ToAgent(LI))) << Connect(ASIDE, (A1,)) << StartHoldMusic(BRIDGE)
    return book << StartRinging(A1) << ring(A2, LI)


def colleague(book: Playbook) -> Playbook:
    asked_colleague(book) >> LegUp(A2) << StopRinging(A1) << Connect(ASIDE, (A2,))
    return book >> BridgeEntered(ASIDE, A2)


def joined(book: Playbook) -> Playbook:
    asks(talking(book), ThreeWay(POLICE)) << GUEST
    book >> LegUp(T1) << Connect(BRIDGE, (T1,))
    return book >> BridgeEntered(BRIDGE, T1)


def passing(book: Playbook) -> Playbook:
    asks(talking(book), BlindTransfer(POLICE)) << LeaveBridge(A1, BRIDGE)
    return book << StartHoldMusic(BRIDGE) << StartRinging(A1) << GUEST


def back_in_line(book: Playbook, play: PlayId = P2) -> Playbook:
    """Out of the bridge, told so, and then music again."""
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    return book << Play(LEG, play, (("agent_lost", "zh_CN"),))


def call(book: Playbook):
    return book.engine.call_engine.calls[C]


def states(book: Playbook) -> list[object]:
    return [tell.data["state"] for tell in book.told if tell.kind == "outside"]


def refused(book: Playbook, verb: Verb, code: str, agent=WANG) -> None:
    [no] = book.engine.handle(TalkAsked(agent, C, verb), book.now)
    assert isinstance(no, Refuse)
    assert no.code == code


# --- hold, mute, keys, marks -----------------------------------------------------------------


def test_on_hold_the_agent_is_out_and_the_citizen_hears_music_until_both_are_back():
    book = held(Playbook())
    assert call(book).talk is Talk.HELD
    asks(book.after(20.0), Resume()) << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,))
    book.done()
    assert call(book).talk is Talk.TALKING
    assert call(book).held_s == 20.0
    kinds = [line.kind for line in book.records(Journaled) if line.agent_id == "wang"]
    assert [kind for kind in kinds if kind in ("call.held", "call.resumed")] == [
        "call.held",
        "call.resumed",
    ]


def test_a_citizen_who_leaves_on_hold_frees_the_agent():
    book = held(Playbook()) >> LegDown(LEG) << HangUp(A1) << DropBridge(BRIDGE)
    book << CheckRecording(C, 0.0)
    assert book.state("wang") is AgentState.WRAP_UP
    assert closed(book).outcome == "answered"


def test_what_is_not_possible_now_is_refused_with_what_is():
    book = talking(Playbook())
    for verb in (Resume(), CompleteTransfer(), EndConsult(), DropThird()):
        refused(book, verb, "not_now")
    assert "保持、咨询、三方通话" in refusal(Talk.TALKING, Move.RESUME).message


def test_only_the_agent_whose_call_it_is_may_do_anything_with_it():
    book = talking(Playbook(TWO))
    refused(book, Hold(), "not_your_call", LI)


def test_each_state_of_a_talk_has_a_way_back_or_out():
    assert set(MOVES) == set(Talk)
    for state, moves in MOVES.items():
        assert {Talk.TALKING, None} & set(moves.values()), state


def test_the_agents_voice_is_off_and_on_again():
    book = asks(talking(Playbook()), Mute()) << MuteLeg(A1)
    assert call(book).voice is Voice.MUTED
    asks(book, Unmute()) << UnmuteLeg(A1)
    assert call(book).voice is Voice.OPEN


def test_keys_go_to_the_third_if_there_is_one():
    asks(talking(Playbook()), SendKeys("12#")) << PressKeys(LEG, "12#")
    asks(consulted(Playbook()), SendKeys("9")) << PressKeys(T1, "9")


def test_marks_are_on_the_ticket_at_once():
    book = asks(asks(talking(Playbook()), MarkUrgent(Urgency.CRITICAL)), MarkConfidential(True))
    fields = [record.ticket for record in book.records(SaveTicket)]
    assert fields == [{"urgency": "紧急"}, {"confidential": True}]
    marks = [line.data for line in book.records(Journaled) if line.kind == "call.marked"]
    assert marks == fields


def test_an_urgent_call_is_handed_on_as_an_urgent_one():
    book = asks(talking(Playbook()), MarkUrgent(Urgency.URGENT))
    asks(book, BlindTransfer(ToQueue(QueueName("general")))) << HangUp(A1)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << StartMusic(LEG)
    assert book.engine.dispatcher.waiting[C].boost_s > 0


# --- a consulted number ----------------------------------------------------------------------


def test_the_citizen_hears_music_while_agent_and_number_talk():
    book = consulted(Playbook())
    assert call(book).talk is Talk.CONSULTING
    assert states(book) == ["ringing", "joined"]
    kept = [line.data for line in book.records(Journaled) if line.kind == "call.third"]
    assert kept == [{"to": "110", "state": "ringing"}, {"to": "110", "state": "joined"}]


def test_a_consultation_that_ends_brings_the_citizen_back():
    book = asks(consulted(Playbook()), EndConsult()) << HangUp(T1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,)) << DropBridge(ASIDE)
    book.done()
    (book >> LegDown(T1, BYE)).done()


@pytest.mark.parametrize(("cause", "said"), [(BUSY, "busy"), (NO_ANSWER, "no_answer")])
def test_a_consulted_number_that_does_not_come_leaves_the_citizen_on_hold(cause, said):
    book = consulting(Playbook()) >> LegDown(T1, cause) << StopRinging(A1)
    book << LeaveBridge(A1, ASIDE) << DropBridge(ASIDE)
    assert call(book).talk is Talk.HELD
    assert states(book)[-1] == said


def test_beside_the_citizen_no_agent_is_made_to_hear_ringing():
    book = asks(consulting(Playbook()), ThreeWay(None)) << StopRinging(A1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,)) << DropBridge(ASIDE)
    (asks(talking(Playbook()), ThreeWay(POLICE)) << GUEST).done()


def test_a_completed_transfer_leaves_the_citizen_with_the_number_and_wraps_up_once():
    book = asks(consulted(Playbook()).after(10.0), CompleteTransfer()) << HangUp(A1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (T1,)) << DropBridge(ASIDE)
    assert call(book).phase is Phase.TRANSFERRED
    assert book.state("wang") is AgentState.WRAP_UP
    until = book.agent("wang").until
    (book.after(3.0) >> LegDown(A1, BYE)).done()
    assert book.agent("wang").until == until
    book >> LegDown(T1, BYE) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << HangUp(LEG)


def test_an_agent_who_hangs_up_while_consulting_completes_the_transfer():
    book = consulted(Playbook()) >> LegDown(A1, BYE)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (T1,)) << DropBridge(ASIDE)
    assert call(book).phase is Phase.TRANSFERRED


def test_a_transfer_cannot_be_completed_before_the_number_answers():
    refused(consulting(Playbook()), CompleteTransfer(), "third_not_there")


def test_whoever_is_consulted_can_be_joined():
    book = asks(consulted(Playbook()), ThreeWay(None))
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1, T1)) << DropBridge(ASIDE)
    asks(book, DropThird()) << HangUp(T1)
    book.done()
    assert call(book).talk is Talk.TALKING


def test_a_citizen_who_leaves_during_a_consultation_ends_it():
    book = consulted(Playbook()) >> LegDown(LEG)
    book << HangUp(T1) << HangUp(A1) << DropBridge(BRIDGE) << DropBridge(ASIDE)
    book << CheckRecording(C, 0.0)


def test_a_name_that_is_not_in_the_list_is_not_called():
    refused(talking(Playbook()), Consult(ToNumber("sister")), "no_such_number")


# --- a colleague -----------------------------------------------------------------------------


def test_a_colleague_is_reserved_rung_and_talks_with_the_citizens_card():
    book = asked_colleague(Playbook(TWO))
    assert book.state("li") is AgentState.OFFERED
    [pop] = [tell.data for tell in book.told if tell.kind == "offer" and tell.agent == LI]
    assert pop["consulted_by"] == "wang"
    assert pop["caller"]["number"] == "13800138000"
    book >> LegUp(A2) << StopRinging(A1) << Connect(ASIDE, (A2,)) >> BridgeEntered(ASIDE, A2)
    assert (book.state("li"), book.agent("li").call) == (AgentState.TALKING, C)


def test_a_colleague_takes_the_citizen_over_and_each_wraps_up_once():
    book = asks(colleague(Playbook(TWO)).after(5.0), CompleteTransfer()) << HangUp(A1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A2,)) << DropBridge(ASIDE)
    assert (book.state("wang"), book.state("li")) == (AgentState.WRAP_UP, AgentState.TALKING)
    assert (call(book).agent, call(book).leg) == (LI, A2)
    [told] = [tell.data for tell in book.told if tell.kind == "talk" and tell.agent == LI]
    assert told["talk"] == "talking"
    (book >> LegDown(A1, BYE)).done()
    asks(book, Hold(), LI) << LeaveBridge(A2, BRIDGE) << StartHoldMusic(BRIDGE)
    book >> LegDown(LEG) << HangUp(A2) << DropBridge(BRIDGE) << CheckRecording(C, 5.0)
    assert book.state("li") is AgentState.WRAP_UP
    assert closed(book).ticket["agent_id"] == "li"


def test_a_colleague_who_declines_is_ready_and_the_citizen_waits_on_hold():
    book = asked_colleague(Playbook(TWO)) >> AgentDeclined(LI, C)
    book << HangUp(A2, "answered_elsewhere") << StopRinging(A1)
    book << LeaveBridge(A1, ASIDE) << DropBridge(ASIDE)
    assert book.state("li") is AgentState.READY
    assert call(book).talk is Talk.HELD
    assert states(book)[-1] == "declined"


def test_a_colleague_who_does_not_answer_is_given_up():
    book = asked_colleague(Playbook(TWO)).after(20.0)
    book << HangUp(A2, "answered_elsewhere") << StopRinging(A1)
    book << LeaveBridge(A1, ASIDE) << DropBridge(ASIDE)
    assert states(book)[-1] == "no_answer"


def test_a_colleague_who_accepts_at_the_desk_is_rung_then():
    book = talking(Playbook(TWO, desk=["li"]))
    asks(book, Consult(ToQueue(QueueName("general")))) << Connect(ASIDE, (A1,))
    book << StartHoldMusic(BRIDGE) << StartRinging(A1)
    book >> AgentAccepted(LI, C) << ring(A2, LI, ring_s=8.0, auto=True)


def test_a_colleague_who_is_not_wanted_any_more_is_ready_again():
    book = asks(asked_colleague(Playbook(TWO)), EndConsult()) << StopRinging(A1)
    (
        book
        << HangUp(A2, "answered_elsewhere")
        << StopHoldMusic(BRIDGE)
        << Connect(BRIDGE, (A1,))
        << DropBridge(ASIDE)
    )
    assert book.state("li") is AgentState.READY


def test_a_colleague_hangs_up_their_own_leg_only():
    book = colleague(Playbook(TWO)) >> AgentHungUp(LI, C) << HangUp(A2)
    book >> LegDown(A2, BYE) << LeaveBridge(A1, ASIDE) << DropBridge(ASIDE)
    assert (book.state("wang"), book.state("li")) == (AgentState.TALKING, AgentState.WRAP_UP)


def test_an_agent_who_leaves_three_leaves_the_citizen_with_the_colleague():
    book = asks(colleague(Playbook(TWO)), ThreeWay(None)) << StopHoldMusic(BRIDGE)
    book << Connect(BRIDGE, (A1, A2)) << DropBridge(ASIDE)
    (book >> LegDown(A1, BYE)).done()
    assert call(book).agent == LI
    assert book.state("wang") is AgentState.WRAP_UP


def test_nobody_is_asked_who_cannot_come():
    book = talking(Playbook({"wang": {"zh": 5}, "li": {"zh": 1}}))
    refused(book, Consult(ToAgent(WANG)), "not_yourself")
    refused(book, Consult(ToAgent("nobody")), "no_such_agent")
    refused(book, BlindTransfer(ToQueue(QueueName("nowhere"))), "no_such_queue")
    refused(book, Consult(ToQueue(QueueName("general"), (("en", 3),))), "nobody_free")
    asked_colleague(book := Playbook(TWO))
    refused(book, ThreeWay(ToAgent(LI)), "agent_not_free")


# --- three in one action ---------------------------------------------------------------------


def test_a_third_joins_the_talk_in_one_action():
    book = joined(Playbook())
    assert call(book).talk is Talk.JOINED
    (book >> LegDown(T1, BYE)).done()
    assert call(book).talk is Talk.TALKING
    assert states(book) == ["ringing", "joined", "ended"]


@pytest.mark.parametrize(("cause", "said"), [(BUSY, "busy"), (NO_ANSWER, "no_answer")])
def test_a_third_who_does_not_come_leaves_the_citizen_with_the_agent(cause, said):
    book = asks(talking(Playbook()), ThreeWay(POLICE)) << GUEST
    (book >> LegDown(T1, cause)).done()
    assert (call(book).talk, states(book)[-1]) == (Talk.TALKING, said)


# --- handed on -------------------------------------------------------------------------------


def test_a_call_handed_on_to_a_queue_keeps_the_place_of_its_first_wait():
    book = talking(Playbook(TWO))
    queued_at = call(book).queued_at
    asks(book.after(60.0), BlindTransfer(ToQueue(QueueName("general"), (("zh", 1),)))) << HangUp(A1)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << StartMusic(LEG) << ring(A2, LI)
    assert call(book).queued_at == queued_at
    assert book.state("wang") is AgentState.WRAP_UP
    book >> LegUp(A2) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A2))
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A2)
    assert call(book).agent == LI


def test_the_trees_patience_does_not_end_the_second_wait():
    """The tree gives a first wait 45 s; the talk alone took longer."""
    book = talking(Playbook({"wang": {"zh": 5, "en": 5}}))
    nobody = ToQueue(QueueName("general"), (("en", 9),))
    asks(book.after(200.0), BlindTransfer(nobody)) << HangUp(A1)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << StartMusic(LEG)
    book.after(300.0).done()
    assert call(book).phase is Phase.QUEUED


def test_a_call_handed_on_to_an_agent_rings_that_agent():
    book = asks(talking(Playbook(TWO)), BlindTransfer(ToAgent(LI))) << HangUp(A1)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << StartMusic(LEG) << ring(A2, LI)


def test_an_agent_who_stays_busy_is_waited_for_and_then_the_line_goes_on():
    three = {"wang": {"zh": 5}, "li": {"zh": 1}, "zhao": {"zh": 1}}
    book = talking(Playbook(three))
    book >> AgentAskedPause(LI, "lunch")
    asks(book, BlindTransfer(ToAgent(LI))) << HangUp(A1)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << StartMusic(LEG)
    book.after(29.0).done()
    book.after(2.0) << ring(A2, "zhao")


def test_a_number_that_answers_takes_the_agents_place():
    book = passing(Playbook()) >> LegUp(T1) << StopRinging(A1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (T1,))
    book >> BridgeEntered(BRIDGE, T1) << HangUp(A1)
    assert call(book).phase is Phase.TRANSFERRED
    assert book.state("wang") is AgentState.WRAP_UP


def test_a_number_that_is_busy_gives_the_citizen_back_to_the_agent():
    book = passing(Playbook()) >> LegDown(T1, BUSY) << StopRinging(A1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,))
    assert call(book).talk is Talk.TALKING


def test_an_agent_takes_the_citizen_back_while_the_number_rings():
    book = asks(passing(Playbook()), Resume()) << StopRinging(A1) << HangUp(T1)
    book << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,))
    assert call(book).talk is Talk.TALKING


def test_a_number_that_is_busy_when_the_agent_has_left_sends_the_citizen_to_the_head():
    book = passing(Playbook(TWO)) >> LegDown(A1, BYE)
    assert (book.state("wang"), call(book).phase) == (AgentState.WRAP_UP, Phase.TRANSFERRING)
    book >> LegDown(T1, BUSY) << StopHoldMusic(BRIDGE)
    back_in_line(book) << ring(A2, LI)


def test_a_number_that_answers_when_the_agent_has_left_talks_to_the_citizen():
    book = passing(Playbook()) >> LegDown(A1, BYE) >> LegUp(T1) << StopHoldMusic(BRIDGE)
    book << Connect(BRIDGE, (T1,)) >> BridgeEntered(BRIDGE, T1)
    assert call(book).phase is Phase.TRANSFERRED
    book >> LegDown(LEG) << HangUp(T1) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    assert closed(book).outcome == "answered"


def test_the_survey_is_asked_when_the_agent_says_so():
    book = asks(talking(Playbook(tree=SURVEY)), ToSurvey()) << HangUp(A1)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    book << Play(LEG, P2, (("how_was_it", "zh_CN"),))
    assert book.state("wang") is AgentState.WRAP_UP
    refused(talking(Playbook()), ToSurvey(), "no_survey")


# --- an agent's leg that dies ----------------------------------------------------------------


@pytest.mark.parametrize("cause", [44, 0, 27, 38, 41, 102])
def test_a_citizen_whose_agent_is_lost_is_told_and_is_next(cause):
    book = talking(Playbook(TWO)).after(30.0) >> LegDown(A1, cause)
    back_in_line(book) << ring(A2, LI)
    assert book.engine.dispatcher.offers[C].waiting.is_returned
    assert book.state("wang") is AgentState.WRAP_UP
    book >> PlayEnded(P2) << StartMusic(LEG)
    book >> LegDown(LEG) << HangUp(A2, "answered_elsewhere") << CheckRecording(C, 30.0)
    assert closed(book).outcome == "answered"


@pytest.mark.parametrize("key", ["1", "2", ""])
def test_who_lost_the_agent_in_the_middle_of_a_question_is_next_and_is_asked_it_no_more(key):
    """The end of what we say is no answer to the tree's question, nor is a key pressed now."""
    book = in_queue(Playbook(ready=False, tree=KEYS_WHILE_WAITING)) >> KeyPressed(LEG, "8")
    book << StopMusic(LEG) << Play(LEG, P2, (("call_back", "zh_CN"),))
    book >> AgentSignedIn(WANG) >> AgentAskedReady(WANG) << ring(A1, WANG)
    book >> LegUp(A1) << StopPlay(P2) << Connect(BRIDGE, (LEG, A1))
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)
    back_in_line(book >> LegDown(A1, DIED), P3) >> PlayEnded(P3) << StartMusic(LEG)
    if key:
        book >> KeyPressed(LEG, key)
    book.after(29.0).done()
    assert book.engine.dispatcher.waiting[C].is_returned
    assert call(book).promise is None


def test_a_leg_that_dies_on_hold_gives_the_citizen_to_the_next_agent():
    book = held(Playbook()) >> LegDown(A1, DIED) << StopHoldMusic(BRIDGE)
    back_in_line(book).done()


def test_a_leg_that_dies_while_consulting_does_not_leave_the_citizen_with_the_consulted():
    book = consulted(Playbook()) >> LegDown(A1, DIED) << HangUp(T1) << StopHoldMusic(BRIDGE)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << DropBridge(ASIDE)
    book << Play(LEG, P2, (("agent_lost", "zh_CN"),))


def test_an_agent_who_hangs_up_ends_the_call_as_ever():
    (talking(Playbook()) >> LegDown(A1, BYE) << HangUp(LEG)).done()
