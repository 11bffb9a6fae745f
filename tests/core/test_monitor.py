"""Supervisors in live talks as playbooks: in, from one way to another, out, and what breaks."""

import pytest

from ari_app.core.agent import AgentState
from ari_app.core.commands import (
    Command,
    Connect,
    DropBridge,
    HangUp,
    Refuse,
    RingAgent,
    StartSnoop,
)
from ari_app.core.desk_events import (
    AgentAskedPause,
    AgentAskedReady,
    AgentSignedIn,
    How,
    SuperviseAsked,
    TalkAsked,
)
from ari_app.core.engine import Engine
from ari_app.core.events import (
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    KeyPressed,
    LegDown,
    LegUp,
    RingFailed,
)
from ari_app.core.journal_lines import Kind
from ari_app.core.records import Journaled
from ari_app.core.shelf import Shelf
from ari_app.core.values import (
    AgentId,
    AgentProfile,
    BridgeSeen,
    Caller,
    CallId,
    Centre,
    LegId,
    LegSeen,
    QueueName,
    QueueProfile,
    agent_leg,
    beside,
    bridge_of,
    snoop_of,
    supervisor_leg,
)
from ari_app.core.verbs import Consult, ToAgent
from tests.core.playbook import NUMBERS, Playbook, flow

CALL = CallId("hotline-1.1")
WANG, BOSS = AgentId("wang"), AgentId("boss")
CALLER, AGENT, MAIN = LegId(CALL), agent_leg(CALL, 1), bridge_of(CALL)
QUEUE = QueueName("general")
ALL_WAYS = frozenset({"listen", "whisper", "barge", "take_over"})


def centre(may: frozenset[str] = ALL_WAYS) -> Centre:
    wang = AgentProfile(WANG, "wang", {"zh": 5}, frozenset({QUEUE}))
    boss = AgentProfile(BOSS, "boss", {"zh": 1}, frozenset({QUEUE}), "supervisor", may)
    return Centre({WANG: wang, BOSS: boss}, {QUEUE: QueueProfile(QUEUE)})


def taken(play: Playbook) -> list[Command]:
    found, play.pending = play.pending, []
    return found


def talk(*, ready: bool = False, may: frozenset[str] = ALL_WAYS) -> Playbook:
    """Wang talks; the supervisor is signed in, resting or ready."""
    engine = Engine(Shelf.of(flow()), centre(may), lambda prompts: 3.0, numbers=NUMBERS)
    play = Playbook(engine=engine)
    events = [
        AgentSignedIn(WANG),
        AgentAskedReady(WANG),
        CallArrived(CALL, Caller("13800138000"), "12345"),
        KeyPressed(CALLER, "0"),
        LegUp(AGENT),
        BridgeEntered(MAIN, CALLER),
        BridgeEntered(MAIN, AGENT),
        AgentSignedIn(BOSS),
        AgentAskedPause(BOSS, "paperwork"),
        *([AgentAskedReady(BOSS)] if ready else []),
    ]
    for event in events:
        play >> event
        taken(play)
    return play


def asked(how: How) -> SuperviseAsked:
    return SuperviseAsked(BOSS, CALL, how, "quality")


class Supervised:
    """A playbook with a supervisor's leg, as far as it was rung."""

    def __init__(self, play: Playbook, how: How) -> None:
        self.play = play
        self.leg = supervisor_leg(CALL, int(play.now))
        self.aside = beside(self.leg)
        play >> asked(how) << RingAgent(self.leg, CALL, BOSS, 20.0, "wang")

    def snoop(self, number: int) -> LegId:
        return snoop_of(self.leg, number)

    def heard(self, number: int, *, whisper: bool) -> None:
        self.play << StartSnoop(self.snoop(number), AGENT, whisper)
        self.play >> LegUp(self.snoop(number))
        if number > 1:
            self.play << HangUp(self.snoop(number - 1))
        self.play << Connect(self.aside, (self.leg, self.snoop(number)))
        self.play >> BridgeEntered(self.aside, self.leg)

    def joined(self) -> None:
        self.play << Connect(MAIN, (self.leg,))
        self.play >> BridgeEntered(MAIN, self.leg)


