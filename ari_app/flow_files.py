"""The files of ``config/flows``: which of them are trees, and the trees that they make.

Reads; decides nothing about what is in them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import ivr
from ari_app.yaml_files import read_bytes
from ivr.problems import Problem

FLOWS = "flows"
MAIN_FILE = "main.yaml"

Files = Mapping[str, bytes]
"""What is in each file, by its name without folder."""


def read_flows(config_dir: Path) -> Files | list[Problem]:
    """Every ``*.yaml`` right in the folder; what editors hide (``.#main.yaml``) is no tree.

    A name that is no UTF-8, as foreign archives leave behind, can be neither kept nor shown.
    """
    folder = config_dir / FLOWS
    names = sorted(path.name for path in folder.glob("*.yaml") if not path.name.startswith("."))
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in names or [MAIN_FILE]:
        raw = read_bytes(folder / name) if _is_text(name) else [_unreadable(folder, name)]
        if isinstance(raw, list):
            problems += raw
        else:
            files[name] = raw
    return problems or files


def _is_text(name: str) -> bool:
    return name.isprintable()  # what stands for a byte that is no UTF-8 is not


def _unreadable(folder: Path, name: str) -> Problem:
    shown = os.fsencode(name).decode("utf-8", "replace")
    message = "the file's name is no text (UTF-8)."
    return Problem(str(folder / shown), 1, 1, "E100", message, "Rename it, best to a-z, 0-9 and _.")


def load_flows(files: Files, names: ivr.Names, folder: Path) -> ivr.Trees | list[Problem]:
    """All trees of these files; problems name them as files of ``folder``."""
    return ivr.load_trees({str(folder / name): raw for name, raw in files.items()}, names)
