"""Asterisk's events in our words.

Decides which of them mean something here; all others are None. Tolerates missing parts: an event
that cannot be understood is none of ours.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ari_app.ari.protocol import Event
from ari_app.core import events as core
from ari_app.core.phone_number import caller_of
from ari_app.core.values import BridgeId, CallId, LegId, MessageId, PlayId, call_of

IN = "in"
AGENT = "agent"
OUTSIDE = "outside"
PLACED = "placed"
SNOOP = "snoop"
"""First argument of Stasis(): who this channel is."""

SILENT_S = 1.0
"""A message no longer than this holds no word."""

MEANINGLESS = (
    "ChannelHangupRequest", "ChannelStateChange", "ChannelLeftBridge", "BridgeCreated",
    "BridgeDestroyed", "RecordingStarted", "Dial",
)  # fmt: skip
"""A third of a call's events: they tell what another one tells as well, and need not come."""


def translate(event: Event) -> core.Event | None:
    """The core's event for one of Asterisk's, or None."""
    make = _MAKERS.get(event.type)
    if make is None:
        return None
    try:
        return make(event.data)
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _stasis_start(data: dict[str, Any]) -> core.Event | None:
    channel, args = data["channel"], data["args"]
    if args[0] in (AGENT, OUTSIDE, PLACED, SNOOP):
        return core.LegUp(LegId(channel["id"]))
    if args[0] != IN:
        return None
    caller = caller_of(channel["caller"]["number"], channel["caller"]["name"])
    return core.CallArrived(CallId(channel["id"]), caller, args[1], _instant(channel))


def _instant(channel: dict[str, Any]) -> float:
    """When the channel was made; 0 when Asterisk does not say."""
    try:
        return datetime.fromisoformat(str(channel["creationtime"])).timestamp()
    except (KeyError, ValueError):
        return 0.0


def _left_us(data: dict[str, Any]) -> core.Event | None:
    """Of legs that we made, ChannelDestroyed follows at once and knows the cause."""
    leg = str(data["channel"]["id"])
    return core.LegDown(LegId(leg)) if leg == call_of(leg) else None


def _channel_gone(data: dict[str, Any]) -> core.Event:
    return core.LegDown(LegId(data["channel"]["id"]), int(data.get("cause", 0)))


def _key(data: dict[str, Any]) -> core.Event:
    return core.KeyPressed(LegId(data["channel"]["id"]), data["digit"])


def _play_started(data: dict[str, Any]) -> core.Event:
    return core.PlayStarted(PlayId(data["playback"]["id"]))


def _play_ended(data: dict[str, Any]) -> core.Event:
    playback = data["playback"]
    return core.PlayEnded(PlayId(playback["id"]), playback["state"] == "done")


def _entered(data: dict[str, Any]) -> core.Event:
    return core.BridgeEntered(BridgeId(data["bridge"]["id"]), LegId(data["channel"]["id"]))


def _recorded(data: dict[str, Any]) -> core.Event:
    """Asterisk cuts silence off the end, all but a fraction of a second, and counts begun seconds:
    1 is what it says of a caller who said nothing."""
    recording = data["recording"]
    seconds = float(recording["duration"])
    is_said = recording["state"] == "done" and seconds > SILENT_S
    message = MessageId(recording["name"])
    return core.MessageEnded(message, seconds, is_said, "" if is_said else "nothing_said")


def _not_recorded(data: dict[str, Any]) -> core.Event:
    return core.MessageEnded(MessageId(data["recording"]["name"]), 0.0, False, "not_recorded")


_MAKERS: dict[str, Callable[[dict[str, Any]], core.Event | None]] = {
    "StasisStart": _stasis_start,
    "StasisEnd": _left_us,
    "ChannelDestroyed": _channel_gone,
    "ChannelDtmfReceived": _key,
    "PlaybackStarted": _play_started,
    "PlaybackFinished": _play_ended,
    "ChannelEnteredBridge": _entered,
    "RecordingFinished": _recorded,
    "RecordingFailed": _not_recorded,
}
