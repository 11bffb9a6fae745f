"""How an agent is chosen among those who fit: one file, one function and one name each.

A strategy gives every candidate an order; the least is asked. It ends with the agent's name, so
that the same question always has the same answer.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from ari_app.routing.callers import Needs
from ari_app.routing.candidate import Candidate
from ari_app.routing.strategies.least_occupied import least_occupied
from ari_app.routing.strategies.longest_idle import longest_idle
from ari_app.routing.strategies.most_skilled import most_skilled
from ari_app.routing.strategies.ordered import ordered


class Strategy(StrEnum):
    LONGEST_IDLE = "longest_idle"
    LEAST_OCCUPIED = "least_occupied"
    MOST_SKILLED = "most_skilled"
    ORDERED = "ordered"


Order = tuple[float, float, str]
STRATEGIES: Final[Mapping[Strategy, Callable[[Candidate, Needs, float], Order]]] = {
    Strategy.LONGEST_IDLE: longest_idle,
    Strategy.LEAST_OCCUPIED: least_occupied,
    Strategy.MOST_SKILLED: most_skilled,
    Strategy.ORDERED: ordered,
}
