"""Everything an admin edits, read and checked as one: agents, queues, prompts and the trees.

Decides what a usable configuration is, and reports every fault with its place. Reads files; starts
nothing and asks nobody.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import ivr
from ari_app.agent_files import AgentsFile, browser_phones_of, profiles_of
from ari_app.core.outbound.policy import Policy
from ari_app.core.ticket_fields import TREE_FIELDS
from ari_app.core.values import Centre
from ari_app.core.world import World
from ari_app.flow_files import FLOWS, load_flows, read_flows
from ari_app.name_checks import unknown_in_agents, unknown_in_queues, unmanned
from ari_app.outbound_files import OUTBOUND, policy_of, read_outbound, unknown_in_outbound
from ari_app.queue_files import QueuesFile, boosts_of, queues_of
from ari_app.staff_files import MODES, ModesFile, modes_of, staffing_of, unknown_in_modes
from ari_app.ticket_files import load_rules
from ari_app.tickets.rules import Rules
from ari_app.world_files import load_world, missing_years
from ari_app.yaml_files import read_model, read_optional
from ivr.problems import Problem
from recordings.prompts import Prompts, load_prompts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Groundwork:
    """Everything but the trees, and the names that trees may use.

    ``warnings`` are told but stop nothing.
    """

    centre: Centre
    names: ivr.Names
    prompts: Prompts
    world: World
    rules: Rules
    outbound: Policy
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
    parts = (ground.names, ground.prompts, ground.world, ground.rules)
    return Configuration(ground.centre, *parts, ground.outbound, ground.warnings, trees)


def load_groundwork(config_dir: Path, now: float | None = None) -> Groundwork | list[Problem]:
    """All files but the trees'; every fault that was found when any of them is unusable."""
    problems: list[Problem] = []
    queues = read_model(config_dir / "queues.yaml", QueuesFile, problems)
    agents = read_model(config_dir / "agents.yaml", AgentsFile, problems)
    prompts = _kept(load_prompts(config_dir), problems)
    world = _kept(load_world(config_dir), problems)
    schedules = world.calendar.schedules if world else None
    rules = _kept(load_rules(config_dir, schedules), problems)
    modes = read_optional(config_dir / MODES, ModesFile, problems)
    outbound = read_outbound(config_dir, problems)
    if not (queues and agents and prompts and world and rules and modes):
        return sorted(problems)
    known = prompts.catalogue.prompts
    problems += unknown_in_modes(config_dir / MODES, *modes, queues[0].queues, known)
    problems += unknown_in_agents(config_dir / "agents.yaml", *agents, queues[0])
    problems += unknown_in_queues(config_dir / "queues.yaml", *queues, world.numbers)
    problems += unknown_in_outbound(config_dir / OUTBOUND, outbound, queues[0].queues, known)
    if problems:
        return sorted(problems)
    return Groundwork(
        centre=Centre(
            agents=profiles_of(agents[0]),
            queues=queues_of(queues[0]),
            staffing=staffing_of(queues[0].staff),
            modes=modes_of(modes[0]),
            boosts=boosts_of(queues[0]),
            seats=frozenset(agents[0].seats),
            browser_phones=browser_phones_of(agents[0]),
        ),
        names=_names(queues[0], prompts, world),
        prompts=prompts,
        world=world,
        rules=rules,
        outbound=policy_of(outbound[0], world.calendar),
        warnings=(
            *unmanned(agents[0], queues[0], config_dir / "queues.yaml"),
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
