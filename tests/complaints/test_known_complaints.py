"""What users of other systems complain about, done here as they did it, with its source."""

from ari_app.core.agent import AgentState
from ari_app.core.commands import Connect, HangUp
from ari_app.core.desk_events import AgentDeclined, WrapUpChanged
from ari_app.core.events import LegDown, LegUp
from ari_app.core.seam import CallFinished
from ari_app.core.values import AgentId, CallId, QueueName
from tests.complaints.floor import Floor
from tests.core.playbook import Playbook
from tests.core.test_calls import A1, A2, LEG, ringing, talking

SIX = ("8499", "8500", "8501", "8502", "8503", "8504")
ALL_SIX = dict.fromkeys(SIX, 30.0)


def wrapping_up(floor: Floor, agent: str, queue: str) -> Floor:
    """This agent has just ended a call of this queue."""
    floor.comes("first", queue)
    assert floor.ringing == {"first": agent}
    floor.answers("first")
    floor.after(60.0)
    floor.ends("first", queue, agent)
    assert floor.state(agent) is AgentState.WRAP_UP
    return floor


# asterisk/asterisk#1006: an agent of six queues with wrapuptime=30 in each (shared_lastcall=yes)
# ends a call and is called again three seconds later, through another queue.
def test_an_agent_of_six_queues_has_the_whole_wrap_up_whichever_queue_calls_next():
    for other in SIX:
        floor = wrapping_up(Floor(["3157"], ALL_SIX), "3157", "8499")
        floor.after(3.0)
        floor.comes("second", other)
        floor.after(26.9)
        assert floor.ringing == {}, f"queue {other} cut the wrap-up short"
        floor.after(0.1)
        assert floor.ringing == {"second": "3157"}


# The same complaint where the queues' lengths differ: the talk's own queue counts, not the other's.
def test_a_queue_with_no_wrap_up_does_not_end_another_ones():
    floor = wrapping_up(Floor(["3157"], {"8499": 30.0, "8500": 0.0}), "3157", "8499")
    floor.comes("second", "8500")
    floor.after(29.9)
    assert floor.ringing == {}
    floor.after(0.1)
    assert floor.ringing == {"second": "3157"}


def test_a_change_of_wrap_up_holds_from_the_next_one_on():
    floor = wrapping_up(Floor(["3157"], ALL_SIX), "3157", "8499")
    ends_at = floor.until("3157")
    floor.desk(WrapUpChanged(None, 5.0))
    assert floor.until("3157") == ends_at


# asterisk/asterisk#1736: under load the end of one call is counted twice (update_queue), and
# fewestcalls then passes the agent over. Also the second end must not begin a second wrap-up.
def test_the_end_of_a_call_that_is_told_twice_counts_once():
    floor = wrapping_up(Floor(["3157"], ALL_SIX), "3157", "8499")
    ends_at = floor.until("3157")
    floor.after(10.0)
    floor.say(CallFinished(CallId("first"), QueueName("8499"), AgentId("3157")))
    assert floor.until("3157") == ends_at


# asterisk/asterisk#176: two phones that answer at the same moment are both ACKed for one call.
# Here one phone rings at a time; the worst is that the first one's 200 comes after its time.
def test_of_two_agents_who_answer_one_call_one_talks_and_one_is_released():
    book = ringing(Playbook({"wang": {"zh": 5}, "li": {"zh": 5}}))
    book.after(20.0)
    commands = list(book.pending)
    assert HangUp(A1, "answered_elsewhere") in commands
    book.pending.clear()
    for leg in (A1, A2):
        book >> LegUp(leg)
        commands += book.pending
        book.pending.clear()
    connected = [one for one in commands if isinstance(one, Connect)]
    assert len(connected) == 1
    assert A2 in connected[0].legs
    assert book.state("wang") is AgentState.PAUSED


