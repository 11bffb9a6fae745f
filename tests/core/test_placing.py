"""Calls that we place: the agent first, then the citizen; a tree's call; whatever fails."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Outcome, Phase, snapshot
from ari_app.core.call_restored import restored
from ari_app.core.commands import (
    CheckRecording,
    Connect,
    DialOut,
    DropBridge,
    HangUp,
    Play,
    RingAgent,
    StartMusic,
    StartRinging,
    StopPlay,
    StopRinging,
)
from ari_app.core.engine import Engine
from ari_app.core.events import AsteriskSeen, BridgeEntered, LegDown, LegUp, PlayEnded
from ari_app.core.records import CloseCall, OpenCall, SaveCall
from ari_app.core.seam import CallPlaced, CallWithdrawn
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    AgentId,
    BridgeId,
    BridgeSeen,
    Caller,
    CallId,
    LegId,
    LegSeen,
    PlayId,
    agent_leg,
    call_of,
)
from tests.core.playbook import NUMBERS, SURVEY, Playbook, centre, flow

CALL = CallId("callback-7.1")
CITIZEN, AGENT, BRIDGE = LegId(CALL), agent_leg(CALL, 1), BridgeId(f"{CALL}.b")
WANG = AgentId("wang")
PLACED = CallPlaced(
    CALL, "callback", "t-hotline-1.7", Caller("13800000000"), "12345", ring_s=25.0,
    language="en", notice="callback_notice", queue="general", needs=(("zh", 1),), priority=2,
    queued_at=900.0, card={"kind": "callback", "since": 900.0},
)  # fmt: skip
RING = RingAgent(AGENT, CALL, WANG, 20.0, "13800000000", is_first=True)
DIAL = DialOut(CITIZEN, "13800000000", 25.0, is_recorded=True)
NOTICE = PlayId(f"{CALL}.p1")


def place(book: Playbook, said: CallPlaced = PLACED) -> Playbook:
    book._take(book.engine._pump([said], book.now))
    return book


def dialling(tree: str = SURVEY) -> Playbook:
    """The agent is there and hears it ring at the citizen's."""
    book = place(Playbook(tree=tree))
    book << RING
    return book >> LegUp(AGENT) << StartRinging(AGENT) << DIAL


def noticed(book: Playbook) -> Playbook:
    """The citizen has answered and hears the notice."""
    book >> LegUp(CITIZEN)
    return book << Play(CITIZEN, NOTICE, (("callback_notice", "en"),))


def talking(book: Playbook) -> Playbook:
    book >> PlayEnded(NOTICE) << StopRinging(AGENT) << Connect(BRIDGE, (CITIZEN, AGENT))
    book >> BridgeEntered(BRIDGE, AGENT)
    return book >> BridgeEntered(BRIDGE, CITIZEN)


def test_the_agent_is_there_before_the_citizen_is_called_and_then_they_talk():
    book = talking(noticed(dialling()))
    assert book.state("wang") is AgentState.TALKING
    assert book.engine.call_engine.calls[CALL].phase is Phase.TALKING
    assert [t.data["state"] for t in book.told if t.kind == "dialling"] == ["ringing", "answered"]
    pop = next(t.data for t in book.told if t.kind == "offer")
    assert pop["callback"] == {"kind": "callback", "since": 900.0}
    assert pop["language"] == "en"
    assert pop["waited_s"] > 90.0
    book.done()


def test_a_callback_keeps_its_old_place_but_asks_for_less_only_as_it_waits_itself():
    """FreePBX/issue-tracker#535: a callback loses the caller's language."""
    book = place(Playbook({"li": {"en": 5}}))
    waiting = book.engine.dispatcher.waiting[CALL]
    assert (waiting.since, waiting.steps_from) == (900.0, book.now)
    book.done()


def test_the_talk_belongs_to_the_first_ticket_and_the_survey_s_mark_too():
    book = talking(noticed(dialling()))
    [opened] = book.records(OpenCall)
    assert opened.ticket_id == "t-hotline-1.7"
    book >> LegDown(CITIZEN) << HangUp(AGENT) << DropBridge(BRIDGE)
    book.pending = [one for one in book.pending if not isinstance(one, CheckRecording)]
    book.done()
    [closed] = book.records(CloseCall)
    assert closed.outcome == Outcome.ANSWERED.value
    assert closed.ticket["agent_id"] == "wang"
    assert "ivr_path" not in closed.ticket
    assert all(not saved.ticket for saved in book.records(SaveCall))
    assert book.state("wang") is AgentState.WRAP_UP


@pytest.mark.parametrize("cause", [17, 19, 0, 1])
def test_a_citizen_who_is_not_reached_frees_the_agent_at_once_without_wrap_up(cause: int):
    book = dialling() >> LegDown(CITIZEN, cause) << HangUp(CITIZEN) << HangUp(AGENT)
    assert book.state("wang") is AgentState.READY
    assert not book.engine.call_engine.calls
    [closed] = book.records(CloseCall)
    assert closed.outcome == Outcome.NOT_REACHED.value
    book.done()


def test_a_citizen_who_lets_it_ring_is_given_up_in_time():
    book = dialling().after(25.0) << HangUp(CITIZEN) << HangUp(AGENT)
    assert book.state("wang") is AgentState.READY
    book.done()
    book >> LegUp(CITIZEN) << HangUp(CITIZEN)


def test_an_agent_who_hangs_up_while_it_rings_takes_the_call_back():
    book = dialling() >> LegDown(AGENT, 16) << HangUp(CITIZEN) << HangUp(AGENT)
    assert not book.engine.call_engine.calls
    assert not book.engine.dispatcher.waiting
    book.done()


