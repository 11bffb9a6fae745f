"""A configuration that a test may break, and the command as users run it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration; the audio is linked, not copied."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder, ignore=shutil.ignore_patterns("prompts"))
    (folder / "prompts").mkdir()
    for part in (ROOT / "config" / "prompts").iterdir():
        if part.is_dir():
            (folder / "prompts" / part.name).symlink_to(part)
        else:
            shutil.copy(part, folder / "prompts")
    return folder


@pytest.fixture
def hotline(config: Path, tmp_path: Path) -> Run:
    """``hotline("check", "--json")`` on that configuration, in a run folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    env = {**kept, "HOTLINE_RUN_DIR": str(tmp_path / "run"), "COLUMNS": "300"}

    def run(*args: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ari_app", "--config", str(config), *args]
        return subprocess.run(
            command, env=env | more, capture_output=True, text=True, timeout=60, check=False
        )

    return run
