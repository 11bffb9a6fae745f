"""Trees and prompts for the tools that play calls: from the configuration or another folder.

Decides which folder holds what, and how long a prompt counts that has no audio. Reads files; knows
nobody who asks.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ivr
from ari_app.configuration import Groundwork, load_groundwork
from ari_app.flow_files import FLOWS, Files, load_flows, read_flows
from ari_app.settings import Settings
from ari_app.yaml_files import read_bytes
from ivr.play.trace import PromptSeconds
from ivr.problems import Problem
from recordings.prompts import Prompts

LETTERS_PER_S: Final = {"zh_CN": 4.5, "yue": 4.5, "ja": 7.0, "ko": 6.0}
_OTHER_LETTERS_PER_S: Final = 14.0
_UNKNOWN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What calls can be played in. ``shown`` names it for people."""

    trees: ivr.Trees
    ground: Groundwork
    shown: str

    @property
    def prompts(self) -> Prompts:
        return self.ground.prompts


def load_stage(config_dir: Path, folder: Path | None = None) -> Stage | list[Problem]:
    """The configuration's trees, or those of a folder: one of flow files, or a whole other one."""
    if folder is not None and (folder / FLOWS).is_dir():
        config_dir, folder = folder, None
    ground = load_groundwork(config_dir)
    if isinstance(ground, list):
        return ground
    files = read_flows(config_dir) if folder is None else _files_of(folder)
    if isinstance(files, list):
        return files
    where = folder or config_dir / FLOWS
    trees = load_flows(files, ground.names, where)
    return trees if isinstance(trees, list) else Stage(trees, ground, str(where))


def load_served(settings: Settings) -> Stage | list[Problem]:
    """The version in service as the service keeps it, or the folder if none was ever served."""
    try:
        state = json.loads((settings.run_dir / FLOWS / "state.json").read_bytes())
        number = int(state["stable"])
    except (OSError, ValueError, KeyError, TypeError):
        return load_stage(settings.config_dir)
    return load_version(settings, number)


def load_version(settings: Settings, number: int) -> Stage | list[Problem]:
    """A version that the service keeps."""
    found = load_stage(settings.config_dir, settings.run_dir / FLOWS / f"{number:06d}")
    if isinstance(found, list):
        return found
    return Stage(found.trees, found.ground, f"version {number}")


def _files_of(folder: Path) -> Files | list[Problem]:
    names = sorted(path.name for path in folder.glob("*.yaml") if not path.name.startswith("."))
    if not names:
        hint = "Name a folder of flow files, or one that holds a folder 'flows'."
        return [Problem(str(folder), 1, 1, "E100", "there is no *.yaml here.", hint)]
    files: dict[str, bytes] = {}
    for name in names:
        raw = read_bytes(folder / name)
        if isinstance(raw, list):
            return raw
        files[name] = raw
    return files


class _Seconds(dict[ivr.Prompt, float]):
    """Filled as prompts are met: a simulated call asks a dozen times, thousands a second."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def __missing__(self, prompt: ivr.Prompt) -> float:
        found = self._prompts.duration_s(*prompt) or _estimate(self._prompts, prompt)
        self[prompt] = found
        return found


def prompt_seconds(prompts: Prompts) -> PromptSeconds:
    """How long each prompt sounds; what has no audio counts as long as its words would take."""
    return _Seconds(prompts).__getitem__


def spoken_text(prompts: Prompts, prompt: ivr.Prompt) -> tuple[str, str]:
    """What a caller of this language hears, and in which language."""
    entry = prompts.catalogue.prompts.get(prompt.id)
    if entry is None:
        return "", prompt.language
    played = prompts.played_language(prompt.id, prompt.language)
    order = (played, *prompts.catalogue.order(prompt.id, prompt.language))
    language = next((one for one in order if one in entry.wordings), None)
    return (entry.wordings[language].text, language) if language else ("", prompt.language)


def _estimate(prompts: Prompts, prompt: ivr.Prompt) -> float:
    text, language = spoken_text(prompts, prompt)
    if not text:
        return _UNKNOWN_S
    return round(len(text) / LETTERS_PER_S.get(language, _OTHER_LETTERS_PER_S), 2)
