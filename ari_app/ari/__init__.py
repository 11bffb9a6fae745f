"""The ARI client: ari-py's nouns and verbs on asyncio. The only public names are these."""

from ari_app.ari.bridges import Bridge
from ari_app.ari.channels import Channel
from ari_app.ari.client import Client
from ari_app.ari.errors import (
    AriError,
    Busy,
    Exists,
    Gone,
    NotCreated,
    ProtocolError,
    TimedOut,
    Unreachable,
    WrongState,
)
from ari_app.ari.http import HttpTransport
from ari_app.ari.link import EventLink, LinkState
from ari_app.ari.media import LiveRecording, Playback
from ari_app.ari.protocol import Event, Response
from ari_app.ari.transport import Transport, basic_authorization
from ari_app.ari.websocket_lanes import WebSocketLanes

__all__ = [
    "AriError",
    "Bridge",
    "Busy",
    "Channel",
    "Client",
    "Event",
    "EventLink",
    "Exists",
    "Gone",
    "HttpTransport",
    "LinkState",
    "LiveRecording",
    "NotCreated",
    "Playback",
    "ProtocolError",
    "Response",
    "TimedOut",
    "Transport",
    "Unreachable",
    "WebSocketLanes",
    "WrongState",
    "basic_authorization",
]
