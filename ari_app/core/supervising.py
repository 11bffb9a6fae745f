"""A supervisor's own state around a supervision: where they come from, and go back to.

Decides nothing of the talk: ``monitor.py`` does. Knows the agents only.
"""

from dataclasses import replace
from typing import assert_never

from ari_app.core.agent import Signal
from ari_app.core.agents import Agents, Out
from ari_app.core.commands import Tell
from ari_app.core.seam import CallTakenOver, OfSupervisors, SupervisionBegan, SupervisionEnded


def moved(agents: Agents, said: OfSupervisors, now: float) -> Out:
    match said:
        case SupervisionBegan():
            return _began(agents, said, now)
        case SupervisionEnded():
            return agents.move(said.agent, Signal.SUPERVISE_END, now)
        case CallTakenOver():
            told = Tell(said.agent, "connected", {"call": said.call})
            return [*agents.move(said.agent, Signal.CONNECT, now, call=said.call), told]
    assert_never(said)


def _began(agents: Agents, said: SupervisionBegan, now: float) -> Out:
    """Afterwards they are what they were: ready, or resting for the same reason."""
    before = agents.by_id[said.agent]
    after = before.moved(Signal.SUPERVISE, now, call=said.call)
    if after is None:
        return []
    back = replace(after, after_call=before.state, after_reason=before.reason, after_by=before.by)
    return agents.put(back)
