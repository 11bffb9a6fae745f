"""The files of the configuration that the page of settings and a text editor share.

Decides which files these are, and whether a changed text is fit: by the checks of ``hotline
check``, on a stage on which only this text differs. Must not know who asks.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from ari_app.agent_files import AgentsFile
from ari_app.calendar_files import HolidaysFile, HoursFile
from ari_app.configuration import Groundwork, load_groundwork
from ari_app.flow_files import FLOWS, load_flows, read_flows
from ari_app.outbound_files import OutboundFile
from ari_app.queue_files import QueuesFile
from ari_app.staff_files import ModesFile
from ari_app.ticket_files import SlaFile, UnitsFile
from ari_app.world_files import ListsFile, NumbersFile
from ivr.problems import Problem
from ivr.yaml_source import MAX_BYTES, parse

FILES: Final[Mapping[str, type[BaseModel]]] = {
    "agents": AgentsFile,
    "queues": QueuesFile,
    "hours": HoursFile,
    "holidays": HolidaysFile,
    "numbers": NumbersFile,
    "lists": ListsFile,
    "modes": ModesFile,
    "units": UnitsFile,
    "sla": SlaFile,
    "outbound": OutboundFile,
}
"""By name without ``.yaml``; all of them take effect without a restart."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it lies there; one that is missing is empty."""

    raw: bytes
    is_there: bool = True

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """``ground`` is None when the configuration is not fit; then some problem is an error."""

    ground: Groundwork | None
    problems: tuple[Problem, ...]


def path_of(config_dir: Path, name: str) -> Path:
    """KeyError for a name that is none of ours: no other file can be reached."""
    FILES[name]
    return config_dir / f"{name}.yaml"


def read_text(config_dir: Path, name: str) -> Text:
    """No more than tells that it is too large."""
    path = path_of(config_dir, name)
    if not path.exists():
        return Text(b"", is_there=False)
    if not path.is_file():
        raise OSError(f"{path.name} is no plain file")
    with path.open("rb") as stream:
        return Text(stream.read(MAX_BYTES + 1))


def data_of(name: str, raw: bytes) -> object:
    """What the text says, as plain data; None when it cannot be read."""
    found = parse(raw, name)
    return None if isinstance(found, list) else found[0]


def check_text(config_dir: Path, name: str, raw: bytes, now: float) -> Checked:
    """As if this text were saved."""
    with staged(config_dir, name, raw) as stage:
        ground = load_groundwork(stage, now)
        if isinstance(ground, list):
            return Checked(None, _shown(ground, stage))
        mine = [one for one in ground.warnings if Path(one.file).name == f"{name}.yaml"]
        worse = _worse_trees(config_dir, ground)
        if worse:
            return Checked(None, _shown(worse, config_dir))
        return Checked(ground, _shown(mine, stage))


def check_folder(config_dir: Path, now: float) -> Checked:
    """As everything is saved."""
    ground = load_groundwork(config_dir, now)
    if isinstance(ground, list):
        return Checked(None, _shown(ground, config_dir))
    return Checked(ground, _shown(ground.warnings, config_dir))


@contextmanager
def staged(config_dir: Path, name: str, raw: bytes) -> Iterator[Path]:
    """A folder like the configuration's, in which one file says this."""
    with tempfile.TemporaryDirectory(prefix="hotline-stage-") as folder:
        stage = Path(folder)
        for one in config_dir.resolve().iterdir():
            if one.name != f"{name}.yaml":
                os.symlink(one, stage / one.name)
        (stage / f"{name}.yaml").write_bytes(raw)
        yield stage


def _worse_trees(config_dir: Path, ground: Groundwork) -> list[Problem]:
    """What the trees in the folder cannot find any more; what ailed them before is no matter."""
    files = read_flows(config_dir)
    if isinstance(files, list):
        return []
    found = load_flows(files, ground.names, config_dir / FLOWS)
    if not isinstance(found, list):
        return []
    before = load_groundwork(config_dir)
    known = None if isinstance(before, list) else load_flows(files, before.names, Path(FLOWS))
    old = {_same(one) for one in known} if isinstance(known, list) else set()
    return [one for one in found if not one.is_warning and _same(one) not in old]


def _same(problem: Problem) -> tuple[str, str, str]:
    return Path(problem.file).name, problem.code, problem.message


def _shown(problems: list[Problem] | tuple[Problem, ...], folder: Path) -> tuple[Problem, ...]:
    """Without the folder of this machine, which nobody at a page can open."""

    def name(file: str) -> str:
        path = Path(file)
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name

    return tuple(sorted(replace(one, file=name(one.file)) for one in problems))