def at(how: How, *, ready: bool = False, may: frozenset[str] = ALL_WAYS) -> Supervised:
    """The supervisor is where they wanted to be."""
    one = Supervised(talk(ready=ready, may=may), how)
    one.play >> LegUp(one.leg)
    if how in ("listen", "whisper"):
        one.heard(1, whisper=how == "whisper")
    else:
        one.joined()
    return one


def told(play: Playbook) -> list[object]:
    return [one.data["state"] for one in play.told if one.kind == "supervision"]


def refusal(play: Playbook) -> str:
    (refuse,) = taken(play)
    assert isinstance(refuse, Refuse)
    return refuse.code


def test_a_supervisor_who_listens_cannot_be_consulted() -> None:
    one = at("listen")
    one.play >> TalkAsked(WANG, CALL, Consult(ToAgent(BOSS)))
    assert refusal(one.play) == "agent_not_free"


@pytest.mark.parametrize(
    ("how", "state"), [("listen", "listening"), ("whisper", "whispering"), ("barge", "barged_in")]
)
def test_a_supervisor_is_rung_and_comes_into_the_talk(how: How, state: str) -> None:
    one = at(how)
    assert told(one.play) == ["ringing", state]
    assert one.play.state("boss") is AgentState.SUPERVISING
    assert one.play.state("wang") is AgentState.TALKING
    one.play.done()


def test_the_way_is_changed_while_the_talk_goes_on() -> None:
    one = at("listen")
    one.play >> asked("whisper")
    one.heard(2, whisper=True)
    one.play >> asked("barge")
    one.joined()
    one.play << HangUp(one.snoop(2)) << DropBridge(one.aside)
    one.play >> asked("listen")
    one.play << StartSnoop(one.snoop(3), AGENT, False)
    one.play >> LegUp(one.snoop(3)) << Connect(one.aside, (one.leg, one.snoop(3)))
    one.play >> BridgeEntered(one.aside, one.leg)
    assert told(one.play) == ["ringing", "listening", "whispering", "barged_in", "listening"]
    one.play.done()


def test_what_was_asked_while_the_phone_rang_counts_when_it_is_answered() -> None:
    one = Supervised(talk(), "listen")
    one.play >> asked("barge") >> LegUp(one.leg)
    one.joined()
    assert told(one.play) == ["ringing", "barged_in"]


@pytest.mark.parametrize("ready", [True, False])
def test_whoever_leaves_is_where_they_were_before(ready: bool) -> None:
    one = at("whisper", ready=ready)
    one.play >> asked("leave")
    one.play << HangUp(one.leg) << HangUp(one.snoop(1)) << DropBridge(one.aside)
    one.play.done()
    boss = one.play.agent("boss")
    assert boss.state is (AgentState.READY if ready else AgentState.PAUSED)
    assert boss.reason == ("" if ready else "paperwork")
    assert one.play.state("wang") is AgentState.TALKING


def test_taking_over_makes_the_talk_the_supervisors_and_gives_the_agent_wrap_up() -> None:
    one = at("take_over")
    one.play << HangUp(AGENT)
    one.play >> LegDown(AGENT)
    one.play.done()
    call = one.play.engine.call_engine.calls[CALL]
    assert (call.agent, call.leg) == (BOSS, one.leg)
    assert one.play.state("boss") is AgentState.TALKING
    assert one.play.state("wang") is AgentState.WRAP_UP
    assert told(one.play) == ["ringing", "taken_over"]
    one.play >> LegDown(CALLER) << HangUp(one.leg) << DropBridge(MAIN)
    taken(one.play)
    assert one.play.state("boss") is AgentState.WRAP_UP
    one.play.after(30)
    assert one.play.agent("boss").reason == "paperwork"


def test_who_is_in_the_talk_already_takes_it_over_at_once() -> None:
    one = at("barge")
    one.play >> asked("take_over") << HangUp(AGENT)
    assert one.play.state("boss") is AgentState.TALKING


def test_a_supervisor_who_hangs_up_changes_nothing_for_the_talk() -> None:
    one = at("listen", ready=True)
    one.play >> LegDown(one.leg)
    assert CALLER not in [c.leg for c in taken(one.play) if isinstance(c, HangUp)]
    assert one.play.state("boss") is AgentState.READY
    assert one.play.state("wang") is AgentState.TALKING
    assert told(one.play)[-1] == "ended"


