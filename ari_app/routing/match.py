"""The matching decision: of all pairs that fit, the caller who goes first and the agent to ask.

Decides one pair at a time. Whatever did not fit before and has not changed does not fit now, so
only callers and agents that are new since the last decision are looked at. Knows no timers.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ari_app.routing.callers import Key, Waiting
from ari_app.routing.candidate import Candidate
from ari_app.routing.line import Line
from ari_app.routing.plan import QueuePlan
from ari_app.routing.strategies import STRATEGIES

Ready = Mapping[str, Candidate]

FEW = 8
"""So many fresh agents are quicker looked at one by one than all rows."""


@dataclass(frozen=True, slots=True)
class Match:
    call: str
    agent: str


def next_caller(line: Line, ready: Ready, fresh: Collection[str]) -> Waiting | None:
    """The first in the order of service whom somebody ready can take.

    ``fresh`` are the agents who are ready since the last decision; the line knows its own changes.
    """
    keys = [*_for_agents(line, ready, fresh), *_for_callers(line, ready)]
    return line[min(keys)[2]] if keys else None


def _for_agents(line: Line, ready: Ready, fresh: Collection[str]) -> Iterator[Key]:
    """The first of each row for whom one of the fresh agents fits."""
    if len(fresh) > FEW:
        for row in line.rows():
            if able := row.fitting.intersection(fresh):
                yield from _first(row.keys, [ready[agent].avoids for agent in able])
        return
    for agent in fresh:
        avoided = [ready[agent].avoids]
        for row in line.rows_for(agent, ready[agent].skills):
            if agent in row.fitting:
                yield from _first(row.keys, avoided)


def _first(keys: list[Key], avoided: list[str]) -> Iterator[Key]:
    """The first caller whom not all of them avoid."""
    for key in keys:
        if any(call != key[2] for call in avoided):
            yield key
            return


def _for_callers(line: Line, ready: Ready) -> Iterator[Key]:
    """The changed callers whom anybody ready can take."""
    for call in line.changed:
        if any(True for _ in _able(line, call, ready)):
            yield line[call].key


def _able(line: Line, call: str, ready: Ready) -> Iterator[Candidate]:
    """Everybody ready who can take this caller."""
    fitting = line.fitting(call)
    few, many = (fitting, ready) if len(fitting) < len(ready) else (ready, fitting)
    for agent in few:
        if agent in many and ready[agent].avoids != call:
            yield ready[agent]


def choose(caller: Waiting, line: Line, ready: Ready, plan: QueuePlan, now: float) -> Match | None:
    """The agent for this caller: who served them last if ready, else by the queue's strategy.

    None when nobody ready can take them.
    """
    able = list(_able(line, caller.call, ready))
    order = STRATEGIES[plan.strategy]
    best = next((one for one in able if one.agent == caller.last_agent), None) or min(
        able, key=lambda one: order(one, caller.needs, now), default=None
    )
    return Match(caller.call, best.agent) if best else None
