"""An offer: one agent reserved for one caller, what its desk is told, and why it failed.

Decides the words for a phone that does not take the call. Knows no timers and no states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ari_app.core.commands import Tell
from ari_app.core.records import Json
from ari_app.core.seam import NOT_RUNG
from ari_app.core.values import AgentId
from ari_app.routing.callers import Waiting

BUSY_CAUSES = frozenset({17})
"""Q.850: user busy. Every other failure is told to the agent as ``phone_unreachable``."""
DECLINED_CAUSES = frozenset({16, 21})
"""Hung up before they were connected; call rejected."""
NO_ANSWER_CAUSES = frozenset({18, 19})


@dataclass(frozen=True, slots=True)
class Offer:
    """An agent reserved for a caller, from ``since`` until it counts as not answered.

    ``answer`` says where it is taken: at the ``phone`` or at the ``desk``.
    """

    waiting: Waiting
    agent: AgentId
    since: float
    until: float
    answer: str
    card: Mapping[str, object]
    accepted: bool
    is_answered: bool = False
    """The phone was: whoever does not want it any more hangs up."""


def reason_of(cause: int) -> str:
    if cause == NOT_RUNG:
        return "not_rung"
    if cause in BUSY_CAUSES:
        return "phone_busy"
    if cause in DECLINED_CAUSES:
        return "declined"
    return "no_answer" if cause in NO_ANSWER_CAUSES else "phone_unreachable"


def ended(offer: Offer, reason: str) -> Tell:
    return Tell(offer.agent, "offer_ended", {"call": offer.waiting.call, "reason": reason})


def pop(offer: Offer) -> dict[str, Json]:
    """The screen-pop: the caller's card and the offer's own terms."""
    return {
        **cast(Mapping[str, Json], offer.card),
        "call": offer.waiting.call,
        "queue": offer.waiting.queue,
        "waited_s": round(offer.since - offer.waiting.since, 1),
        "until": offer.until,
        "answer": offer.answer,
    }
