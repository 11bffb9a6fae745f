"""The configurations that campaigns play in: the shipped one and every example, as service.

Decides how a configuration is made fit for a campaign: its schedules are always open or always
closed, so that the hour of the day decides nothing. Plays no call.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from ari_app.asterisk.process import running_asterisk
from ari_app.configuration import Configuration, load_configuration
from ari_app.settings import PROJECT_DIR, load_settings
from tests.asterisk.hall import Hall
from tests.campaign.listening import PromptBook
from tests.ports import free_offset

SHIPPED = PROJECT_DIR / "config"
EXAMPLES = ("county", "big_city", "province")
DAYS = ("weekdays", "saturday", "sunday", "holidays")


@dataclass(frozen=True)
class Place:
    """One running hotline, and what its configuration says."""

    name: str
    hall: Hall
    configuration: Configuration
    book: PromptBook


@contextlib.asynccontextmanager
async def open_place(name: str, folder: Path, hours: str = "24h") -> AsyncIterator[Place]:
    """``name``: "default" or an example's. ``hours``: "24h" or "closed"."""
    async with serving(name, make_config(name, folder, hours), folder) as place:
        yield place


@contextlib.asynccontextmanager
async def serving(name: str, config: Path, folder: Path, **more: str) -> AsyncIterator[Place]:
    """A hotline with this configuration; ``more`` are settings."""
    env = {"HOTLINE_PORT_OFFSET": str(free_offset()), "HOTLINE_RUN_DIR": str(folder / "var")}
    settings = load_settings(config, env | more)
    loaded = load_configuration(config)
    assert isinstance(loaded, Configuration), loaded
    async with running_asterisk(settings) as asterisk, aiohttp.ClientSession() as session:
        hall = Hall(settings, asterisk, session, {})
        try:
            await hall.start_service()
            yield Place(name, hall, loaded, book_of(settings.prompts_dir))
            await hall.settled()
        finally:
            await hall.stop_service()


def book_of(prompts_dir: Path) -> PromptBook:
    """All words, no music."""
    files = [path for path in prompts_dir.glob("*/*.sln") if path.parent.name != "music"]
    return PromptBook({f"{path.parent.name}/{path.stem}": path for path in files})


def make_config(name: str, folder: Path, hours: str) -> Path:
    source = SHIPPED if name == "default" else SHIPPED / "examples" / name
    config = folder / "config"
    (config / "flows").mkdir(parents=True)
    for path in source.iterdir():
        if path.name not in ("examples", "flows", "hours.yaml"):
            (config / path.name).symlink_to(path.resolve())
    for path in (source / "flows").glob("*.yaml"):
        (config / "flows" / path.name).write_bytes(path.read_bytes())
    if (source / "hours.yaml").exists():
        text = (source / "hours.yaml").read_text(encoding="utf-8")
        (config / "hours.yaml").write_text(_always(text, hours), encoding="utf-8")
    return config


def _always(text: str, hours: str) -> str:
    content: dict[str, Any] = yaml.safe_load(text)
    for schedule in content.get("schedules", {}).values():
        schedule.update(dict.fromkeys(DAYS, hours))
    return yaml.safe_dump(content, allow_unicode=True)
