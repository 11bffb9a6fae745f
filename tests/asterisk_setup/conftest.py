"""One real Asterisk for each file of tests; 1001 has a fixed phone, 1002 registers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.asterisk.process import AsteriskProcess, running_asterisk
from ari_app.settings import Settings, load_settings
from tests.ports import free_offset

AGENTS = """\
agents:
  "1001": {name: 王敏, phone: {contact: "sip:1001@127.0.0.3:%d;x-line=1"}}
  "1002": {name: 李强, phone: {register: true}}
"""


def make_settings(folder: Path) -> Settings:
    config = folder / "config"
    (config / "prompts").mkdir(parents=True)
    offset = free_offset()
    (config / "agents.yaml").write_text(AGENTS % (5070 + offset), encoding="utf-8")
    return load_settings(
        config, {"HOTLINE_PORT_OFFSET": str(offset), "HOTLINE_RUN_DIR": str(folder / "var")}
    )


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def until(condition: Callable[[], bool], limit_s: float = 30) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def asterisk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsteriskProcess]:
    async with running_asterisk(make_settings(tmp_path_factory.mktemp("real"))) as process:
        yield process
