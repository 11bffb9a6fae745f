"""Whoever knows most of what the caller asks for; who asks for nothing gets the longest idle."""

from ari_app.routing.callers import Needs
from ari_app.routing.candidate import Candidate


def most_skilled(candidate: Candidate, needs: Needs, _now: float) -> tuple[float, float, str]:
    known = sum(candidate.skills.get(skill, 0) for skill, _ in needs)
    return (-known, candidate.since, candidate.agent)
