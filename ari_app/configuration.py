"""Everything an admin edits, read and checked as one: agents, queues, prompts and the trees.

Decides what a usable configuration is, and reports every fault with its place. Reads files; starts
nothing and asks nobody.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

import ivr
from ari_app.core.ticket_fields import TREE_FIELDS
from ari_app.core.values import AgentId, AgentProfile, Centre, QueueName, QueueProfile
from ari_app.core.world import World
from ari_app.flow_files import FLOWS, load_flows, read_flows
from ari_app.world_files import load_world, missing_years
from ari_app.yaml_files import read_model
from ivr.fields import Level, Name, Strict, checked
from ivr.positions import Place, Positions
from ivr.problems import Problem, did_you_mean
from recordings.prompts import Prompts, load_prompts

AgentNumber = Annotated[
    str,
    AfterValidator(
        checked(str, r"[0-9]{2,10}", "an agent's number", "Write 2 to 10 digits in quotes.")
    ),
]
Contact = Annotated[
    str,
    AfterValidator(
        checked(
            str, r"sip:[^\s;,<>\"]+", "a phone's address", "Write it like sip:1001@10.0.0.5:5060."
        )
    ),
]
Music = Annotated[
    str,
    AfterValidator(
        checked(str, r"[A-Za-z0-9_-]{1,32}", "a class of music", "Name one of musiconhold.conf.")
    ),
]

T = TypeVar("T")


class PhoneEntry(Strict):
    """How the agent's phone is reached: it registers, or it has a fixed address."""

    register_: bool = Field(False, alias="register")
    contact: Contact | None = None


class AgentEntry(Strict):
    """One agent of agents.yaml."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    role: Literal["agent", "supervisor", "admin"] = "agent"
    queues: tuple[Name, ...]
    skills: dict[Name, Level]
    phone: PhoneEntry
    answer: Literal["phone", "desk"] = "phone"


class AgentsFile(Strict):
    agents: dict[AgentNumber, AgentEntry]


class QueueEntry(Strict):
    """One queue of queues.yaml; durations in seconds."""

    ring_s: Annotated[float, Field(ge=1, le=120)] = 20.0
    wrap_up_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    music: Music = "default"


class QueuesFile(Strict):
    """``skills`` are all that may be asked for or had, each with its name for people."""

    queues: dict[Name, QueueEntry]
    skills: dict[Name, Annotated[str, Field(min_length=1, max_length=40)]]


@dataclass(frozen=True, slots=True)
class Groundwork:
    """Everything but the trees, and the names that trees may use.

    ``warnings`` are told but stop nothing.
    """

    centre: Centre
    names: ivr.Names
    prompts: Prompts
    world: World
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Configuration(Groundwork):
    """A configuration that is fit for service, with the trees in its folder."""

    trees: ivr.Trees


def load_configuration(config_dir: Path, now: float | None = None) -> Configuration | list[Problem]:
    """Read all files; every fault that was found when any of them is unusable.

    ``now`` (epoch seconds) is for the warning that the holidays of a year are missing.
    """
    ground = load_groundwork(config_dir, now)
    files = read_flows(config_dir)
    if isinstance(ground, list):
        return sorted([*ground, *(files if isinstance(files, list) else [])])
    if isinstance(files, list):
        return files
    trees = load_flows(files, ground.names, config_dir / FLOWS)
    if isinstance(trees, list):
        return trees
    return Configuration(
        ground.centre, ground.names, ground.prompts, ground.world, ground.warnings, trees
    )


def load_groundwork(config_dir: Path, now: float | None = None) -> Groundwork | list[Problem]:
    """All files but the trees'; every fault that was found when any of them is unusable."""
    problems: list[Problem] = []
    queues = read_model(config_dir / "queues.yaml", QueuesFile, problems)
    agents = read_model(config_dir / "agents.yaml", AgentsFile, problems)
    prompts = _kept(load_prompts(config_dir), problems)
    world = _kept(load_world(config_dir), problems)
    if queues is None or agents is None or prompts is None or world is None:
        return sorted(problems)
    problems += _unknown_names(config_dir / "agents.yaml", agents[0], agents[1], queues[0])
    if problems:
        return sorted(problems)
    return Groundwork(
        centre=_centre(agents[0], queues[0]),
        names=_names(queues[0], prompts, world),
        prompts=prompts,
        world=world,
        warnings=(
            *_idle_skills(agents[0], queues[0], config_dir / "queues.yaml"),
            *(missing_years(world, config_dir, now) if now is not None else ()),
            *prompts.problems,
        ),
    )


def _kept(found: T | list[Problem], problems: list[Problem]) -> T | None:
    """What was read; None after adding to ``problems``."""
    if isinstance(found, list):
        problems += found
        return None
    return found


def _names(queues: QueuesFile, prompts: Prompts, world: World) -> ivr.Names:
    return ivr.Names(
        queues=queues.queues,
        skills=queues.skills,
        schedules=world.calendar.schedules,
        numbers=world.numbers,
        prompts=known_prompts(prompts),
        fields=TREE_FIELDS,
    )


def known_prompts(prompts: Prompts) -> dict[str, frozenset[str]]:
    """All prompts with a text in some language: missing audio is a warning, not a fault."""
    ids = frozenset(prompts.catalogue.prompts)
    return dict.fromkeys(prompts.catalogue.languages, ids)


def _unknown_names(
    path: Path, agents: AgentsFile, positions: Positions, queues: QueuesFile
) -> Iterator[Problem]:
    for agent_id, agent in agents.agents.items():
        for index, queue in enumerate(agent.queues):
            place = positions.value(("agents", agent_id, "queues", index))
            yield from _unknown(path, place, f"agents.{agent_id}", "queue", queue, queues.queues)
        for skill in agent.skills:
            place = positions.key(("agents", agent_id, "skills", skill))
            yield from _unknown(path, place, f"agents.{agent_id}", "skill", skill, queues.skills)


def _unknown(
    path: Path, place: Place, where: str, what: str, name: str, known: Collection[str]
) -> Iterator[Problem]:
    if name not in known:
        code = "E302" if what == "queue" else "E303"
        hint = did_you_mean(name, known, what=f"Known {what}s")
        message = f"{where}.{what}s: there is no {what} '{name}'."
        yield Problem(str(path), place.line, place.col, code, message, hint)


def _idle_skills(agents: AgentsFile, queues: QueuesFile, path: Path) -> Iterator[Problem]:
    """A skill nobody has: its callers wait for nothing until the tree gives them to anybody."""
    had = {skill for agent in agents.agents.values() for skill in agent.skills}
    for skill in sorted(queues.skills.keys() - had):
        message = f"no agent has the skill '{skill}'; its callers wait before they get anybody."
        yield Problem(str(path), 1, 1, "W303", message, "Give it to somebody in agents.yaml.")


def _centre(agents: AgentsFile, queues: QueuesFile) -> Centre:
    return Centre(
        agents={
            AgentId(agent_id): AgentProfile(
                AgentId(agent_id),
                agent.name,
                dict(agent.skills),
                frozenset(QueueName(queue) for queue in agent.queues),
                agent.role,
                agent.answer,
            )
            for agent_id, agent in agents.agents.items()
        },
        queues={
            QueueName(name): QueueProfile(
                QueueName(name), queue.ring_s, queue.wrap_up_s, queue.music
            )
            for name, queue in queues.queues.items()
        },
    )
