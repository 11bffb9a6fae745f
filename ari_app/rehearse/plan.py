"""What a rehearsed day is like: how many calls, when, how long, and who is at work.

Plain data, and everything that chance decides: the same seed gives the same callers, whatever the
number of agents or the wrap-up, so that two runs differ by what was changed alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log
from random import Random
from typing import Literal

from ari_app.core.values import QueueName

HOUR_S = 3600.0
DAY_CURVE = (
    0.006, 0.004, 0.003, 0.003, 0.004, 0.006, 0.014, 0.032, 0.078, 0.100, 0.094, 0.074,
    0.056, 0.062, 0.080, 0.084, 0.080, 0.066, 0.044, 0.036, 0.030, 0.022, 0.014, 0.008,
)  # fmt: skip
"""The share of each hour from midnight: a tenth in the busiest one, two humps, a quiet night."""
LOGNORMAL_SPREAD = 0.8
"""The sigma of lognormal talks: many short ones, some very long ones."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a share of the callers needs; ``weight`` against the other demands'."""

    queue: QueueName
    needs: tuple[tuple[str, int], ...] = ()
    weight: float = 1.0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One day. Durations in seconds; means where they are drawn.

    ``patience_s`` None: nobody gives up. ``missed``: the share of offers that nobody answers.
    ``mode``: the surge mode that is on all day, empty for none. ``curve``: the share of each hour;
    ``seats``: agents at work in the busiest hour, who without ``shifts`` stay all day.
    """

    calls: int
    seats: int
    wrap_up_s: float
    demands: tuple[Demand, ...]
    talk_s: float = 180.0
    talk: Literal["exponential", "lognormal"] = "lognormal"
    patience_s: float | None = 180.0
    answer_s: float = 3.0
    missed: float = 0.0
    mode: str = ""
    curve: tuple[float, ...] = DAY_CURVE
    shifts: bool = True
    seed: int = 1


@dataclass(slots=True)
class Caller:
    """One call: first what chance gave it, then what the day made of it (seconds of the day)."""

    call: str
    arrived: float
    demand: Demand
    talk_s: float
    patience_s: float | None
    announced_s: float | None = None
    """The wait that would have been announced on joining; None for who did not wait."""
    offered: float | None = None
    connected: float | None = None
    left: float | None = None
    agent: str = ""


def callers(plan: Plan) -> list[Caller]:
    """All callers of the day, in the order in which they come."""
    chance = {name: Random(f"{plan.seed} {name}") for name in ("when", "talk", "patience", "need")}
    weights = [demand.weight for demand in plan.demands]
    found = []
    for number, arrived in enumerate(_arrivals(plan, chance["when"]), 1):
        patience_s = chance["patience"].expovariate(1.0)
        found.append(
            Caller(
                f"rehearsal-{number}.1",
                arrived,
                chance["need"].choices(plan.demands, weights)[0],
                _talk_s(plan, chance["talk"]),
                None if plan.patience_s is None else patience_s * plan.patience_s,
            )
        )
    return found


def _arrivals(plan: Plan, chance: Random) -> list[float]:
    """Poisson arrivals, given how many there are in all: independent, by the curve's density."""
    hours, steps = range(len(plan.curve)), list(accumulate(plan.curve))
    drawn = chance.choices(hours, cum_weights=steps, k=plan.calls)
    return sorted((hour + chance.random()) * HOUR_S for hour in drawn)


def _talk_s(plan: Plan, chance: Random) -> float:
    drawn, spread = chance.gauss(0.0, 1.0), LOGNORMAL_SPREAD
    even = chance.random()
    if plan.talk == "exponential":
        return -plan.talk_s * log(1.0 - even)
    return plan.talk_s * exp(drawn * spread - spread * spread / 2)


def calls_per_hour(plan: Plan) -> Sequence[float]:
    whole = sum(plan.curve)
    return [plan.calls * share / whole for share in plan.curve]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share does not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
