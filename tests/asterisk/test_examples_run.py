"""The example configurations in service: a call into each rings an agent and leaves its ticket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from ari_app.asterisk.process import running_asterisk
from ari_app.settings import PROJECT_DIR, load_settings
from ari_app.softphone.phone import PHONES_IP
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall
from tests.ports import free_offset, free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]

EXAMPLES = PROJECT_DIR / "config" / "examples"


OPEN = dict.fromkeys(("weekdays", "saturday", "sunday", "holidays"), "24h")


def by_day_with_our_phones(example: Path, folder: Path, ports: dict[str, int]) -> Path:
    """The example's files, but always open, wrapped up soon, with our phones."""
    config = folder / "config"
    config.mkdir()
    for file in example.iterdir():
        (config / file.name).symlink_to(file.resolve())
    files = {name: _replaced(config / f"{name}.yaml") for name in ("agents", "hours", "queues")}
    agents, hours, queues = files.values()
    for agent_id, agent in agents["agents"].items():
        ports[agent_id] = free_udp_port(PHONES_IP)
        agent["phone"] = {"contact": f"sip:{agent_id}@{PHONES_IP}:{ports[agent_id]}"}
    hours["schedules"] = {name: {"label": name, **OPEN} for name in hours["schedules"]}
    for queue in queues["queues"].values():
        queue["wrap_up_s"] = 1
    for name, content in files.items():
        text = yaml.safe_dump(content, allow_unicode=True)
        (config / f"{name}.yaml").write_text(text, encoding="utf-8")
    return config


def _replaced(link: Path) -> Any:
    content = yaml.safe_load(link.read_text(encoding="utf-8"))
    link.unlink()
    return content


@asynccontextmanager
async def example_hall(name: str, folder: Path) -> AsyncIterator[Hall]:
    ports: dict[str, int] = {}
    env = {"HOTLINE_PORT_OFFSET": str(free_offset()), "HOTLINE_RUN_DIR": str(folder / "var")}
    settings = load_settings(by_day_with_our_phones(EXAMPLES / name, folder, ports), env)
    async with running_asterisk(settings) as asterisk, aiohttp.ClientSession() as session:
        hall = Hall(settings, asterisk, session, ports)
        try:
            await hall.start_service()
            yield hall
            await hall.settled()
        finally:
            await hall.stop_service()


@pytest.mark.parametrize(
    ("example", "dialled", "greeting", "keys"),
    [
        ("county", "12345", "greeting_county", ""),
        ("big_city", "12345", "notice_greeting", "0"),
        ("province", "12338", "greeting_merged", ""),
    ],
)
async def test_a_call_into_an_example_is_greeted_and_reaches_an_agent(
    tmp_path: Path, example: str, dialled: str, greeting: str, keys: str
) -> None:
    async with example_hall(example, tmp_path) as hall:
        desk = await hall.desk("1001")
        async with (
            hall.phone("1001"),
            hall.calling("13800138501", dialled=dialled) as citizen,
        ):
            sound = hall.settings.prompts_dir / "zh_CN" / f"{greeting}.sln"
            await wait_prompt(citizen.rtp, sound, within_s=30.0)
            await citizen.press(keys)
            await desk.wait("connected", within_s=30.0)
            await citizen.hang_up()
        ticket = await hall.ticket("13800138501")
        assert (ticket["outcome"], ticket["agent_id"]) == ("answered", "1001")
        assert ticket["dialled_number"] == dialled
