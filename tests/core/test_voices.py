"""When a call's recording is renewed, as playbooks: whose packets it knew is not to matter."""

from ari_app.core.commands import RenewRecording
from ari_app.core.desk_events import RecordingAsked, TalkAsked
from ari_app.core.events import (
    AsteriskLost,
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    Event,
    KeyPressed,
    LegDown,
    LegUp,
    RecordingMuted,
)
from ari_app.core.values import (
    AgentId,
    BridgeSeen,
    Caller,
    CallId,
    LegId,
    LegSeen,
    agent_leg,
    bridge_of,
    outside_leg,
)
from ari_app.core.verbs import Hold, Resume, ThreeWay, ToNumber, Verb
from tests.core.playbook import Playbook

CALL = CallId("hotline-1.1")
WANG = AgentId("wang")
CITIZEN, AGENT, POLICE = LegId(CALL), agent_leg(CALL, 1), outside_leg(CALL, 1)
MAIN = bridge_of(CALL)
RENEWED = RenewRecording(CALL, False)
DIED = 27


def fed(play: Playbook, *events: Event) -> list[RenewRecording]:
    """How the recording is renewed by these events; a second passes before each."""
    play.renewed.clear()
    for event in events:
        play.pending.clear()
        play.now += 1.0
        play >> event
    play.pending.clear()
    return list(play.renewed)


def asked(verb: Verb) -> TalkAsked:
    return TalkAsked(WANG, CALL, verb)


def talk() -> Playbook:
    play = Playbook({"wang": {"zh": 5}, "li": {"zh": 3}})
    arrived = CallArrived(CALL, Caller("13800138000"), "12345")
    first = (KeyPressed(CITIZEN, "0"), LegUp(AGENT))
    in_bridge = (BridgeEntered(MAIN, CITIZEN), BridgeEntered(MAIN, AGENT))
    assert fed(play, arrived, *first, *in_bridge) == [], "nobody was there before the first one"
    return play


def joined(play: Playbook) -> Playbook:
    fed(play, asked(ThreeWay(ToNumber("110"))), LegUp(POLICE))
    assert fed(play, BridgeEntered(MAIN, POLICE)) == [RENEWED]
    return play


def test_who_comes_back_from_a_hold_is_recorded_anew() -> None:
    play = talk()
    assert fed(play, asked(Hold())) == []
    assert fed(play, asked(Resume()), BridgeEntered(MAIN, AGENT)) == [RENEWED]


def test_a_second_agent_is_recorded_anew() -> None:
    play = talk()
    fed(play, LegDown(AGENT, DIED))
    second = agent_leg(CALL, 2)
    assert fed(play, LegUp(second), BridgeEntered(MAIN, CITIZEN)) == []
    assert fed(play, BridgeEntered(MAIN, second)) == [RENEWED]


def test_a_third_who_comes_and_one_who_goes_renew_the_recording_for_those_who_stay() -> None:
    play = joined(talk())
    assert fed(play, LegDown(POLICE)) == [RENEWED]
    assert fed(play, LegDown(AGENT)) == [], "the citizen is alone"


def test_a_phone_that_only_rang_renews_nothing() -> None:
    play = talk()
    assert fed(play, asked(ThreeWay(ToNumber("110"))), LegDown(POLICE)) == []


def test_a_paused_recording_stays_paused() -> None:
    play = talk()
    fed(play, RecordingAsked(WANG, CALL, True), RecordingMuted(CALL, True, True))
    fed(play, asked(Hold()))
    again = fed(play, asked(Resume()), BridgeEntered(MAIN, AGENT))
    assert again == [RenewRecording(CALL, True)]


def seen(*legs: LegId) -> AsteriskSeen:
    there = tuple(LegSeen(leg, True, WANG if leg == AGENT else None) for leg in legs)
    return AsteriskSeen(there, (BridgeSeen(MAIN, frozenset(legs)),), {}, is_resync=True)


def test_who_left_in_a_gap_is_noticed_after_it() -> None:
    play = joined(talk())
    assert fed(play, AsteriskLost(), seen(CITIZEN, AGENT)) == [RENEWED]


def test_a_gap_in_which_nobody_moved_changes_nothing() -> None:
    play = joined(talk())
    assert fed(play, AsteriskLost(), seen(CITIZEN, AGENT, POLICE)) == []
    assert fed(play, LegDown(POLICE)) == [RENEWED]
