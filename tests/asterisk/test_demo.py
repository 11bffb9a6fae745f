"""``hotline demo`` as a newcomer runs it: nothing runs before, nothing is left running after."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from ari_app.asterisk.ports import needed_ports
from ari_app.settings import load_settings
from tests.ports import free_offset

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]


async def test_the_demo_plays_a_whole_call_and_shows_its_ticket(tmp_path: Path) -> None:
    moved = {"HOTLINE_PORT_OFFSET": str(free_offset()), "HOTLINE_RUN_DIR": str(tmp_path / "var")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ari_app", "demo", "--json",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=dict(os.environ) | moved,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode() + out.decode()
    told = json.loads(out)
    steps = [step["step"] for step in told["steps"]]
    assert {"greeting", "key", "pop", "agent_hears", "citizen_hears", "recording"} <= set(steps)
    assert told["ticket"]["outcome"] == "answered"
    assert told["ticket"]["agent_id"] == "1003"
    assert told["ticket"]["language"] == "en"
    assert all(port.is_free() for port in needed_ports(load_settings(env=moved)))
