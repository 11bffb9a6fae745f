"""A lost link and a kill in the middle of each verb: who is where is found, and mended."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import (
    Connect,
    DropBridge,
    HangUp,
    LeaveBridge,
    MuteLeg,
    Play,
    StartHoldMusic,
    StartMusic,
    StartRinging,
    StopHoldMusic,
    StopRinging,
    UnmuteLeg,
)
from ari_app.core.events import BridgeEntered, LegDown
from ari_app.core.talk import Talk, Voice
from ari_app.core.values import BridgeSeen, LegSeen, PlayId, QueueName
from ari_app.core.verbs import (
    BlindTransfer,
    CompleteTransfer,
    EndConsult,
    Mute,
    Resume,
    ToQueue,
    Unmute,
)
from tests.core.playbook import Playbook
from tests.core.test_calls import A1, A2, BRIDGE, LEG, LI, C, talking
from tests.core.test_reconcile import CALLER, killed, phone, seen
from tests.core.test_verbs import (
    ASIDE,
    T1,
    TWO,
    asked_colleague,
    asks,
    call,
    colleague,
    consulted,
    consulting,
    held,
    joined,
    passing,
)

ALONE = BridgeSeen(BRIDGE, frozenset({LEG}))
TOGETHER = BridgeSeen(BRIDGE, frozenset({LEG, A1}))
THREE = BridgeSeen(BRIDGE, frozenset({LEG, A1, T1}))
APART = BridgeSeen(ASIDE, frozenset({A1, T1}))
WITH_COLLEAGUE = BridgeSeen(ASIDE, frozenset({A1, A2}))
both = pytest.mark.parametrize("gap", [lambda book: book, killed], ids=["link lost", "killed"])


def third(*, is_up: bool = True) -> LegSeen:
    return LegSeen(T1, is_up)


def stay_on_hold(book: Playbook) -> Playbook:
    """Nobody knows whether the music still plays: it is asked for again."""
    return book << LeaveBridge(A1, BRIDGE) << Connect(BRIDGE, (LEG,)) << StartHoldMusic(BRIDGE)


@both
def test_a_citizen_on_hold_stays_on_hold(gap):
    book = gap(held(Playbook())) >> seen(CALLER, phone(), bridges=(ALONE,))
    stay_on_hold(book).done()
    assert (call(book).talk, book.state("wang")) == (Talk.HELD, AgentState.TALKING)
    asks(book, Resume()) << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,))


@both
def test_a_hold_that_was_not_carried_out_is(gap):
    """Killed between deciding and doing."""
    book = gap(held(Playbook())) >> seen(CALLER, phone(), bridges=(TOGETHER,))
    stay_on_hold(book).done()


@both
def test_a_consultation_goes_on(gap):
    book = gap(consulted(Playbook()))
    book >> seen(CALLER, phone(), third(), bridges=(ALONE, APART))
    book << Connect(BRIDGE, (LEG,)) << Connect(ASIDE, (A1, T1)) << StartHoldMusic(BRIDGE)
    book.done()
    asks(book, CompleteTransfer()) << HangUp(A1) << StopHoldMusic(BRIDGE)
    book << Connect(BRIDGE, (T1,)) << DropBridge(ASIDE)
    assert call(book).phase is Phase.TRANSFERRED


@both
def test_a_number_that_refused_in_the_gap_leaves_the_citizen_on_hold(gap):
    book = gap(consulting(Playbook()))
    book >> seen(CALLER, phone(), bridges=(ALONE, BridgeSeen(ASIDE, frozenset({A1}))))
    book.pending.clear()
    assert call(book).talk is Talk.HELD


@both
def test_a_consulting_agent_who_is_gone_is_missed_by_nobody_but_the_line(gap):
    book = gap(consulted(Playbook()))
    book >> seen(CALLER, third(), bridges=(ALONE, BridgeSeen(ASIDE, frozenset({T1}))))
    assert HangUp(T1) in book.pending
    assert any(isinstance(command, Play) for command in book.pending)
    book.pending.clear()
    assert call(book).phase is Phase.QUEUED


@both
def test_a_colleague_who_talks_goes_on_talking(gap):
    book = gap(colleague(Playbook(TWO)))
    book >> seen(CALLER, phone(), phone(A2, LI), bridges=(ALONE, WITH_COLLEAGUE))
    book.pending.clear()
    assert (book.state("wang"), book.state("li")) == (AgentState.TALKING, AgentState.TALKING)
    asks(book, EndConsult()) << HangUp(A2) << StopHoldMusic(BRIDGE)
    book << Connect(BRIDGE, (A1,)) << DropBridge(ASIDE)
    assert book.state("li") is AgentState.WRAP_UP


def test_a_colleague_who_only_rang_is_given_up_by_a_kill():
    book = killed(asked_colleague(Playbook(TWO)))
    aside = BridgeSeen(ASIDE, frozenset({A1}))
    book >> seen(CALLER, phone(), phone(A2, LI, is_up=False), bridges=(ALONE, aside))
    assert HangUp(A2) in book.pending
    assert DropBridge(ASIDE) in book.pending
    book.pending.clear()
    assert call(book).talk is Talk.HELD
    assert book.state("li") is AgentState.READY


@both
def test_a_talk_of_three_goes_on(gap):
    book = gap(joined(Playbook())) >> seen(CALLER, phone(), third(), bridges=(THREE,))
    book.done()
    assert call(book).talk is Talk.JOINED


@both
def test_a_call_that_is_passed_on_goes_on_ringing_and_is_given_back(gap):
    book = gap(passing(Playbook()))
    book >> seen(CALLER, phone(), third(is_up=False), bridges=(ALONE,))
    (stay_on_hold(book) << StartRinging(A1)).done()
    book >> LegDown(T1, 17) << StopRinging(A1) << StopHoldMusic(BRIDGE) << Connect(BRIDGE, (A1,))
    assert call(book).talk is Talk.TALKING


@both
def test_a_number_that_answered_in_the_gap_takes_the_agents_place(gap):
    book = gap(passing(Playbook())) >> seen(CALLER, phone(), third(), bridges=(ALONE,))
    assert Connect(BRIDGE, (T1,)) in book.pending
    book.pending.clear()
    book >> BridgeEntered(BRIDGE, T1) << HangUp(A1)
    assert call(book).phase is Phase.TRANSFERRED


@both
def test_a_call_that_was_handed_on_waits_where_it_was_put(gap):
    book = talking(Playbook(TWO))
    nobody = ToQueue(QueueName("general"), (("en", 9),))
    asks(book, BlindTransfer(nobody)) << HangUp(A1) << LeaveBridge(LEG, BRIDGE)
    book << DropBridge(BRIDGE) << StartMusic(LEG)
    book = gap(book) >> seen(CALLER)
    assert StartMusic(LEG) in book.pending
    assert book.engine.dispatcher.waiting[C].needs == (("en", 9),)


@both
def test_a_lost_agents_caller_is_still_next_and_hears_music(gap):
    book = talking(Playbook()) >> LegDown(A1, 44) << LeaveBridge(LEG, BRIDGE)
    book << DropBridge(BRIDGE) << Play(LEG, PlayId(f"{C}.p2"), (("agent_lost", "zh_CN"),))
    book = gap(book) >> seen(CALLER)
    assert StartMusic(LEG) in book.pending
    assert book.engine.dispatcher.waiting[C].is_returned


@both
def test_a_muted_agent_stays_muted(gap):
    book = asks(talking(Playbook()), Mute()) << MuteLeg(A1)
    book = gap(book) >> seen(CALLER, phone(), bridges=(TOGETHER,))
    book.done()
    assert call(book).voice is Voice.MUTED
    asks(book, Unmute()) << UnmuteLeg(A1)
