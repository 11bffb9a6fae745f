"""Do the names in agents.yaml and queues.yaml exist, and is there anybody behind them?

Decides the message for each name. Reads no files.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from ari_app.agent_files import AgentsFile
from ari_app.queue_files import QueuesFile
from ivr.positions import Place, Positions
from ivr.problems import Problem, did_you_mean

_CODES = {"queue": "E302", "skill": "E303", "number": "E311"}


def unknown_in_agents(
    path: Path, agents: AgentsFile, positions: Positions, queues: QueuesFile
) -> Iterator[Problem]:
    for agent_id, agent in agents.agents.items():
        for index, queue in enumerate(agent.queues):
            place = positions.value(("agents", agent_id, "queues", index))
            yield from _unknown(path, place, f"agents.{agent_id}", "queue", queue, queues.queues)
        for skill in agent.skills:
            place = positions.key(("agents", agent_id, "skills", skill))
            yield from _unknown(path, place, f"agents.{agent_id}", "skill", skill, queues.skills)


def unknown_in_queues(
    path: Path, queues: QueuesFile, positions: Positions, numbers: Collection[str]
) -> Iterator[Problem]:
    for name, queue in queues.queues.items():
        for number, step in enumerate(queue.steps):
            at, where = ("queues", name, "steps", number), f"queues.{name}.steps.{number}"
            for index, other in enumerate(step.queues):
                place = positions.value((*at, "queues", index))
                yield from _unknown(path, place, where, "queue", other, queues.queues)
            for skill in step.needs:
                place = positions.key((*at, "needs", skill))
                yield from _unknown(path, place, where, "skill", skill, queues.skills)
            if step.interpreter is not None:
                place = positions.value((*at, "interpreter"))
                yield from _unknown(path, place, where, "number", step.interpreter, numbers)


def _unknown(
    path: Path, place: Place, where: str, what: str, name: str, known: Collection[str]
) -> Iterator[Problem]:
    if name not in known:
        hint = did_you_mean(name, known, what=f"Known {what}s")
        message = f"{where}.{what}s: there is no {what} '{name}'."
        yield Problem(str(path), place.line, place.col, _CODES[what], message, hint)


def unmanned(agents: AgentsFile, queues: QueuesFile, path: Path) -> Iterator[Problem]:
    """A skill or a site without agents: its callers wait for nothing until they may get others."""
    had = {skill for agent in agents.agents.values() for skill in agent.skills}
    for skill in sorted(queues.skills.keys() - had):
        message = f"no agent has the skill '{skill}'; its callers wait before they get anybody."
        yield Problem(str(path), 1, 1, "W303", message, "Give it to somebody in agents.yaml.")
    manned = {agent.site for agent in agents.agents.values()}
    for site in sorted(_sites(queues) - manned):
        message = f"no agent belongs to the site '{site}'; asking it brings nobody."
        yield Problem(str(path), 1, 1, "W304", message, "Write it as somebody's site.")


def _sites(queues: QueuesFile) -> set[str]:
    entries = queues.queues.values()
    later = {site for queue in entries for step in queue.steps for site in step.sites}
    return later | {site for queue in entries for site in queue.sites}
