"""The files of ``config/flows``: which of them are trees, and their bytes as they are now.

Reads; decides nothing about what is in them.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ari_app.yaml_files import read_bytes
from ivr.problems import Problem

FLOWS = "flows"
MAIN_FILE = "main.yaml"

FlowFiles = Mapping[str, bytes]
"""What is in each file, by its name without folder."""


def read_flow_files(config_dir: Path) -> FlowFiles | list[Problem]:
    """Every ``*.yaml`` right in the folder; what editors hide (``.#main.yaml``) is no tree."""
    folder = config_dir / FLOWS
    names = sorted(path.name for path in folder.glob("*.yaml") if not path.name.startswith("."))
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in names or [MAIN_FILE]:
        raw = read_bytes(folder / name)
        if isinstance(raw, list):
            problems += raw
        else:
            files[name] = raw
    return problems or files


def fingerprint(files: FlowFiles) -> str:
    """The same for the same names and bytes."""
    whole = hashlib.sha256()
    for name, raw in sorted(files.items()):
        whole.update(f"{name}\0{len(raw)}\0".encode("utf-8", "surrogatepass") + raw)
    return whole.hexdigest()[:12]
