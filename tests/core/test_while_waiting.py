"""A caller who waits is spoken to, presses keys and is offered, all at the same moment."""

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.commands import Connect, HangUp, Play, StartMusic, StopMusic, StopPlay
from ari_app.core.desk_events import AgentAccepted, AgentDeclined
from ari_app.core.engine import Engine
from ari_app.core.events import KeyPressed, LegDown, LegUp
from ari_app.core.shelf import Shelf
from ari_app.core.values import PlayId
from tests.core.playbook import FLOW, Playbook, centre, flow
from tests.core.test_calls import A1, A2, BRIDGE, LEG, LI, P1, P2, WANG, C, greeted, ring
from tests.core.test_transfer import CALL_110, phase

P3 = PlayId(f"{C}.p3")
FOR_ANYBODY = "anybody: {type: queue, queue: general}"
SWITCHES = FLOW.replace(FOR_ANYBODY, FOR_ANYBODY[:-1] + ", keys: {3: english, 5: anybody}}")
ANNOUNCES = FLOW.replace(
    FOR_ANYBODY,
    FOR_ANYBODY[:-1] + ", prompts: [hello], announce: {every_s: 10, prompts: [please_hold]}}",
)
SAYS_FIRST = FLOW.replace(FOR_ANYBODY, FOR_ANYBODY[:-1] + ", keys: {4: police}}").replace(
    'to: "110", ring_s: 20', 'to: "110", ring_s: 20, prompts: [transferring]'
)
HELLO = Play(LEG, P2, (("hello", "zh_CN"),))
HOLD = Play(LEG, P3, (("please_hold", "zh_CN"),))


def rings_for_anybody(book: Playbook) -> Playbook:
    return (
        greeted(book) >> KeyPressed(LEG, "0") << StopPlay(P1) << StartMusic(LEG) << ring(A1, WANG)
    )


def test_who_asks_for_other_skills_while_a_phone_rings_gets_an_agent_who_has_them():
    book = rings_for_anybody(Playbook({"wang": {"zh": 5}, "li": {"en": 4}}, tree=SWITCHES))
    book >> KeyPressed(LEG, "3") << HangUp(A1, "answered_elsewhere")
    book << ring(A2, LI)
    book.done()
    assert (book.state("wang"), book.state("li")) == (AgentState.READY, AgentState.OFFERED)


def test_who_asks_for_other_skills_that_nobody_has_waits_and_no_phone_rings():
    book = rings_for_anybody(Playbook(tree=SWITCHES))
    book >> KeyPressed(LEG, "3") << HangUp(A1, "answered_elsewhere")
    book.done()
    assert (phase(book), book.state("wang")) == (Phase.QUEUED, AgentState.READY)
    assert C in book.engine.dispatcher.waiting


def test_who_asks_for_the_same_again_while_a_phone_rings_keeps_the_agent():
    book = rings_for_anybody(Playbook(tree=SWITCHES)) >> KeyPressed(LEG, "5")
    book.done()
    assert phase(book) is Phase.OFFERED


def test_an_announcement_that_is_due_ends_the_one_that_is_still_heard():
    slow = Engine(Shelf.of(flow(ANNOUNCES)), centre({}), lambda prompts: 60.0)
    book = greeted(Playbook({}, engine=slow))
    book >> KeyPressed(LEG, "0") << StopPlay(P1) << HELLO
    book.after(9.0).done()
    book.after(1.0) << StopPlay(P2) << HOLD
    book.done()


def test_an_agent_who_declines_a_call_that_then_leaves_the_queue_rings_nobody_else():
    book = Playbook({"wang": {"zh": 5}, "li": {"zh": 5}}, desk=["wang"], tree=SAYS_FIRST)
    greeted(book) >> KeyPressed(LEG, "0") << StopPlay(P1) << StartMusic(LEG)
    book >> AgentAccepted(WANG, C) << ring(A1, WANG, ring_s=8.0, auto=True)
    book >> KeyPressed(LEG, "4") << StopMusic(LEG) << Play(LEG, P2, (("transferring", "zh_CN"),))
    book >> LegUp(A1) << StopPlay(P2) << Connect(BRIDGE, (LEG, A1))
    book >> AgentDeclined(WANG, C) << HangUp(A1)
    book >> LegDown(A1, 16)
    commands = book.pending
    assert CALL_110 in commands
    assert not [one for one in commands if type(one).__name__ == "RingAgent"]
    book.pending = []
    assert phase(book) is Phase.TRANSFERRING
    assert not book.engine.dispatcher.offers
    assert book.state("li") is AgentState.READY
