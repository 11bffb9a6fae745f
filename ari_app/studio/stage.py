"""The folder of flows as it would be with what somebody has not saved yet.

Decides which text counts: the unsaved one before the saved one. Reads files; writes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ari_app.configuration import Groundwork, load_groundwork
from ari_app.flow_files import FLOWS, load_flows, read_flows
from ari_app.flows.stage import Stage
from ari_app.yaml_files import read_bytes
from ivr.problems import Problem

TESTS: Final = "tests"

Changed = Mapping[str, str | None]
"""Unsaved texts by ``flows/main.yaml`` or ``tests/main.yaml``; None: as if it were deleted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """``flows`` and ``tests`` are texts by the same names; ``broken`` keeps anything from being
    tried out at all."""

    flows: Mapping[str, bytes]
    tests: Mapping[str, bytes]
    ground: Groundwork | None
    broken: tuple[Problem, ...]

    def stage(self) -> Stage | list[Problem]:
        """What calls can be played in, or what is wrong."""
        if self.ground is None:
            return list(self.broken)
        trees = load_flows(self.flows, self.ground.names, Path())
        return trees if isinstance(trees, list) else Stage(trees, self.ground, FLOWS)


def draft_of(config_dir: Path, changed: Changed) -> Draft:
    ground, broken = load_groundwork(config_dir), list[Problem]()
    if isinstance(ground, list):
        broken += [_shown(one, config_dir) for one in ground]
    flows, tests = _flows(config_dir), _tests(config_dir)
    for name, text in changed.items():
        texts = flows if name.startswith(f"{FLOWS}/") else tests
        if text is None:
            texts.pop(name, None)
        else:
            texts[name] = text.encode("utf-8", "surrogatepass")
    known = None if isinstance(ground, list) else ground
    return Draft(dict(sorted(flows.items())), dict(sorted(tests.items())), known, tuple(broken))


def _flows(config_dir: Path) -> dict[str, bytes]:
    """What cannot be read is left out: whoever opens the file is told."""
    found = read_flows(config_dir)
    return {} if isinstance(found, list) else {f"{FLOWS}/{n}": raw for n, raw in found.items()}


def _tests(config_dir: Path) -> dict[str, bytes]:
    paths = sorted((config_dir / FLOWS / TESTS).glob("*.yaml"))
    read = {path.name: read_bytes(path) for path in paths if not path.name.startswith(".")}
    return {f"{TESTS}/{n}": raw for n, raw in read.items() if isinstance(raw, bytes)}


def _shown(problem: Problem, config_dir: Path) -> Problem:
    """Without the folder of this machine, which nobody at a page can open."""
    try:
        file = str(Path(problem.file).relative_to(config_dir))
    except ValueError:
        file = Path(problem.file).name
    return Problem(file, problem.line, problem.col, problem.code, problem.message, problem.hint)
