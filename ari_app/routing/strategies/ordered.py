"""The order that agents.yaml gives by ``rank``: the next is asked only when the first are busy."""

from ari_app.routing.callers import Needs
from ari_app.routing.candidate import Candidate


def ordered(candidate: Candidate, _needs: Needs, _now: float) -> tuple[float, float, str]:
    return (candidate.rank, candidate.since, candidate.agent)