def test_a_citizen_who_has_answered_is_kept_when_the_agent_s_leg_dies():
    book = noticed(dialling()) >> LegDown(AGENT, 27)
    book << StopPlay(NOTICE) << StartMusic(CITIZEN, "default")
    assert book.engine.call_engine.calls[CALL].phase is Phase.QUEUED
    assert book.engine.dispatcher.waiting[CALL].since == 900.0
    book.done()


def test_a_call_that_is_withdrawn_while_it_waits_rings_nobody():
    book = place(Playbook({"wang": {"zh": 5}}, ready=False))
    book._take(book.engine._pump([CallWithdrawn(CALL)], book.now))
    assert not book.engine.dispatcher.waiting
    [closed] = book.records(CloseCall)
    assert closed.outcome == Outcome.WITHDRAWN.value


def test_a_prompt_that_breaks_does_not_keep_them_apart():
    book = noticed(dialling()) >> PlayEnded(NOTICE, ok=False)
    book.after(0.5) << StopPlay(NOTICE) << StopRinging(AGENT)
    book << Connect(BRIDGE, (CITIZEN, AGENT))
    book.done()


def restarted(book: Playbook) -> Playbook:
    """The service is killed and finds what it wrote."""
    calls = {}
    for opened in book.records(OpenCall):
        saved = [r for r in book.records(SaveCall) if r.call_id == opened.call_id][-1]
        calls[CallId(opened.call_id)] = restored(
            opened.call_id, opened.caller, opened.dialled, opened.arrived_at, saved.phase,
            saved.snapshot,
        )  # fmt: skip
    engine = Engine(
        Shelf.of(flow(SURVEY)), centre({"wang": {"zh": 5}}), lambda prompts: 3.0,
        numbers=NUMBERS, calls=calls,
    )  # fmt: skip
    after = Playbook(engine=engine)
    after.now = book.now + 5
    return after


def test_after_a_restart_a_call_that_waited_for_an_agent_waits_at_its_place():
    before = place(Playbook({"wang": {"zh": 5}}, ready=False))
    book = restarted(before) >> AsteriskSeen((), (), {})
    assert book.engine.dispatcher.waiting[CALL].since == 900.0
    book.done()


def test_after_a_restart_nobody_is_called_whose_phone_rings_still():
    book = restarted(dialling()) >> AsteriskSeen(
        (LegSeen(CITIZEN, False), LegSeen(AGENT, True, WANG)), (), {}
    )
    book << HangUp(CITIZEN) << HangUp(AGENT)
    assert not book.engine.call_engine.calls
    book.done()


def test_after_a_restart_a_citizen_who_talks_goes_on_talking():
    book = restarted(dialling()) >> AsteriskSeen(
        (LegSeen(CITIZEN, True), LegSeen(AGENT, True, WANG)),
        (BridgeSeen(BRIDGE, frozenset({CITIZEN, AGENT})),),
        {},
    )
    call = book.engine.call_engine.calls[CALL]
    assert (call.phase, call.agent, call.is_there) == (Phase.TALKING, WANG, True)
    book.done()


def test_after_a_restart_a_citizen_alone_on_the_line_waits_for_an_agent():
    book = restarted(dialling()) >> AsteriskSeen((LegSeen(CITIZEN, True),), (), {})
    book << StartMusic(CITIZEN, "default")
    assert book.engine.dispatcher.waiting[CALL].since == 900.0
    book.done()


def test_a_channel_nobody_remembers_is_hung_up_rather_than_greeted():
    book = Playbook() >> AsteriskSeen((LegSeen(CITIZEN, True),), (), {}) << HangUp(CITIZEN)
    book.done()


def test_a_tree_speaks_to_whoever_answers_when_no_agent_is_wanted():
    said = CallPlaced(
        CallId("duty-1.1"), "duty", "t-1", Caller("8001"), "12345", ring_s=20.0, tree="test",
        fields=(("repeat_of", "123"),),
    )  # fmt: skip
    leg = LegId("duty-1.1")
    book = place(Playbook(), said) << DialOut(leg, "8001", 20.0, is_recorded=False)
    book >> LegUp(leg) << Play(leg, PlayId("duty-1.1.p1"), (("greeting", "zh_CN"),))
    assert book.engine.call_engine.calls[CallId("duty-1.1")].phase is Phase.IN_FLOW
    book.done()


def test_a_tree_that_is_not_in_service_calls_nobody():
    said = CallPlaced(
        CallId("duty-1.1"), "duty", "t-1", Caller("8001"), "12345", ring_s=20.0, tree="nowhere"
    )
    book = place(Playbook(), said) << HangUp(LegId("duty-1.1"))
    [closed] = book.records(CloseCall)
    assert closed.outcome == Outcome.NOT_REACHED.value


def test_a_snapshot_keeps_what_makes_a_call_a_placed_one():
    call = dialling().engine.call_engine.calls[CALL]
    again = restored(CALL, "13800000000", "12345", 1.0, call.phase.value, snapshot(call))
    assert again.placed == call.placed
    assert again.phase is Phase.DIALLING


def test_no_channel_of_a_call_begins_with_the_citizen_s_id_before_it_is_there():
    assert not AGENT.startswith(CITIZEN)
    assert call_of(AGENT) == call_of(CITIZEN) == call_of(BRIDGE) == CALL
    assert call_of(agent_leg(CallId("hotline-1.05"), 1)) == "hotline-1.05"
