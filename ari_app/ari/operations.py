"""The ARI operations we use: verb, path, parameters, and which refusals mean "already so".

Decides nothing at run time; a contract test compares each row with the Swagger files that Asterisk
ships, the statuses were found on Asterisk 22.10.1 (tests/ari/test_contract_*.py).

``channels.list`` is absent on purpose: one channel whose SIP Call-ID is not UTF-8 makes it answer
500 for everybody, and it locks out call set-up while it copies every channel. Use
``applications.get`` for the ids and ``channels.get`` for each.
"""

import re
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"{(\w+)}")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(name: str) -> str:
    """``appArgs`` -> ``app_args``, ``absorbDTMF`` -> ``absorb_dtmf``."""
    return _HUMP.sub("_", name).lower()


@dataclass(frozen=True, slots=True)
class Operation:
    """One row. ``repeatable`` is false where a transport must not do it twice by itself."""

    name: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    body: str = ""
    already: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset({404})
    makes_channel: bool = False
    repeatable: bool = True
    template: str = field(init=False)
    path_args: tuple[str, ...] = field(init=False)
    query_args: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        names = _PLACEHOLDER.findall(self.path)
        derive = object.__setattr__
        derive(self, "template", _PLACEHOLDER.sub("%s", self.path).lstrip("/"))
        derive(self, "path_args", tuple(snake(name) for name in names))
        derive(self, "query_args", tuple((snake(name), name) for name in self.query))


def _row(
    name: str,
    request: str,
    query: str = "",
    *,
    body: str = "",
    already: tuple[int, ...] = (),
    gone: tuple[int, ...] = (404,),
    makes_channel: bool = False,
    repeatable: bool = True,
) -> Operation:
    method, path = request.split(" ")
    return Operation(
        name, method, path, tuple(query.split()), body, frozenset(already), frozenset(gone),
        makes_channel, repeatable,
    )  # fmt: skip


_CHANNEL = "/channels/{channelId}"
_BRIDGE = "/bridges/{bridgeId}"
_APP = "/applications/{applicationName}"
_LIVE = "/recordings/live/{recordingName}"
_STORED = "/recordings/stored/{recordingName}"
_OBJECT = "/asterisk/config/dynamic/{configClass}/{objectType}/{id}"

_ROWS = (
    _row("channels.get", f"GET {_CHANNEL}"),
    # A used id is refused with 409 and no harm to the call, but each such refusal leaks inside
    # Asterisk 22.10.1, whose shutdown then waits 15 s: repeat when in doubt, not as a habit.
    _row("channels.originateWithId", f"POST {_CHANNEL}",
         "endpoint extension context priority label app appArgs callerId timeout otherChannelId "
         "originator formats", body="variables", makes_channel=True, repeatable=False),
    _row("channels.create", "POST /channels/create",
         "endpoint app appArgs channelId otherChannelId originator formats",
         body="variables", makes_channel=True, repeatable=False),
    _row("channels.dial", f"POST {_CHANNEL}/dial", "caller timeout"),
    _row("channels.answer", f"POST {_CHANNEL}/answer"),
    _row("channels.hangup", f"DELETE {_CHANNEL}", "reason_code reason", already=(404,)),
    _row("channels.ring", f"POST {_CHANNEL}/ring"),
    _row("channels.ringStop", f"DELETE {_CHANNEL}/ring", already=(404,)),
    # The id does not make it repeatable: a second request queues the media a second time.
    _row("channels.playWithId", f"POST {_CHANNEL}/play/{{playbackId}}",
         "media lang offsetms skipms", repeatable=False),
    _row("channels.startMoh", f"POST {_CHANNEL}/moh", "mohClass"),
    _row("channels.stopMoh", f"DELETE {_CHANNEL}/moh", already=(404,)),
    _row("channels.mute", f"POST {_CHANNEL}/mute", "direction"),
    _row("channels.unmute", f"DELETE {_CHANNEL}/mute", "direction", already=(404,)),
    _row("channels.hold", f"POST {_CHANNEL}/hold"),
    _row("channels.unhold", f"DELETE {_CHANNEL}/hold", already=(404,)),
    _row("channels.sendDTMF", f"POST {_CHANNEL}/dtmf", "dtmf before between duration after",
         repeatable=False),
    _row("channels.setChannelVar", f"POST {_CHANNEL}/variable", "variable value report_events"),
    _row("channels.getChannelVar", f"GET {_CHANNEL}/variable", "variable"),
    _row("channels.record", f"POST {_CHANNEL}/record",
         "name format maxDurationSeconds maxSilenceSeconds ifExists beep terminateOn",
         repeatable=False),
    # Repeated with the same id it answers 500, and leaks as above.
    _row("channels.snoopChannelWithId", f"POST {_CHANNEL}/snoop/{{snoopId}}",
         "spy whisper app appArgs", makes_channel=True, repeatable=False),
    _row("channels.continueInDialplan", f"POST {_CHANNEL}/continue",
         "context extension priority label"),
    _row("channels.rtpstatistics", f"GET {_CHANNEL}/rtp_statistics"),
    _row("bridges.list", "GET /bridges"),
    _row("bridges.createWithId", f"POST {_BRIDGE}", "type name", body="variables",
         already=(409,)),
    _row("bridges.get", f"GET {_BRIDGE}"),
    _row("bridges.destroy", f"DELETE {_BRIDGE}", already=(404, 409)),
    # An unknown channel is 400 here, an unknown bridge 404.
    _row("bridges.addChannel", f"POST {_BRIDGE}/addChannel",
         "channel role absorbDTMF mute inhibitConnectedLineUpdates", gone=(400, 404)),
    _row("bridges.removeChannel", f"POST {_BRIDGE}/removeChannel", "channel",
         already=(400, 404, 422)),
    _row("bridges.startMoh", f"POST {_BRIDGE}/moh", "mohClass"),
    _row("bridges.stopMoh", f"DELETE {_BRIDGE}/moh", already=(404, 409)),
    _row("playbacks.get", "GET /playbacks/{playbackId}"),
    _row("playbacks.stop", "DELETE /playbacks/{playbackId}", already=(404,)),
    _row("recordings.getLive", f"GET {_LIVE}"),
    _row("recordings.stop", f"POST {_LIVE}/stop", already=(404,)),
    _row("recordings.getStored", f"GET {_STORED}"),
    _row("recordings.deleteStored", f"DELETE {_STORED}", already=(404,)),
    _row("applications.get", f"GET {_APP}"),
    _row("applications.subscribe", f"POST {_APP}/subscription", "eventSource", gone=(404, 422)),
    _row("applications.unsubscribe", f"DELETE {_APP}/subscription", "eventSource",
         already=(404, 409, 422)),
    _row("applications.filter", f"PUT {_APP}/eventFilter", body="filter"),
    _row("asterisk.getInfo", "GET /asterisk/info", "only"),
    _row("asterisk.ping", "GET /asterisk/ping"),
    _row("asterisk.getGlobalVar", "GET /asterisk/variable", "variable"),
    _row("asterisk.setGlobalVar", "POST /asterisk/variable", "variable value"),
    _row("asterisk.reloadModule", "PUT /asterisk/modules/{moduleName}"),
    _row("asterisk.updateObject", f"PUT {_OBJECT}", body="fields"),
    _row("asterisk.deleteObject", f"DELETE {_OBJECT}", already=(404,)),
    _row("events.userEvent", "POST /events/user/{eventName}", "application"),
    _row("endpoints.get", "GET /endpoints/{tech}/{resource}"),
)  # fmt: skip

OPERATIONS: dict[str, Operation] = {row.name: row for row in _ROWS}
