"""Whose voices a call's recording has taken in, and when it has to forget whose packets it had.

Debian's Asterisk takes packets whose numbers are lower than those before for late ones, whoever
sent them, and leaves them out (decision 44). So the recording is renewed whenever somebody comes to
the citizen who is not the first, or leaves while others stay. Knows no bridge but the citizen's.
"""

from ari_app.core.call import Call, Phase
from ari_app.core.call_book import CallBook
from ari_app.core.events import AsteriskSeen, BridgeEntered, LegDown, LegEvent
from ari_app.core.legs import Out, renewed
from ari_app.core.values import CallId, LegId, bridge_of, call_of

WITH_COMPANY = frozenset({Phase.TALKING, Phase.TRANSFERRED})


class Voices:
    """Who was beside the citizen of each live call since the service started."""

    def __init__(self, calls: CallBook) -> None:
        self._book = calls
        self._came: dict[CallId, set[LegId]] = {}

    def noticed(self, event: LegEvent, now: float) -> Out:
        """Told after the call itself has moved."""
        match event:
            case BridgeEntered(bridge, leg) if bridge == bridge_of(call_of(leg)):
                call = self._book.calls.get(call_of(leg))
                return [] if call is None or _is_citizen(leg) else self._entered(call, leg, now)
            case LegDown(leg):
                return self._left(leg)
        return []

    def _entered(self, call: Call, leg: LegId, now: float) -> Out:
        is_first = call.call_id not in self._came and _has_just_begun(call, now)
        self._came.setdefault(call.call_id, set()).add(leg)
        return [] if is_first else [renewed(call)]

    def _left(self, leg: LegId) -> Out:
        call = self._book.calls.get(call_of(leg))
        if call is None or _is_citizen(leg):
            self._came.pop(call_of(leg), None)
            return []
        came = self._came.get(call.call_id, set())
        was_there = leg in came
        came.discard(leg)
        return [renewed(call)] if was_there and call.phase in WITH_COMPANY else []

    def found(self, seen: AsteriskSeen) -> Out:
        """After a gap: renewed where others are there now; a restarted service only looks."""
        was, self._came = self._came, {}
        for bridge in seen.bridges:
            call_id = call_of(bridge.bridge)
            if call_id in self._book.calls and bridge.bridge == bridge_of(call_id):
                self._came[call_id] = {leg for leg in bridge.legs if not _is_citizen(leg)}
        return [
            renewed(self._book.calls[call_id])
            for call_id, legs in self._came.items()
            if legs and was.get(call_id, legs) != legs
        ]


def _is_citizen(leg: LegId) -> bool:
    return CallId(leg) == call_of(leg)


def _has_just_begun(call: Call, now: float) -> bool:
    """Nobody has talked to the citizen before this moment."""
    return call.talked_s is None and (call.talk_since is None or call.talk_since >= now)
