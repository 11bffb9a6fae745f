"""Where the parts meet: verbs, offers, supervision, callbacks, shifts and restarts together."""

from dataclasses import replace
from itertools import pairwise

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase, snapshot
from ari_app.core.call_restored import restored
from ari_app.core.commands import Command, HangUp, LookUpCaller, StartMusic
from ari_app.core.desk_events import (
    AgentAccepted,
    AgentAskedPause,
    AgentAskedReady,
    AgentDeclined,
    AgentFinishedWrapUp,
    AgentSignedIn,
    AgentSignedOut,
    SuperviseAsked,
    TalkAsked,
)
from ari_app.core.engine import Engine
from ari_app.core.events import AsteriskSeen, BridgeEntered, CallerKnown, LegDown, LegUp, PlayEnded
from ari_app.core.records import SaveCall
from ari_app.core.shelf import Shelf
from ari_app.core.values import CallId, History, LegId, LegSeen, QueueName
from ari_app.core.verbs import (
    BlindTransfer,
    Consult,
    Hold,
    MarkUrgent,
    ThreeWay,
    ToNumber,
    ToQueue,
    Urgency,
    Verb,
)
from ari_app.routing.plan import LastAgent, QueuePlan
from tests.core import test_calls as calls
from tests.core import test_dial_list as dialling
from tests.core import test_monitor as monitor
from tests.core import test_placing as placing
from tests.core import test_seats as seats
from tests.core.playbook import FLOW, NUMBERS, SURVEY, Playbook, centre, flow

POLICE, TO_LINE = ToNumber("110"), BlindTransfer(ToQueue(QueueName("general"), (("en", 2),)))


def taken(book: Playbook) -> list[Command]:
    found, book.pending = book.pending, []
    return found


# --- supervisors and verbs -------------------------------------------------------------------


@pytest.mark.parametrize("is_joining", [False, True])
@pytest.mark.parametrize("verb", [Hold(), Consult(POLICE), ThreeWay(POLICE), BlindTransfer(POLICE)])
def test_nobody_takes_over_a_talk_that_has_changed_while_their_phone_rang(
    verb: Verb, is_joining: bool
):
    book = monitor.talk()
    book >> SuperviseAsked(monitor.BOSS, monitor.CALL, "take_over", "r")
    [ring] = taken(book)
    steps = [TalkAsked(monitor.WANG, monitor.CALL, verb), LegUp(ring.leg)]
    for event in reversed(steps) if is_joining else steps:
        book >> event
        taken(book)
    book >> BridgeEntered(monitor.MAIN, ring.leg)
    call = book.engine.call_engine.calls[monitor.CALL]
    assert call.agent == monitor.WANG
    assert (book.state("boss"), book.state("wang")) == (AgentState.PAUSED, AgentState.TALKING)
    assert [t.data["reason"] for t in book.told if t.kind == "supervision"][-1] == "not_now"


# --- callbacks, desks and the line -----------------------------------------------------------


def test_who_declines_a_callback_while_the_citizen_is_rung_hangs_up_and_nobody_else_is_asked():
    book = Playbook({"wang": {"zh": 5}, "li": {"zh": 5}}, desk=("wang", "li"), tree=SURVEY)
    placing.place(book) >> AgentAccepted(placing.WANG, placing.CALL)
    taken(book)
    book >> LegUp(placing.AGENT)
    taken(book)
    book >> AgentDeclined(placing.WANG, placing.CALL) << HangUp(placing.AGENT)
    book >> LegDown(placing.AGENT, 16)
    assert HangUp(placing.CITIZEN) in taken(book)
    assert not book.engine.call_engine.calls
    assert not book.engine.dispatcher.offers
    assert (book.state("wang"), book.state("li")) == (AgentState.READY, AgentState.READY)


def test_a_citizen_called_back_whose_agent_is_lost_waits_through_the_notice_with_music():
    book = placing.talking(placing.noticed(placing.dialling())) >> LegDown(placing.AGENT, 44)
    taken(book)
    notice = book.engine.call_engine.calls[placing.CALL].play
    assert notice is not None
    book >> PlayEnded(notice) << StartMusic(placing.CITIZEN)
    assert book.engine.call_engine.calls[placing.CALL].phase is Phase.QUEUED


def test_the_steps_of_a_queue_count_anew_for_a_callback_and_for_a_citizen_handed_on():
    book = placing.place(Playbook(ready=False))
    [waiting] = book.engine.dispatcher.waiting.values()
    assert (waiting.since, waiting.steps_from) == (900.0, book.now)
    handed = calls.talking(Playbook())
    began = handed.now
    handed.after(50.0) >> TalkAsked(calls.WANG, calls.C, TO_LINE)
    [waiting] = handed.engine.dispatcher.waiting.values()
    assert waiting.since <= began
    assert waiting.steps_from == handed.now
    saved = snapshot(handed.engine.call_engine.calls[calls.C])
    again = restored(calls.C, "138", "12345", 1.0, "queued", saved)
    assert again.steps_from == handed.now


def test_a_callback_keeps_what_moved_its_caller_forward():
    tree = FLOW.replace("start: welcome", "start: mark").replace(
        "nodes:\n", "nodes:\n  mark: {type: set, field: urgency, value: 急, next: welcome}\n"
    )
    book = dialling.promised(dialling.Outbound(ready=False, tree=tree)).wait(60.0)
    [waiting] = book.line()
    assert waiting.boost_s == 2 * 60.0 + 300.0


