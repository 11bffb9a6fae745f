"""What citizen, agent and a third do while an agent has the call: one table.

Everything that can be done to a talk is a row of ``MOVES``; where everybody is in each of its
states is a row of ``PLACES``. Knows no legs, no commands and no time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ari_app.core.commands import Refuse


class Talk(StrEnum):
    """``consulting``: the citizen waits while the agent calls or talks to a third; ``joined``: a
    third is called into the talk or in it; ``passing``: the citizen waits for a third alone."""

    TALKING = "talking"
    HELD = "held"
    CONSULTING = "consulting"
    JOINED = "joined"
    PASSING = "passing"


class Move(StrEnum):
    HOLD = "hold"
    RESUME = "resume"
    CONSULT = "consult"
    END_CONSULT = "end_consult"
    INVITE = "three_way"
    DROP_THIRD = "drop_third"
    PASS_ON = "pass_on"  # to a number, which takes the agent's place once it answers
    COMPLETE = "complete_transfer"
    HAND_ON = "hand_on"  # to a queue or to another agent: the citizen waits there
    SURVEY = "to_survey"
    THIRD_GONE = "third_gone"  # busy, silent, or left


T, M = Talk, Move
_ALONE = {
    M.CONSULT: T.CONSULTING,
    M.INVITE: T.JOINED,
    M.PASS_ON: T.PASSING,
    M.HAND_ON: None,
    M.SURVEY: None,
}
MOVES: Mapping[Talk, Mapping[Move, Talk | None]] = {
    T.TALKING: {M.HOLD: T.HELD, **_ALONE},
    T.HELD: {M.RESUME: T.TALKING, **_ALONE},
    T.CONSULTING: {
        M.END_CONSULT: T.TALKING,
        M.INVITE: T.JOINED,
        M.COMPLETE: None,
        M.THIRD_GONE: T.HELD,
    },
    T.JOINED: {
        M.DROP_THIRD: T.TALKING,
        M.COMPLETE: None,
        M.SURVEY: None,
        M.THIRD_GONE: T.TALKING,
    },
    T.PASSING: {M.RESUME: T.TALKING, M.THIRD_GONE: T.TALKING},
}
"""None: the agent's part in it is over."""


class Room(StrEnum):
    """The call's bridge, which is recorded, and the one in which a third is consulted."""

    MAIN = "main"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the agent and the third are; the citizen is always in the main room.

    Alone there, the citizen hears music until the third comes in, if ``has_music``.
    """

    agent: Room | None
    third: Room | None
    has_music: bool


PLACES: Mapping[Talk, Place] = {
    T.TALKING: Place(Room.MAIN, None, has_music=False),
    T.HELD: Place(None, None, has_music=True),
    T.CONSULTING: Place(Room.ASIDE, Room.ASIDE, has_music=True),
    T.JOINED: Place(Room.MAIN, Room.MAIN, has_music=False),
    T.PASSING: Place(None, Room.MAIN, has_music=True),
}


class Voice(StrEnum):
    """The agent's, in whichever room."""

    OPEN = "open"
    MUTED = "muted"


class Standing(StrEnum):
    """By what a caller waits: the tree; an agent who handed them on; an agent who was lost."""

    BY_TREE = "by_tree"
    HANDED_ON = "handed_on"
    RETURNED = "returned"


_TALKS = {
    T.TALKING: "通话中",
    T.HELD: "保持中",
    T.CONSULTING: "咨询中",
    T.JOINED: "三方通话中",
    T.PASSING: "转接中",
}
_MOVES = {
    M.HOLD: "保持",
    M.RESUME: "恢复通话",
    M.CONSULT: "咨询",
    M.END_CONSULT: "结束咨询",
    M.INVITE: "三方通话",
    M.DROP_THIRD: "请出第三方",
    M.PASS_ON: "转接",
    M.COMPLETE: "完成转接",
    M.HAND_ON: "转接",
    M.SURVEY: "转满意度评价",
    M.THIRD_GONE: "",
}


def refusal(talk: Talk, move: Move) -> Refuse:
    """The no to a move that the table does not have, with what is possible instead."""
    possible = dict.fromkeys(_MOVES[other] for other in MOVES[talk] if _MOVES[other])
    now, wish = f"通话当前为“{_TALKS[talk]}”", f"不能{_MOVES[move]}"
    return Refuse("not_now", f"{now}，{wish}；现在可以：{'、'.join(possible)}、挂断。")