def test_the_calls_end_frees_the_supervisor() -> None:
    one = at("listen", ready=True)
    one.play >> LegDown(CALLER)
    assert HangUp(one.leg) in taken(one.play)
    assert one.play.state("boss") is AgentState.READY


def test_the_agents_end_frees_the_supervisor() -> None:
    one = at("barge", ready=True)
    one.play >> LegDown(AGENT, 16)
    assert HangUp(one.leg) in taken(one.play)
    assert one.play.state("boss") is AgentState.READY


@pytest.mark.parametrize(
    ("cause", "reason"), [(17, "busy"), (19, "no_answer"), (38, "failed"), (None, "failed")]
)
def test_a_phone_that_does_not_answer_ends_it(cause: int | None, reason: str) -> None:
    one = Supervised(talk(ready=True), "listen")
    one.play >> (RingFailed(one.leg) if cause is None else LegDown(one.leg, cause))
    taken(one.play)
    assert one.play.told[-1].data["reason"] == reason
    assert one.play.state("boss") is AgentState.READY


def test_a_phone_that_nobody_answers_is_given_up() -> None:
    one = Supervised(talk(), "listen")
    one.play.after(20) << HangUp(one.leg)
    assert one.play.told[-1].data["reason"] == "no_answer"


def test_a_snoop_that_cannot_be_made_ends_it() -> None:
    one = Supervised(talk(), "listen")
    one.play >> LegUp(one.leg) << StartSnoop(one.snoop(1), AGENT, False)
    one.play >> LegDown(one.snoop(1))
    assert HangUp(one.leg) in taken(one.play)
    assert one.play.told[-1].data["reason"] == "failed"


def test_a_supervisor_is_offered_no_call_meanwhile() -> None:
    one = at("listen", ready=True)
    other = CallId("hotline-1.2")
    one.play >> CallArrived(other, Caller(""), "12345")
    taken(one.play)
    one.play >> KeyPressed(LegId(other), "0")
    assert not [c for c in taken(one.play) if isinstance(c, RingAgent)]
    one.play >> asked("leave")
    assert [c.agent for c in taken(one.play) if isinstance(c, RingAgent)] == [BOSS]


WAYS: tuple[How, ...] = ("listen", "whisper", "barge", "take_over")


@pytest.mark.parametrize("how", WAYS)
def test_each_way_needs_its_own_right(how: How) -> None:
    play = talk(may=ALL_WAYS - {how}) >> asked(how)
    assert refusal(play) == "no_right"
    assert play.state("boss") is AgentState.PAUSED
    assert Kind.CALL_SUPERVISED not in [line.kind for line in play.records(Journaled)]  # type: ignore[attr-defined]
    assert told(play) == []
    # With no other right than this one it begins.
    play = talk(may=frozenset({how})) >> asked(how)
    assert play.state("boss") is AgentState.SUPERVISING


@pytest.mark.parametrize(
    ("first", "then"), [(one, other) for one in WAYS[:3] for other in WAYS if other != one]
)
def test_who_is_in_a_talk_needs_the_right_of_another_way_too(first: How, then: How) -> None:
    one = at(first, may=ALL_WAYS - {then})
    one.play >> asked(then)
    assert refusal(one.play) == "no_right"
    assert one.play.engine.monitor.watches[BOSS].how == first
    assert one.play.state("boss") is AgentState.SUPERVISING
    assert one.play.state("wang") is AgentState.TALKING


@pytest.mark.parametrize("then", WAYS[1:])
def test_a_way_without_a_right_is_refused_while_the_phone_still_rings(then: How) -> None:
    one = Supervised(talk(may=frozenset({"listen"})), "listen")
    one.play >> asked(then)
    assert refusal(one.play) == "no_right"
    one.play >> LegUp(one.leg)
    one.heard(1, whisper=False)
    assert told(one.play) == ["ringing", "listening"]


