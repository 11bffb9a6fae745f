"""Commands about recorded files: a caller's message, and the recording of a talk.

Part of what ``commands.py`` lists.
"""

from dataclasses import dataclass

from ari_app.core.pause import Gap
from ari_app.core.values import CallId, MessageId, call_of


@dataclass(frozen=True, slots=True)
class StopMessage:
    """End the recording and keep it."""

    message: MessageId

    @property
    def lane(self) -> str:
        return call_of(self.message)


@dataclass(frozen=True, slots=True)
class DropMessage:
    """Nothing was said: its file is of no use."""

    message: MessageId

    @property
    def lane(self) -> str:
        return call_of(self.message)


@dataclass(frozen=True, slots=True)
class FindMessage:
    """After a gap: is it still being recorded? If not, say that it ended."""

    message: MessageId

    @property
    def lane(self) -> str:
        return call_of(self.message)


@dataclass(frozen=True, slots=True)
class CheckRecording:
    """Look at the files of an ended call. ``talk_s`` is None when there was no talk; a message
    of 0 s may not exist at all."""

    call: CallId
    talk_s: float | None
    messages: tuple[tuple[MessageId, float], ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def lane(self) -> str:
        return f"recording-{self.call}"


@dataclass(frozen=True, slots=True)
class RenewRecording:
    """Somebody came to the citizen or left: the file goes on, but forgets whose packets it had.

    Else whoever speaks now may be taken for late packets of theirs (decision 44).
    """

    call: CallId
    is_muted: bool

    @property
    def lane(self) -> str:
        return f"mute-{self.call}"


@dataclass(frozen=True, slots=True)
class MuteRecording:
    """From now on the call's file gets silence, or what is said again."""

    call: CallId
    is_muted: bool

    @property
    def lane(self) -> str:
        return f"mute-{self.call}"
