"""Erlang C: how long callers wait for ``agents`` equal agents when nobody gives up.

Assumes what a real day is not: calls come evenly at random (Poisson), handling is exponential and
the queue is one. There it is exact, so the rehearsal is held against it. Knows no calls. Formulae:
A. K. Erlang 1917; ITU-T Recommendation E.501 and its references.
"""

from math import exp


def waiting_share(agents: int, load: float) -> float:
    """The share of callers who wait at all; ``load`` in erlangs. 1 when the load is too much."""
    if load >= agents:
        return 1.0
    lost = 1.0  # Erlang B, by its recursion: no factorials
    for n in range(1, agents + 1):
        lost = load * lost / (n + load * lost)
    return lost / (1.0 - load / agents * (1.0 - lost))


def mean_wait_s(agents: int, calls_per_s: float, handling_s: float) -> float:
    """The mean over all callers, those who did not wait too; infinite when there is no end."""
    load = calls_per_s * handling_s
    if load >= agents:
        return float("inf")
    return waiting_share(agents, load) * handling_s / (agents - load)


def answered_within(limit_s: float, agents: int, calls_per_s: float, handling_s: float) -> float:
    """The share of callers who wait no longer than ``limit_s``."""
    load = calls_per_s * handling_s
    if load >= agents:
        return 0.0
    return 1.0 - waiting_share(agents, load) * exp(-(agents - load) * limit_s / handling_s)


def agents_needed(calls_per_s: float, handling_s: float, *, limit_s: float, share: float) -> int:
    """The fewest agents with whom this share of callers waits no longer than the limit."""
    agents = max(1, int(calls_per_s * handling_s))
    while answered_within(limit_s, agents, calls_per_s, handling_s) < share:
        agents += 1
    return agents
