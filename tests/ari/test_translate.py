"""Asterisk's events in our words; whatever cannot be understood is none of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.ari.protocol import Event
from ari_app.ari.translate import MEANINGLESS, translate
from ari_app.core import events
from ari_app.core.values import BridgeId, CallId, LegId, MessageId, PlayId

CHANNEL = {"id": "hotline-1.1", "caller": {"number": "13800138000", "name": "王敏"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def test_a_caller_arrives_with_number_name_and_region():
    event = Event("StasisStart", {"channel": CHANNEL, "args": ["in", "12345"]})
    arrived = translate(event)
    assert isinstance(arrived, events.CallArrived)
    assert (arrived.call, arrived.dialled) == (CallId("hotline-1.1"), "12345")
    assert (arrived.caller.number, arrived.caller.name) == ("13800138000", "王敏")


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (
            "StasisStart",
            {"channel": {**CHANNEL, "id": "x.1.a1"}, "args": ["agent", "x.1"]},
            events.LegUp(LegId("x.1.a1")),
        ),
        (
            "StasisStart",
            {"channel": {**CHANNEL, "id": "x.1.t1"}, "args": ["outside", "x.1"]},
            events.LegUp(LegId("x.1.t1")),
        ),
        ("RecordingFinished",
         {"recording": {"name": "x.1.m1", "state": "done", "duration": 7}},
         events.MessageEnded(MessageId("x.1.m1"), 7.0)),
        ("RecordingFinished",
         {"recording": {"name": "x.1.m1", "state": "done", "duration": 1}},
         events.MessageEnded(MessageId("x.1.m1"), 1.0, ok=False, reason="nothing_said")),
        ("RecordingFinished",
         {"recording": {"name": "x.1.m1", "state": "canceled", "duration": 7}},
         events.MessageEnded(MessageId("x.1.m1"), 7.0, ok=False, reason="nothing_said")),
        ("RecordingFailed", {"recording": {"name": "x.1.m1", "state": "failed"}},
         events.MessageEnded(MessageId("x.1.m1"), ok=False, reason="not_recorded")),
        ("StasisEnd", {"channel": CHANNEL}, events.LegDown(LegId("hotline-1.1"), 0)),
        ("ChannelDestroyed", {"channel": CHANNEL, "cause": 17},
         events.LegDown(LegId("hotline-1.1"), 17)),
        ("ChannelDtmfReceived", {"channel": CHANNEL, "digit": "3"},
         events.KeyPressed(LegId("hotline-1.1"), "3")),
        ("PlaybackFinished", {"playback": {"id": "x.1.p1", "state": "done"}},
         events.PlayEnded(PlayId("x.1.p1"), ok=True)),
        ("PlaybackFinished", {"playback": {"id": "x.1.p1", "state": "failed"}},
         events.PlayEnded(PlayId("x.1.p1"), ok=False)),
        ("ChannelEnteredBridge", {"bridge": {"id": "x.1.b"}, "channel": CHANNEL},
         events.BridgeEntered(BridgeId("x.1.b"), LegId("hotline-1.1"))),
        ("StasisStart", {"channel": CHANNEL, "args": []}, None),
        ("StasisStart", {"channel": CHANNEL, "args": ["snoop"]},
         events.LegUp(LegId("hotline-1.1"))),
        ("StasisStart", {"channel": CHANNEL, "args": ["other"]}, None),
        ("SomethingNew", {"channel": CHANNEL}, None),
    ],
)  # fmt: skip
def test_an_event_becomes(kind: str, data: dict[str, object], expected: events.Event | None):
    assert translate(Event(kind, data)) == expected


@pytest.mark.parametrize("kind", MEANINGLESS)
def test_what_is_filtered_away_would_mean_nothing_here(kind: str):
    assert translate(Event(kind, {"channel": CHANNEL})) is None


def test_of_a_leg_that_we_made_the_event_with_the_cause_counts():
    """StasisEnd has none, and comes first: a dead phone would look like one that hung up."""
    leg = {"id": "hotline-1.1.a1"}
    assert translate(Event("StasisEnd", {"channel": leg})) is None
    gone = translate(Event("ChannelDestroyed", {"channel": leg, "cause": 44}))
    assert gone == events.LegDown(LegId("hotline-1.1.a1"), 44)


@given(
    st.sampled_from(
        [
            "StasisStart",
            "StasisEnd",
            "ChannelDtmfReceived",
            "PlaybackFinished",
            "RecordingFinished",
            "RecordingFailed",
        ],
    ),
    st.dictionaries(
        st.sampled_from(["channel", "args", "digit", "playback", "cause", "recording"]), JSON
    ),
)
def test_no_event_however_malformed_raises(kind: str, data: dict[str, object]):
    translate(Event(kind, data))
