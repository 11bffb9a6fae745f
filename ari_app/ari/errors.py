"""What can go wrong with a request to Asterisk, by what the caller can do about it.

Decides which status means what. Knows no transport.
"""

from collections.abc import Iterable

from ari_app.ari.operations import Operation
from ari_app.ari.protocol import ProtocolError, Response

__all__ = [
    "AriError", "Busy", "Exists", "Gone", "NotCreated", "ProtocolError", "TimedOut",
    "Unreachable", "WrongState", "check",
]  # fmt: skip


class AriError(Exception):
    """Asterisk refused a request, or no answer came (status 0)."""

    def __init__(self, operation: str, status: int, message: str) -> None:
        super().__init__(f"{operation}: {status or 'no answer'}: {message}")
        self.operation = operation
        self.status = status
        self.message = message


class Gone(AriError):
    """The channel, bridge, playback or recording is not there (any more)."""


class WrongState(AriError):
    """The object is there, but not in a state for this: not in the app, not up, not in a bridge."""


class Exists(AriError):
    """An object with this id is there already."""


class Busy(AriError):
    """Asterisk failed or is starting: the same request may succeed later."""


class NotCreated(Busy):
    """No channel could be made: the endpoint is unknown or its phone is not registered."""


class Unreachable(AriError):
    """No connection, or it was lost while the answer was awaited: the outcome is unknown."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(operation, 0, message)


class TimedOut(AriError):
    """No answer within the time limit: the outcome is unknown, and may still happen later."""

    def __init__(self, operation: str, limit_s: float) -> None:
        super().__init__(operation, 0, f"no answer within {limit_s:g} s")


def check(
    operation: Operation, response: Response, tolerate: Iterable[type[AriError]] = ()
) -> Response:
    """Return the response if all is well, already so, or tolerated; raise otherwise."""
    status = response.status
    if status < 300 or status in operation.already:
        return response
    error = _error(operation, status, response.message)
    if isinstance(error, tuple(tolerate)):
        return response
    raise error


def _error(operation: Operation, status: int, message: str) -> AriError:
    return _class(operation, status, message)(operation.name, status, message)


def _class(operation: Operation, status: int, message: str) -> type[AriError]:
    # The second is said for a moment after a bridge was destroyed.
    if status in operation.gone or message == "Bridge not in Stasis application":
        return Gone
    if status == 400 and "originator" in message:
        return Gone  # the call for which the channel is made
    if status == 409 and "already exists" in message:
        return Exists
    if status in (409, 412, 422):
        return WrongState
    if status >= 500:
        return NotCreated if operation.makes_channel else Busy
    return AriError