def test_a_callback_that_loses_its_agent_again_and_again_rings_nobody_every_half_minute():
    book = dialling.promised(dialling.Outbound(ready=False)).wait(0.0)
    dialling.signed_in(book)
    rings = []
    for _ in range(3):
        ring = next(one for one in book.taken() if type(one).__name__ == "RingAgent")
        book.feed(LegUp(ring.leg)).feed(LegDown(ring.leg, 16))
        rings.append(book.now)
        book.taken()
        due_at = book.entry.due_at
        assert due_at is not None
        book.after(due_at - book.now)
    assert [b - a for a, b in pairwise(rings)] == [30.0, 600.0]


def test_a_citizen_who_lost_the_agent_and_gave_up_waiting_is_called_back():
    book = dialling.Outbound()
    caller = LegId(calls.C)
    book.feed(dialling.CallArrived(calls.C, dialling.Caller("13800000000"), "12345"))
    book.feed(dialling.KeyPressed(caller, "0"))
    leg = next(one.leg for one in book.taken() if type(one).__name__ == "RingAgent")
    book.feed(LegUp(leg)).feed(BridgeEntered(calls.BRIDGE, leg))
    book.feed(BridgeEntered(calls.BRIDGE, caller))
    book.feed(AgentAskedPause(dialling.WANG, "meal")).feed(LegDown(leg, 44)).feed(LegDown(caller))
    assert book.entry.kind == "missed"


def test_a_citizen_back_in_the_line_is_not_sent_where_the_tree_would_have_gone_in_the_end():
    book = calls.greeted(Playbook())
    book >> dialling.KeyPressed(calls.LEG, "6")
    taken(book)
    book >> LegUp(calls.A1)
    taken(book)
    book >> BridgeEntered(calls.BRIDGE, calls.LEG) >> BridgeEntered(calls.BRIDGE, calls.A1)
    taken(book)
    book >> LegDown(calls.A1, 44)
    taken(book)
    book.after(300.0)
    assert not [one for one in taken(book) if type(one).__name__ == "RingOutside"]
    assert book.engine.call_engine.calls[calls.C].phase is Phase.QUEUED


def test_a_citizen_who_lost_the_agent_and_takes_a_callback_instead_of_waiting_is_called_back():
    keys = "anybody: {type: queue, queue: general, keys: {8: call_back}}"
    tree = FLOW.replace("anybody: {type: queue, queue: general}", keys)
    book = dialling.Outbound(tree=tree)
    caller = LegId(calls.C)
    book.feed(dialling.CallArrived(calls.C, dialling.Caller("13800000000"), "12345"))
    book.feed(dialling.KeyPressed(caller, "0"))
    leg = next(one.leg for one in book.taken() if type(one).__name__ == "RingAgent")
    book.feed(LegUp(leg)).feed(BridgeEntered(calls.BRIDGE, leg))
    book.feed(BridgeEntered(calls.BRIDGE, caller))
    book.feed(LegDown(leg, 44)).feed(dialling.KeyPressed(caller, "8"))
    play = book.engine.call_engine.calls[calls.C].play
    assert play is not None
    book.feed(PlayEnded(play)).feed(dialling.KeyPressed(caller, "1")).feed(LegDown(caller))
    assert book.entry.kind == "callback"


def test_the_last_agent_is_waited_for_also_when_the_history_comes_after_the_caller():
    base = centre({"wang": {"zh": 5}, "li": {"zh": 5}})
    plan = QueuePlan(last_agent=LastAgent(within_s=9e9, wait_s=20.0))
    queue = replace(base.queues[QueueName("general")], plan=plan)
    here = replace(base, queues={queue.name: queue})
    book = Playbook(engine=Engine(Shelf.of(flow()), here, lambda prompts: 3.0, numbers=NUMBERS))
    book >> AgentSignedIn(calls.LI)
    placing.place(book)
    served = History(calls=({"agent_id": "li", "arrived_at": book.now - 60.0},))
    book >> CallerKnown(placing.CALL, served)
    [waiting] = book.engine.dispatcher.waiting.values()
    assert (waiting.last_agent, waiting.held_until) == ("li", book.now + 20.0)


# --- marks, shifts, surge, restart -----------------------------------------------------------


def test_a_mark_of_urgency_is_what_every_later_save_says():
    book = calls.talking(Playbook())
    book >> TalkAsked(calls.WANG, calls.C, MarkUrgent(Urgency.CRITICAL))
    saved = book.records(SaveCall)[-1]
    assert isinstance(saved, SaveCall)
    assert saved.ticket["urgency"] == "紧急"


def test_who_was_once_to_relieve_somebody_is_left_alone_at_lunch():
    book = seats.talking(seats.at_work(seats.WANG))
    book >> AgentSignedIn(seats.LI) >> seats.AgentHandedOver(seats.WANG, seats.LI)
    book >> AgentAskedReady(seats.WANG) >> AgentAskedPause(seats.LI, "meal")
    book >> AgentSignedOut(seats.WANG) >> LegDown(seats.LEG, 16)
    taken(book)
    book >> AgentFinishedWrapUp(seats.WANG)
    assert (book.state("wang"), book.state("li")) == (AgentState.OFFLINE, AgentState.PAUSED)


def test_after_a_restart_what_is_known_of_a_waiting_caller_is_asked_again():
    book = calls.talking(Playbook())
    book >> TalkAsked(calls.WANG, calls.C, TO_LINE)
    saved = snapshot(book.engine.call_engine.calls[calls.C])
    call = restored(calls.C, "138", "12345", 1.0, "queued", saved)
    engine = Engine(
        Shelf.of(flow()), centre({}), lambda prompts: 3.0, calls={calls.C: call}, numbers=NUMBERS
    )
    seen = AsteriskSeen((LegSeen(LegId(calls.C), True),), (), {})
    assert LookUpCaller(CallId(calls.C), "138") in engine.handle(seen, 2000.0)
