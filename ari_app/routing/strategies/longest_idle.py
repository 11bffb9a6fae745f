"""Whoever has been ready longest: work is spread evenly over people."""

from ari_app.routing.callers import Needs
from ari_app.routing.candidate import Candidate


def longest_idle(candidate: Candidate, _needs: Needs, _now: float) -> tuple[float, float, str]:
    return (0.0, candidate.since, candidate.agent)