def test_only_a_talk_with_an_agent_can_be_supervised() -> None:
    play = talk() >> SuperviseAsked(BOSS, CallId("hotline-1.2"), "listen", "")
    assert refusal(play) == "no_talk"
    play >> SuperviseAsked(AgentId("nobody"), CALL, "listen", "")
    assert refusal(play) == "no_such_agent"
    play >> asked("leave")
    assert refusal(play) == "not_there"
    play >> LegDown(AGENT)
    taken(play)
    play >> asked("listen")
    assert refusal(play) == "no_talk"


def test_each_wish_is_a_line_of_the_journal_with_its_reason() -> None:
    one = at("listen")
    one.play >> asked("leave")
    lines = [line for line in one.play.records(Journaled) if "supervised" in line.kind]  # type: ignore[attr-defined]
    assert [line.data for line in lines] == [  # type: ignore[attr-defined]
        {"how": "listen", "reason": "quality"},
        {"how": "leave", "reason": "quality"},
    ]


# --- after a gap -----------------------------------------------------------------------------


def seen(*supervisors: LegId, main: tuple[LegId, ...] = (CALLER, AGENT)) -> AsteriskSeen:
    legs = [LegSeen(CALLER, True, caller=Caller("13800138000"), dialled="12345")]
    legs += [LegSeen(AGENT, True, WANG)] if AGENT in main else []
    legs += [LegSeen(leg, True, BOSS) for leg in supervisors]
    aside = [BridgeSeen(beside(leg), frozenset({leg})) for leg in supervisors if leg not in main]
    return AsteriskSeen(tuple(legs), (BridgeSeen(MAIN, frozenset(main)), *aside), {})


def reborn(play: Playbook) -> Playbook:
    """The service starts anew with what was written down."""
    engine = Engine(
        Shelf.of(flow()), centre(), lambda prompts: 3.0, numbers=NUMBERS,
        calls=dict(play.engine.call_engine.calls), agents=dict(play.engine.dispatcher.agents),
    )  # fmt: skip
    again = Playbook(engine=engine)
    again.now = play.now
    return again


def test_after_a_restart_nobody_is_supervised_and_nothing_is_left_of_it() -> None:
    one = at("listen", ready=True)
    play = reborn(one.play) >> seen(one.leg)
    assert {HangUp(one.leg), DropBridge(one.aside)} <= set(taken(play))
    assert play.state("boss") is AgentState.READY
    assert play.state("wang") is AgentState.TALKING


def test_after_a_restart_whoever_had_barged_in_leaves_the_talk() -> None:
    one = at("barge")
    play = reborn(one.play) >> seen(one.leg, main=(CALLER, AGENT, one.leg))
    assert HangUp(one.leg) in taken(play)
    assert play.state("wang") is AgentState.TALKING
    assert play.engine.call_engine.calls[CALL].agent == WANG


def test_a_talk_that_was_taken_over_survives_a_restart() -> None:
    one = at("take_over")
    taken(one.play)
    play = reborn(one.play) >> seen(one.leg, main=(CALLER, one.leg))
    play.done()
    assert play.state("boss") is AgentState.TALKING
    play >> LegDown(one.leg, 16)
    assert HangUp(CALLER) in taken(play)


def test_a_supervisor_left_alone_with_the_citizen_is_the_agent_by_now() -> None:
    one = at("barge")
    play = reborn(one.play) >> seen(one.leg, main=(CALLER, one.leg))
    assert HangUp(one.leg) not in taken(play)
    assert play.engine.call_engine.calls[CALL].agent == BOSS
    assert play.state("boss") is AgentState.TALKING
    assert play.state("wang") is AgentState.WRAP_UP


def test_a_gap_in_the_events_brings_the_supervisor_into_the_talk_again() -> None:
    one = at("listen")
    one.play >> seen(one.leg)
    one.play << StartSnoop(one.snoop(2), AGENT, False)
    one.play >> LegUp(one.snoop(2)) << HangUp(one.snoop(1))
    one.play << Connect(one.aside, (one.leg, one.snoop(2)))


def test_a_supervisors_leg_that_went_unheard_ends_it() -> None:
    one = at("listen", ready=True)
    one.play >> seen()
    taken(one.play)
    assert one.play.state("boss") is AgentState.READY
