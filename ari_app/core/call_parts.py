"""What a call may have besides its tree and its agent: a leg outside, a message, a promise.

Frozen data that can be saved. Decides nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from ari_app.core.records import Json
from ari_app.core.values import AgentId, LegId, MessageId


class ThirdState(StrEnum):
    """``joining``: it was answered and is being put into the bridge."""

    RINGING = "ringing"
    JOINING = "joining"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Third:
    """The leg to an outside number, or to a colleague of the agent's.

    ``to`` is its name in numbers.yaml, ``until`` is when the state is overdue. A guest is called
    by or for an agent; any other is the tree's, and nobody's place. ``agent`` is set when it is a
    colleague instead: reserved, rung and freed by the dispatcher.
    """

    leg: LegId
    to: str
    is_guest: bool
    state: ThirdState = ThirdState.RINGING
    until: float | None = None
    agent: AgentId | None = None

    @property
    def is_up(self) -> bool:
        return self.state is not ThirdState.RINGING

    def to_json(self) -> dict[str, Json]:
        return {
            "leg": self.leg,
            "to": self.to,
            "is_guest": self.is_guest,
            "state": self.state.value,
            "until": self.until,
            "agent": self.agent,
        }

    @classmethod
    def from_json(cls, saved: Json) -> "Third | None":
        if not isinstance(saved, Mapping):
            return None
        return cls(
            LegId(cast(str, saved["leg"])),
            cast(str, saved["to"]),
            saved["is_guest"] is True,
            ThirdState(cast(str, saved["state"])),
            cast(float | None, saved["until"]),
            cast(AgentId | None, saved.get("agent")),
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


@dataclass(frozen=True, slots=True)
class Placed:
    """What only a call has that we place.

    ``ticket_id`` is the ticket that it belongs to. ``is_for_agent``: an agent is there before
    anybody is called. ``is_there``: the called side has answered. ``result`` is why it did not.
    """

    kind: str
    ticket_id: str
    ring_s: float
    notice: str = ""
    is_for_agent: bool = True
    is_there: bool = False
    result: str = ""
    card: Mapping[str, Json] = field(default_factory=dict)

    def ticket(
        self,
        said: Iterable[tuple[str, str]],
        connected_at: float | None,
        agent: AgentId | None,
        now: float,
    ) -> dict[str, Json]:
        """What the call adds to its ticket when it has ended: of what its tree was told, a mark."""
        fields: dict[str, Json] = {}
        if connected_at is not None:
            fields |= {"answered_at": connected_at, "agent_id": agent}
            if self.card.get("of_call"):
                fields["callback_of"] = self.card["of_call"]
        score = dict(said).get("survey_score")
        if score is not None and self.kind == "visit":
            fields |= {"revisit_score": score, "revisit_at": now}
        elif score is not None and self.is_for_agent:
            fields["survey_score"] = score
        return fields

    def to_json(self) -> dict[str, Json]:
        return {
            "kind": self.kind,
            "ticket_id": self.ticket_id,
            "ring_s": self.ring_s,
            "notice": self.notice,
            "is_for_agent": self.is_for_agent,
            "is_there": self.is_there,
            "card": dict(self.card),
        }

    @classmethod
    def from_json(cls, saved: Json) -> "Placed | None":
        if not isinstance(saved, Mapping):
            return None
        return cls(
            cast(str, saved["kind"]),
            cast(str, saved["ticket_id"]),
            cast(float, saved["ring_s"]),
            cast(str, saved["notice"]),
            saved["is_for_agent"] is True,
            saved["is_there"] is True,
            card=cast(Mapping[str, Json], saved["card"]),
        )
