"""Where a call can be, and how it can end.

Decides which end counts when a call had several. Plain words: ``calls.py`` moves calls.
"""

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    """``transferring``: an outside number rings; ``transferred``: the caller talks to it.

    ``dialling``: we call the citizen, whose agent (if it is for one) is there already.
    """

    IN_FLOW = "in_flow"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    TRANSFERRING = "transferring"
    TRANSFERRED = "transferred"
    RECORDING = "recording"
    DIALLING = "dialling"
    ENDING = "ending"


class Outcome(StrEnum):
    """How a call ended: set once. ``failed`` means that we, not a person, ended it.

    Of calls that we place: ``not_reached`` by nobody's answer, ``withdrawn`` before any dialling.
    """

    ANSWERED = "answered"
    TRANSFERRED_OUT = "transferred_out"
    MESSAGE_LEFT = "message_left"
    CALLBACK_PROMISED = "callback_promised"
    ABANDONED_IN_FLOW = "abandoned_in_flow"
    ABANDONED_WAITING = "abandoned_waiting"
    ABANDONED_RINGING = "abandoned_ringing"
    FINISHED_IN_FLOW = "finished_in_flow"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    WITHDRAWN = "withdrawn"


LEFT_IN: Mapping[Phase, Outcome] = {
    Phase.IN_FLOW: Outcome.ABANDONED_IN_FLOW,
    Phase.QUEUED: Outcome.ABANDONED_WAITING,
    Phase.OFFERED: Outcome.ABANDONED_RINGING,
    Phase.CONNECTING: Outcome.ABANDONED_RINGING,
    Phase.TALKING: Outcome.ANSWERED,
    Phase.TRANSFERRING: Outcome.ABANDONED_RINGING,
    Phase.TRANSFERRED: Outcome.TRANSFERRED_OUT,
    Phase.RECORDING: Outcome.ABANDONED_IN_FLOW,
    Phase.DIALLING: Outcome.NOT_REACHED,
    Phase.ENDING: Outcome.FAILED,
}
"""The outcome when the caller's channel goes while the call is in this phase."""

SERVED = (
    Outcome.ANSWERED,
    Outcome.TRANSFERRED_OUT,
    Outcome.MESSAGE_LEFT,
    Outcome.CALLBACK_PROMISED,
)
"""What a caller may have got, the best first: whatever comes later, it was got."""


def better(one: Outcome | None, other: Outcome) -> Outcome:
    """Of two outcomes the better one; of two that gave the caller nothing, the first."""
    for outcome in SERVED:
        if outcome in (one, other):
            return outcome
    return one or other
