"""What others' users complain about in callbacks and transfers, through the whole engine."""

from ari_app.core.agent import AgentState
from ari_app.core.commands import DialOut, Play, RingAgent
from ari_app.core.desk_events import AgentAskedReady, AgentSignedIn
from ari_app.core.events import BridgeEntered, CallArrived, KeyPressed, LegDown, LegUp
from ari_app.core.values import AgentId, BridgeId, Caller, CallId, LegId
from ari_app.core.verbs import CompleteTransfer
from tests.core.playbook import FLOW, Playbook
from tests.core.test_calls import A1, LEG
from tests.core.test_dial_list import POLICY, Outbound, promised, signed_in
from tests.core.test_verbs import TWO, asks, colleague

IN_ENGLISH = FLOW.replace(
    "max_wait_s: 45, on_timeout: sorry}", "max_wait_s: 45, on_timeout: sorry, keys: {8: call_back}}"
)


def stays(book: Outbound, call: str, number: str) -> Outbound:
    """A caller who waits and does not hang up."""
    book.feed(CallArrived(CallId(call), Caller(number), "12345"))
    book.feed(KeyPressed(LegId(call), "0"))
    book.taken()
    return book


def rung_for(book: Outbound) -> tuple[LegId, CallId]:
    """The agent's leg that rings now, and for which call."""
    ring = next(one for one in book.pending if isinstance(one, RingAgent))
    book.taken()
    return ring.leg, ring.call


def served(book: Outbound) -> str:
    """Whoever the agent is rung for talks, and leaves; the agent's wrap-up passes."""
    leg, call = rung_for(book)
    book.feed(LegUp(leg))
    if call.startswith("callback-"):
        book.feed(LegUp(LegId(call)))
    bridge = BridgeId(f"{call}.b")
    book.feed(BridgeEntered(bridge, leg)).feed(BridgeEntered(bridge, LegId(call)))
    book.feed(LegDown(LegId(call))).feed(LegDown(leg, 16))
    book.taken()
    book.after(30.0)
    return call


# asterisk/asterisk#607: whoever hands a call on by an attended transfer has their lastcall reset in
# all queues, so that wrap-up does not work, while the second call is still running.
def test_an_attended_transfer_neither_resets_nor_repeats_the_wrap_up():
    book = asks(colleague(Playbook(TWO)), CompleteTransfer())
    book.pending.clear()
    ends_at = book.agent("wang").until
    assert ends_at == book.now + 30.0
    book.after(5.0) >> LegDown(A1, 16)
    book.pending.clear()
    assert (book.state("wang"), book.state("li")) == (AgentState.WRAP_UP, AgentState.TALKING)
    assert book.agent("wang").until == ends_at
    book.after(24.9)
    assert book.state("wang") is AgentState.WRAP_UP
    book.after(0.1)
    assert (book.state("wang"), book.state("li")) == (AgentState.READY, AgentState.TALKING)
    book >> LegDown(LEG)
    book.pending.clear()
    assert (book.state("wang"), book.state("li")) == (AgentState.READY, AgentState.WRAP_UP)


# FreePBX/issue-tracker#535: the language that the caller chose is not set for the callback.
def test_a_callback_speaks_the_language_that_the_caller_chose():
    policy = POLICY.__class__(callbacks=POLICY.callbacks, notice="callback_notice")
    book = Outbound(ready=False, tree=IN_ENGLISH, policy=policy)
    call = CallId("hotline-1.1")
    book.feed(CallArrived(call, Caller("13800000000"), "12345"))
    book.feed(KeyPressed(LegId(call), "3")).feed(KeyPressed(LegId(call), "8"))
    book.feed(KeyPressed(LegId(call), "1")).feed(LegDown(LegId(call)))
    book.taken()
    book.after(0.0)
    assert book.entry.language == "en"
    signed_in(book)
    pop = next(tell.data for tell in book.told if tell.kind == "offer")
    assert pop["language"] == "en"
    leg, placed = rung_for(book)
    book.feed(LegUp(leg)).feed(LegUp(LegId(placed)))
    said = [one.prompts for one in book.taken() if isinstance(one, Play)]
    assert said == [(("callback_notice", "en"),)]


# FreePBX/issue-tracker#621: callbacks come back with a greater priority than the callers who wait,
# and are always served before them.
def test_a_promised_callback_is_served_between_who_came_before_and_who_came_after():
    book = stays(Outbound(ready=False, tree=FLOW.replace("priority: 2", "priority: 0")), "h.8", "1")
    book.now += 10.0
    promised(book, "2", CallId("h.7"))
    book.taken()
    book.after(10.0)
    stays(book, "h.9", "3")
    signed_in(book)
    assert [served(book), served(book), served(book)] == ["h.8", f"{_first(book)}.1", "h.9"]


def _first(book: Outbound) -> str:
    return next(record.entry_id for record in book.written if hasattr(record, "entry_id"))


# The same: with four agents, dozens of callbacks are out at once.
def test_no_more_citizens_are_called_back_than_agents_are_reserved_for_them():
    book = Outbound(ready=False)
    for number in range(8):
        promised(book, f"1380000000{number}", CallId(f"h.{number}"))
    book.taken()
    book.after(60.0)
    book.feed(AgentSignedIn(AgentId("wang"))).feed(AgentAskedReady(AgentId("wang")))
    leg, call = rung_for(book)
    book.feed(LegUp(leg))
    assert [one.leg for one in book.taken() if isinstance(one, DialOut)] == [call]
    book.after(20.0)
    assert not [one for one in book.taken() if isinstance(one, DialOut)]


# FreePBX/issue-tracker#525: before the citizen has answered, the same number is dialled two or
# three times more.
def test_a_citizen_whose_phone_rings_is_not_called_a_second_time():
    book = promised(promised(Outbound(ready=False)), call=CallId("hotline-1.2"))
    assert len(book.entries) == 1
    book.taken()
    book.after(60.0)
    signed_in(book)
    leg, _ = rung_for(book)
    book.feed(LegUp(leg))
    assert book.dialled() == ["13800000000"]
    book.after(20.0)
    assert book.dialled() == []
