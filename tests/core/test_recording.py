"""Pausing a recording as playbooks: who may, when it ends by itself, what the ticket says."""

import pytest

from ari_app.core.call import snapshot
from ari_app.core.call_restored import restored
from ari_app.core.commands import Answer, CheckRecording, Command, HangUp, MuteRecording, Refuse
from ari_app.core.desk_events import RecordingAsked
from ari_app.core.events import (
    AsteriskSeen,
    BridgeEntered,
    CallArrived,
    KeyPressed,
    LegDown,
    LegUp,
    RecordingMuted,
)
from ari_app.core.pause import Gap
from ari_app.core.records import CloseCall
from ari_app.core.values import (
    AgentId,
    BridgeSeen,
    Caller,
    CallId,
    LegId,
    LegSeen,
    agent_leg,
    bridge_of,
)
from tests.core.playbook import FLOW, SURVEY, Playbook

CALL = CallId("hotline-1.1")
WANG, BOSS = AgentId("wang"), AgentId("boss")
MUTE, SPEAK = MuteRecording(CALL, True), MuteRecording(CALL, False)
MUTED, SPOKEN = RecordingMuted(CALL, True, True), RecordingMuted(CALL, False, True)
PAUSE, RESUME = RecordingAsked(WANG, CALL, True), RecordingAsked(WANG, CALL, False)


def taken(play: Playbook) -> list[Command]:
    found, play.pending = play.pending, []
    return found


def talk(tree: str = FLOW) -> Playbook:
    play = Playbook({"wang": {"zh": 5}, "li": {"zh": 3}}, tree=tree)
    leg, bridge = agent_leg(CALL, 1), bridge_of(CALL)
    for event in (
        CallArrived(CALL, Caller("13800138000"), "12345"),
        KeyPressed(LegId(CALL), "0"),
        LegUp(leg),
        BridgeEntered(bridge, LegId(CALL)),
        BridgeEntered(bridge, leg),
    ):
        play >> event
        taken(play)
    return play


def told(play: Playbook) -> list[object]:
    return [one.data["state"] for one in play.told if one.kind == "recording"]


def test_a_pause_is_a_gap_from_when_it_was_silent_to_when_it_was_not() -> None:
    play = talk().after(10)
    play >> PAUSE << MUTE
    play.after(0.5) >> MUTED
    play.after(20) >> RESUME << SPEAK
    play.after(0.5) >> SPOKEN
    assert told(play) == ["paused", "recording"]
    play.after(5) >> LegDown(LegId(CALL)) << HangUp(agent_leg(CALL, 1))
    (*_, check) = taken(play)
    gap = Gap(10.5, 31.0, WANG)
    assert check == CheckRecording(CALL, 36.0, (), (gap,))
    (closed,) = play.records(CloseCall)
    assert closed.ticket["recording_gaps"] == [gap.to_json()]  # type: ignore[attr-defined]


def test_a_forgotten_pause_ends_after_five_minutes() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play >> MUTED
    play.after(299)
    play.done()
    play.after(1) << SPEAK
    play >> SPOKEN
    assert told(play) == ["paused", "recording"]


def test_asking_twice_asks_asterisk_once() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play >> PAUSE
    play >> MUTED
    play >> PAUSE
    play >> RESUME << SPEAK
    play >> RESUME
    play >> SPOKEN
    play >> RESUME
    play.done()


def test_an_asterisk_that_refuses_leaves_the_recording_going_and_the_desk_knows() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play >> RecordingMuted(CALL, True, False)
    assert told(play) == ["failed"]
    play.after(600).done()


def test_a_recording_that_does_not_go_on_is_asked_to_until_it_does() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play >> MUTED
    play >> RESUME << SPEAK
    play >> RecordingMuted(CALL, False, False)
    play.after(5) << SPEAK
    play.after(5) << SPEAK
    play >> SPOKEN
    assert told(play) == ["paused", "recording"]


def test_an_asterisk_that_does_not_answer_is_told_to_go_on_recording() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play.after(5) << SPEAK
    play >> MUTED
    play >> SPOKEN
    assert told(play) == ["recording"]


@pytest.mark.parametrize("agent", ["li", "boss"])
def test_only_ones_own_talk_may_be_paused(agent: str) -> None:
    play = talk() >> RecordingAsked(AgentId(agent), CALL, True)
    (refuse,) = taken(play)
    assert isinstance(refuse, Refuse)
    assert refuse.code == "not_your_call"


def test_a_supervisor_pauses_any_talk_and_is_named_in_the_gap() -> None:
    play = talk() >> RecordingAsked(BOSS, CALL, True, any_call=True)
    play << MUTE
    play >> MUTED
    play.after(3) >> LegDown(LegId(CALL))
    (*_, check) = taken(play)
    assert isinstance(check, CheckRecording)
    assert check.gaps == (Gap(0.0, 3.0, BOSS),)


def test_without_a_talk_there_is_nothing_to_pause() -> None:
    play = Playbook() >> CallArrived(CALL, Caller(""), "12345")
    taken(play)
    for call in (CALL, CallId("hotline-1.2")):
        play >> RecordingAsked(BOSS, call, True, any_call=True)
        (refuse,) = taken(play)
        assert isinstance(refuse, Refuse)
        assert refuse.code == "no_talk"


def test_a_pause_ends_with_the_talk_of_the_agent_whose_it_was() -> None:
    play = talk(SURVEY)
    play >> PAUSE << MUTE
    play >> MUTED
    play >> LegDown(agent_leg(CALL, 1), 16)
    assert SPEAK in taken(play)


def seen(*legs: LegSeen) -> AsteriskSeen:
    both = frozenset({LegId(CALL), agent_leg(CALL, 1)})
    return AsteriskSeen(legs, (BridgeSeen(bridge_of(CALL), both),), {})


def test_after_a_gap_in_the_events_a_pause_is_told_again_and_still_ends() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play >> MUTED
    play.after(100)
    caller, agent = LegSeen(LegId(CALL), True), LegSeen(agent_leg(CALL, 1), True, WANG)
    play >> seen(caller, agent) << MUTE
    play >> MUTED
    play.after(200) << SPEAK
    assert Answer(LegId(CALL)) not in play.pending


def test_a_pause_survives_the_service() -> None:
    play = talk()
    play >> PAUSE << MUTE
    play >> MUTED
    call = play.engine.call_engine.calls[CALL]
    saved = snapshot(call)
    back = restored(CALL, "13800138000", "12345", call.arrived_at, "talking", saved)
    assert back.pause == call.pause
    assert back.gaps == call.gaps
