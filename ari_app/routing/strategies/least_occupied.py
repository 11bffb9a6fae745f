"""Whoever was busy for the smallest share of their time at work: long talks count for more."""

from ari_app.routing.callers import Needs
from ari_app.routing.candidate import Candidate


def least_occupied(candidate: Candidate, _needs: Needs, now: float) -> tuple[float, float, str]:
    return (candidate.occupancy(now), candidate.since, candidate.agent)
