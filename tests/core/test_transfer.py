"""A caller is connected to a number outside: alone, or with an agent as the third."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import (
    CheckRecording,
    Connect,
    DropBridge,
    HangUp,
    LeaveBridge,
    Play,
    RingOutside,
    StartMusic,
    StopMusic,
    StopPlay,
)
from ari_app.core.events import (
    BridgeEntered,
    KeyPressed,
    LegDown,
    LegUp,
    PlayEnded,
    RingFailed,
)
from ari_app.core.values import LegId, PlayId
from tests.core.playbook import FLOW, KEYS_WHILE_WAITING, SURVEY, Playbook
from tests.core.test_calls import (
    A1,
    BRIDGE,
    LEG,
    P1,
    P2,
    WANG,
    C,
    closed,
    greeted,
    in_queue,
    ring,
)

T1, T2 = LegId(f"{C}.t1"), LegId(f"{C}.t2")
CALL_110 = RingOutside(T1, C, "110", 20.0, "13800138000")
GUEST = RingOutside(T1, C, "110", 60.0, "13800138000")
BUSY, NO_ANSWER, DECLINED, UNREACHABLE = 17, 19, 21, 38


def transferring(book: Playbook) -> Playbook:
    greeted(book) >> KeyPressed(LEG, "4")
    return book << StopPlay(P1) << CALL_110 << StartMusic(LEG)


def joining(book: Playbook) -> Playbook:
    return transferring(book) >> LegUp(T1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, T1))


def transferred(book: Playbook) -> Playbook:
    return joining(book) >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, T1)


def agent_first(book: Playbook) -> Playbook:
    """An agent talks, and the number outside rings."""
    greeted(book) >> KeyPressed(LEG, "6") << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    book >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)
    return book << GUEST


def three(book: Playbook) -> Playbook:
    agent_first(book) >> LegUp(T1) << Connect(BRIDGE, (T1,))
    return book >> BridgeEntered(BRIDGE, T1)


def phase(book: Playbook) -> Phase:
    return book.engine.call_engine.calls[C].phase


def heard(book: Playbook, kind: str) -> list[object]:
    return [row[2] for row in closed(book).ivr_journal or () if row[1] == kind]


def desk(book: Playbook) -> list[object]:
    return [tell.data["state"] for tell in book.told if tell.kind == "outside"]


# --- alone ---------------------------------------------------------------------------------------


def test_the_number_is_called_with_music_meanwhile_and_both_talk_in_the_calls_bridge():
    book = transferred(Playbook())
    book.done()
    assert phase(book) is Phase.TRANSFERRED
    book.after(60.0) >> LegDown(LEG) << HangUp(T1) << DropBridge(BRIDGE) << CheckRecording(C, 60.0)
    book.done()
    assert closed(book).outcome == "transferred_out"
    assert closed(book).ticket["who_hung_up"] == "caller"
    assert heard(book, "transfer") == ["answered"]


def test_the_other_side_hanging_up_ends_the_call_where_the_tree_names_nothing():
    book = transferred(Playbook()).after(9.0)
    book >> LegDown(T1, 16) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << HangUp(LEG)
    book >> LegDown(LEG) << CheckRecording(C, 9.0)
    book.done()
    assert closed(book).outcome == "transferred_out"
    assert closed(book).ticket["who_hung_up"] == "outside"
    assert heard(book, "transfer") == ["answered", "ended"]


def test_the_other_side_hanging_up_leads_to_the_next_node_where_there_is_one():
    tree = FLOW.replace("on_busy: mandarin,", "on_busy: mandarin, next: thanks,")
    book = transferred(Playbook(tree=tree))
    book >> LegDown(T1, 16) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    book << Play(LEG, P2, (("goodbye", "zh_CN"),))
    book.done()
    book >> LegDown(LEG) << CheckRecording(C, 0.0)
    assert closed(book).outcome == "transferred_out"


@pytest.mark.parametrize(
    ("cause", "reason", "after"),
    [
        (BUSY, "busy", "mandarin"),
        (DECLINED, "busy", "mandarin"),
        (NO_ANSWER, "no_answer", "anybody"),
        (0, "no_answer", "anybody"),
        (UNREACHABLE, "failed", "english_desk"),
    ],
)
def test_a_number_that_is_not_reached_sends_the_caller_where_the_tree_says(cause, reason, after):
    book = transferring(Playbook(ready=False))
    (book >> LegDown(T1, cause)).done()
    call = book.engine.call_engine.calls[C]
    assert (call.phase, call.flow.node) == (Phase.QUEUED, after)
    assert C in book.engine.dispatcher.waiting
    book >> LegDown(LEG)
    assert heard(book, "transfer") == [reason]
    assert closed(book).outcome == "abandoned_waiting"


def test_a_leg_that_cannot_even_be_made_has_failed():
    book = transferring(Playbook(ready=False))
    (book >> RingFailed(T1)).done()
    assert book.engine.call_engine.calls[C].flow.node == "english_desk"


def test_a_number_that_rings_too_long_is_given_up():
    book = transferring(Playbook(ready=False))
    book.after(19.9).done()
    book.after(0.2) << HangUp(T1)
    book.done()
    assert book.engine.call_engine.calls[C].flow.node == "anybody"
    (book >> LegUp(T1) << HangUp(T1) >> LegDown(T1)).done()


def test_legs_that_never_meet_in_the_bridge_count_as_failed():
    book = joining(Playbook(ready=False)) >> BridgeEntered(BRIDGE, LEG)
    book.after(3.0) << HangUp(T1) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    book << StartMusic(LEG)
    book.done()
    assert book.engine.call_engine.calls[C].flow.node == "english_desk"


def test_a_name_without_a_number_fails_at_once_and_the_caller_goes_on_to_a_person():
    book = greeted(Playbook())
    book >> KeyPressed(LEG, "9") << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    book.done()


@pytest.mark.parametrize(
    ("reach", "left_over", "outcome"),
    [
        (transferring, [HangUp(T1)], "abandoned_ringing"),
        (joining, [HangUp(T1), DropBridge(BRIDGE)], "abandoned_ringing"),
    ],
)
def test_a_caller_who_leaves_while_the_number_is_called_ends_everything(reach, left_over, outcome):
    book = reach(Playbook()) >> LegDown(LEG)
    for command in left_over:
        book << command
    book.done()
    assert closed(book).outcome == outcome


def test_a_number_that_answers_when_the_caller_has_just_gone_is_hung_up():
    book = transferring(Playbook()) >> LegDown(LEG) << HangUp(T1)
    (book >> LegUp(T1) << HangUp(T1) >> LegDown(T1)).done()


def test_keys_pressed_in_the_talk_are_none_of_the_trees():
    book = transferred(Playbook())
    for digit in "0123456789*#":
        book >> KeyPressed(LEG, digit)
    book.done()


def test_whoever_waits_and_is_transferred_leaves_the_queue():
    book = in_queue(Playbook(ready=False, tree=KEYS_WHILE_WAITING))
    book >> KeyPressed(LEG, "4") << CALL_110
    book.done()
    assert not book.engine.dispatcher.waiting


def test_a_caller_is_transferred_while_a_phone_rings_for_them():
    book = Playbook(tree=KEYS_WHILE_WAITING)
    greeted(book) >> KeyPressed(LEG, "#") << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    book >> KeyPressed(LEG, "4") << HangUp(A1, "answered_elsewhere") << CALL_110
    book.done()
    assert book.state("wang") is AgentState.READY
    assert not book.engine.dispatcher.offers


# --- with an agent -------------------------------------------------------------------------------


def test_the_number_joins_the_talk_as_soon_as_the_agent_is_there():
    book = three(Playbook())
    book.done()
    assert phase(book) is Phase.TALKING
    assert desk(book) == ["ringing", "joined"]
    book.after(5.0) >> LegDown(LEG) << HangUp(T1) << HangUp(A1) << DropBridge(BRIDGE)
    book << CheckRecording(C, 5.0)
    book.done()
    assert closed(book).outcome == "answered"
    assert closed(book).ticket["agent_id"] == "wang"


@pytest.mark.parametrize(
    ("cause", "said"), [(BUSY, "busy"), (NO_ANSWER, "no_answer"), (1, "failed")]
)
def test_a_guest_who_is_not_reached_leaves_the_citizen_with_the_agent(cause, said):
    book = agent_first(Playbook()) >> LegDown(T1, cause)
    book.done()
    assert phase(book) is Phase.TALKING
    assert desk(book) == ["ringing", said]
    assert book.state("wang") is AgentState.TALKING


def test_a_guest_who_does_not_answer_is_given_up_after_the_numbers_own_time():
    book = agent_first(Playbook())
    book.after(59.0).done()
    book.after(1.0) << HangUp(T1)
    book.done()
    assert desk(book) == ["ringing", "no_answer"]
    assert phase(book) is Phase.TALKING


def test_a_guest_without_a_number_is_told_and_the_talk_goes_on():
    tree = FLOW.replace('to: "110", three_way', 'to: "114", three_way')
    book = Playbook(tree=tree)
    greeted(book) >> KeyPressed(LEG, "6") << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    book >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)
    book.done()
    assert desk(book) == ["failed"]


def test_when_the_guest_leaves_the_others_go_on():
    book = three(Playbook()) >> LegDown(T1, 16)
    book.done()
    assert desk(book) == ["ringing", "joined", "ended"]
    book >> LegDown(LEG) << HangUp(A1) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    book.done()


def test_when_the_agent_leaves_the_others_go_on_and_wrap_up_begins():
    book = three(Playbook()).after(10.0) >> LegDown(A1, 16)
    book.done()
    assert phase(book) is Phase.TRANSFERRED
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(10.0) >> LegDown(LEG) << HangUp(T1) << DropBridge(BRIDGE)
    book << CheckRecording(C, 20.0)
    book.done()
    assert closed(book).outcome == "answered"
    assert closed(book).ticket["agent_id"] == "wang"


def test_when_agent_and_guest_have_left_the_call_ends():
    book = three(Playbook()) >> LegDown(A1, 16) >> LegDown(T1, 16)
    book << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE) << HangUp(LEG)
    book >> LegDown(LEG) << CheckRecording(C, 0.0)
    assert closed(book).ticket["who_hung_up"] == "outside"


def test_an_agent_who_leaves_while_the_guest_is_joining_leaves_the_others_together():
    book = agent_first(Playbook()) >> LegUp(T1) << Connect(BRIDGE, (T1,)) >> LegDown(A1, 16)
    book >> BridgeEntered(BRIDGE, T1)
    book.after(60.0).done()
    assert phase(book) is Phase.TRANSFERRED


def test_an_agent_who_leaves_while_the_guest_still_rings_ends_the_call_as_ever():
    book = agent_first(Playbook()) >> LegDown(A1, 16) << HangUp(T1) << HangUp(LEG)
    book >> LegDown(T1) >> LegDown(LEG) << DropBridge(BRIDGE) << CheckRecording(C, 0.0)
    book.done()


def test_the_number_is_called_alone_when_no_agent_comes_in_time():
    tree = FLOW.replace("needs: {zh: 1}}}", "needs: {zh: 1}, max_wait_s: 20}}")
    book = greeted(Playbook(ready=False, tree=tree)) >> KeyPressed(LEG, "6")
    book << StopPlay(P1) << StartMusic(LEG)
    book.after(19.9).done()
    book.after(0.2) << RingOutside(T1, C, "110", 30.0, "13800138000")
    book.done()
    assert phase(book) is Phase.TRANSFERRING
    assert not book.engine.dispatcher.waiting


# --- after the talk ------------------------------------------------------------------------------


def asked(book: Playbook) -> Playbook:
    """The agent has hung up and the caller is asked how it was."""
    greeted(book) >> KeyPressed(LEG, "0") << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    book >> LegUp(A1) << StopMusic(LEG) << Connect(BRIDGE, (LEG, A1))
    book >> BridgeEntered(BRIDGE, LEG) >> BridgeEntered(BRIDGE, A1)
    book.after(7.0) >> LegDown(A1, 16) << LeaveBridge(LEG, BRIDGE) << DropBridge(BRIDGE)
    return book << Play(LEG, P2, (("how_was_it", "zh_CN"),))


def test_a_caller_whose_agent_hung_up_is_asked_and_the_answer_is_in_the_ticket():
    book = asked(Playbook(tree=SURVEY))
    book.done()
    assert book.state("wang") is AgentState.WRAP_UP
    book >> KeyPressed(LEG, "5") << StopPlay(P2)
    book << Play(LEG, PlayId(f"{C}.p3"), (("goodbye", "zh_CN"),))
    book >> PlayEnded(PlayId(f"{C}.p3")) << HangUp(LEG)
    book >> LegDown(LEG) << CheckRecording(C, 7.0)
    book.done()
    assert closed(book).outcome == "answered"
    ticket = closed(book).ticket
    assert (ticket["survey_score"], ticket["agent_id"], ticket["who_hung_up"]) == (
        "5",
        "wang",
        "agent",
    )


def test_a_caller_who_leaves_during_the_question_was_answered_all_the_same():
    book = asked(Playbook(tree=SURVEY)).after(3.0) >> LegDown(LEG) << CheckRecording(C, 7.0)
    book.done()
    assert closed(book).outcome == "answered"
    assert closed(book).ticket["agent_id"] == "wang"


def test_when_the_caller_hangs_up_first_nobody_is_asked():
    book = asked(Playbook(tree=SURVEY)) >> LegDown(LEG) << CheckRecording(C, 7.0)
    book.done()
    kinds = [row[1] for row in closed(book).ivr_journal or ()]
    assert kinds[-2:] == ["talk_ended", "left"]
