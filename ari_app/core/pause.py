"""A pause of a recording, and the gap that it leaves: frozen data that can be saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from ari_app.core.records import Json
from ari_app.core.values import AgentId


class PauseState(StrEnum):
    """``asked`` and ``ending``: Asterisk was told, and has not said that it is done."""

    ASKED = "asked"
    ON = "on"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Pause:
    """``from_s`` is in seconds of the file; ``until`` (epoch seconds) is when the state is overdue.

    ``agent`` is whose talk it was.
    """

    by: AgentId
    agent: AgentId | None
    from_s: float
    until: float
    state: PauseState = PauseState.ASKED

    def to_json(self) -> list[Json]:
        return [self.by, self.agent, self.from_s, self.until, self.state.value]

    @classmethod
    def from_json(cls, saved: Json) -> "Pause | None":
        match saved:
            case [str(by), agent, float(from_s), float(until), str(state)]:
                whose = AgentId(cast(str, agent)) if agent else None
                return cls(AgentId(by), whose, from_s, until, PauseState(state))
        return None


@dataclass(frozen=True, slots=True)
class Gap:
    """From where to where nothing was recorded, in seconds of the file, and who wanted it so.

    ``check`` is what was found in the file: ``silent``, ``erased`` (it was not silent, and is now),
    ``missing`` or ``unreadable``.
    """

    from_s: float
    to_s: float
    by: AgentId
    check: str = "unchecked"

    def to_json(self) -> dict[str, Json]:
        return {"from_s": self.from_s, "to_s": self.to_s, "by": self.by, "check": self.check}

    @classmethod
    def from_json(cls, saved: Mapping[str, Json]) -> "Gap":
        return cls(
            float(cast(float, saved["from_s"])),
            float(cast(float, saved["to_s"])),
            AgentId(cast(str, saved["by"])),
            cast(str, saved["check"]),
        )


def gaps_to_json(gaps: tuple[Gap, ...]) -> list[Json]:
    return [gap.to_json() for gap in gaps]


def gaps_from_json(saved: Json) -> tuple[Gap, ...]:
    if not isinstance(saved, list):
        return ()
    return tuple(Gap.from_json(gap) for gap in saved if isinstance(gap, Mapping))