# signalwire/freeswitch#2529: the caller hangs up while the call to the agent is being set up; the
# agent's phone rings afterwards, and who answers hears silence.
def test_an_agent_who_answers_after_the_caller_left_is_released_and_ready():
    book = ringing(Playbook())
    book >> LegDown(LEG)
    assert HangUp(A1, "answered_elsewhere") in book.pending
    book.pending.clear()
    book >> LegUp(A1)
    assert not [one for one in book.pending if isinstance(one, Connect)]
    assert book.state("wang") is AgentState.READY


def test_a_caller_who_left_is_offered_to_nobody_ever_again():
    floor = Floor(["a", "b"], {"q": 30.0})
    floor.comes("call", "q")
    floor.leaves("call")
    for agent in ("a", "b"):
        floor.desk(AgentDeclined(AgentId(agent), CallId("call")))
    floor.after(3600.0)
    assert floor.offered == [("call", "a")]


# signalwire/freeswitch#2540: more than ten agents ring for one queue; whose leg is set up in the
# moment in which another one answers stays reserved for ever.
def test_no_agent_of_twelve_stays_reserved_when_calls_are_gone_as_they_are_offered():
    names = [f"a{n}" for n in range(12)]
    floor = Floor(names, {"q": 0.0})
    for n in range(24):
        floor.comes(f"c{n}", "q")
        if n % 3 == 0:
            floor.leaves(f"c{n}")
        elif n % 3 == 1:
            floor.answers(f"c{n}")
            floor.ends(f"c{n}", "q", dict(floor.offered)[f"c{n}"])
        # the others' phones do not answer at all
    floor.after(20.0)
    for n in range(24):
        floor.leaves(f"c{n}")
    reserved = [name for name in names if floor.state(name) is AgentState.OFFERED]
    assert (reserved, floor.ringing) == ([], {})


# asterisk/asterisk#1561: an agent may not yet have the caller of the heavier queue, and gets none
# of the lighter one's callers either until that caller is gone.
def test_a_caller_whom_the_agent_may_not_have_blocks_nobody_behind():
    floor = Floor(["a"], {"heavy": 30.0, "light": 30.0})
    floor.comes("first", "heavy", {"en": 3}, priority=66)
    floor.comes("second", "light")
    assert floor.ringing == {"second": "a"}


# FreePBX/issue-tracker#621 and twilio-labs/plugin-queued-callbacks-and-voicemail#9: callbacks come
# back with a higher priority and go before everybody who stayed on the line; and more of them are
# out than there are agents.
def test_a_callback_keeps_its_place_and_does_not_overtake_who_stayed():
    floor = Floor(["a"], {"q": 30.0})
    floor.comes("busy", "q")
    floor.answers("busy")
    floor.comes("stayed-early", "q", since=floor.now + 1)
    floor.comes("callback-1.1", "q", since=floor.now + 2)
    floor.comes("stayed-late", "q", since=floor.now + 3)
    floor.after(10.0)
    served = []
    talks = "busy"
    for _ in range(3):
        floor.ends(talks, "q", "a")
        floor.after(30.0)
        [talks] = floor.ringing
        served.append(talks)
        floor.answers(talks)
    assert served == ["stayed-early", "callback-1.1", "stayed-late"]


def test_never_more_callbacks_are_out_than_agents_are_free():
    floor = Floor(["a", "b", "c", "d"], {"q": 30.0})
    floor.comes("talk", "q")
    floor.answers("talk")
    for n in range(75):
        floor.comes(f"callback-{n}.1", "q")
    assert len(floor.ringing) == 3


def test_the_talk_of_two_ends_in_one_wrap_up():
    book = talking(Playbook()) >> LegDown(LEG)
    book.pending.clear()
    ends_at = book.agent("wang").until
    book.now += 5.0
    book >> LegDown(A1, 16)
    book.pending.clear()
    assert (book.state("wang"), book.agent("wang").until) == (AgentState.WRAP_UP, ends_at)
