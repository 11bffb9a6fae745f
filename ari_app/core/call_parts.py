"""What a call may have besides its tree and its agent: a leg outside, a message, a promise.

Frozen data that can be saved. Decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from ari_app.core.records import Json
from ari_app.core.values import LegId, MessageId


class OutsideState(StrEnum):
    """``joining``: it was answered and is being put into the bridge."""

    RINGING = "ringing"
    JOINING = "joining"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Outside:
    """The leg to an outside number.

    ``to`` is its name in numbers.yaml, ``until`` is when the state is overdue. A guest is called
    into a talk with an agent; any other takes the agent's place.
    """

    leg: LegId
    to: str
    is_guest: bool
    state: OutsideState = OutsideState.RINGING
    until: float | None = None

    def to_json(self) -> dict[str, Json]:
        return {
            "leg": self.leg,
            "to": self.to,
            "is_guest": self.is_guest,
            "state": self.state.value,
            "until": self.until,
        }

    @classmethod
    def from_json(cls, saved: Json) -> "Outside | None":
        if not isinstance(saved, Mapping):
            return None
        return cls(
            LegId(cast(str, saved["leg"])),
            cast(str, saved["to"]),
            saved["is_guest"] is True,
            OutsideState(cast(str, saved["state"])),
            cast(float | None, saved["until"]),
        )


@dataclass(frozen=True, slots=True)
class Message:
    """The message that is being recorded now."""

    name: MessageId
    end_key: str

    def to_json(self) -> list[Json]:
        return [self.name, self.end_key]

    @classmethod
    def from_json(cls, saved: Json) -> "Message | None":
        match saved:
            case [str(name), str(end_key)]:
                return cls(MessageId(name), end_key)
        return None


@dataclass(frozen=True, slots=True)
class Promise:
    """Who is to be called back, for which queue, with which place in it."""

    number: str
    queue: str
    needs: tuple[tuple[str, int], ...]
    priority: int
    queued_at: float

    def fields(self) -> dict[str, Json]:
        """The ticket's columns."""
        return {
            "callback_number": self.number,
            "callback_queue": self.queue,
            "callback_needs": [[skill, level] for skill, level in self.needs],
            "callback_priority": self.priority,
            "callback_queued_at": self.queued_at,
        }

    @classmethod
    def from_json(cls, saved: Json) -> "Promise | None":
        if not isinstance(saved, Mapping):
            return None
        needs = cast(list[list[Json]], saved["callback_needs"])
        return cls(
            cast(str, saved["callback_number"]),
            cast(str, saved["callback_queue"]),
            tuple((str(skill), int(cast(int, level))) for skill, level in needs),
            cast(int, saved["callback_priority"]),
            cast(float, saved["callback_queued_at"]),
        )
