"""What the core really tells and shows has the shape that the API publishes."""

import pytest
from jsonschema import Draft202012Validator

from ari_app.core.desk_events import AgentAccepted
from ari_app.core.events import (
    BridgeEntered,
    CallArrived,
    CallerKnown,
    Event,
    KeyPressed,
    LegDown,
    LegUp,
)
from ari_app.core.queue_view import queue_rows
from ari_app.core.values import AgentId, Caller, CallId, History, LegId, agent_leg, bridge_of
from tests.core.playbook import Playbook
from tests.core.test_transfer import three
from tests.web.test_web_desk import SCHEMAS, SHAPES

CALL = CallId("hotline-1763915000.12")
WANG = AgentId("wang")


def fits(name: str, body: object) -> None:
    root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    Draft202012Validator(root).validate(body)


def feed(play: Playbook, *events: Event) -> None:
    """What the commands are is others' concern; here only what was told and can be seen."""
    for event in events:
        play >> event
        play.pending.clear()


@pytest.mark.parametrize("answer", ["phone", "desk"])
def test_a_whole_call_is_told_and_shown_as_published(answer: str) -> None:
    play = Playbook({"wang": {"zh": 5}}, desk=["wang"] if answer == "desk" else [])
    engine, caller, leg = play.engine, LegId(CALL), agent_leg(CALL, 1)
    feed(play, CallArrived(CALL, Caller("13800138000", "张", "北京市"), "12345"))
    feed(play, KeyPressed(caller, "0"), CallerKnown(CALL, History(calls=({"call_id": "x"},))))
    pop = engine.offer(WANG)
    assert pop is not None
    fits("OwnState", {**engine.agent_row(play.agent("wang")), "offer": pop})
    fits("LiveCalls", {"calls": engine.call_rows(play.now)})
    fits("Agents", {"agents": engine.agent_rows()})
    fits("LiveQueues", {"queues": queue_rows(engine.dispatcher, play.now)})
    if answer == "desk":
        feed(play, AgentAccepted(WANG, CALL))
    bridge = bridge_of(CALL)
    feed(play, LegUp(leg), BridgeEntered(bridge, caller), BridgeEntered(bridge, leg))
    feed(play, LegDown(caller))
    for message in play.told:
        fits(SHAPES[message.kind], {**message.data, "type": message.kind, "seq": 1})
    kinds = {message.kind for message in play.told}
    assert kinds == {"offer", "offer_changed", "offer_ended", "connected", "call_ended", "state"}


def test_a_number_outside_that_joins_a_talk_is_told_as_published() -> None:
    play = three(Playbook())
    told = [message for message in play.told if message.kind == "outside"]
    assert [message.data["state"] for message in told] == ["ringing", "joined"]
    for message in told:
        fits(SHAPES[message.kind], {**message.data, "type": message.kind, "seq": 1})


def test_an_offer_that_the_caller_leaves_is_told_as_published() -> None:
    play = Playbook()
    feed(play, CallArrived(CALL, Caller(""), "12345"), KeyPressed(LegId(CALL), "0"))
    feed(play, LegDown(LegId(CALL)))
    (ended,) = [message for message in play.told if message.kind == "offer_ended"]
    fits("OfferEnded", {**ended.data, "type": ended.kind, "seq": 1})
    assert ended.data["reason"] == "caller_left"
