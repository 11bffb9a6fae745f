"""The configuration changed while calls go on, on the real Asterisk."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
import yaml

from ari_app.settings import child_environment
from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Hall, eventually, open_hall

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

LIN = {"name": "林晓", "queues": ["general"], "skills": {"zh": 5}, "phone": {"register": True}}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


async def change(hall: Hall, method: str, path: str, body: Mapping[str, object]) -> Any:
    """What an admin does in the page, from this machine."""
    headers = {"Authorization": f"Bearer {hall.operator()}", "If-Match": "*"}
    return await hall.send(method, f"/config/{path}", body, headers)


async def reload(hall: Hall) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ari_app", "reload", "--json",
        env=child_environment(hall.settings), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    found: dict[str, Any] = json.loads(said)
    return found


def secret(hall: Hall, agent: str) -> str:
    secrets = yaml.safe_load(hall.settings.secrets_file.read_text(encoding="utf-8"))
    return str(secrets["agents"][agent]["sip"])


async def test_a_new_agent_registers_and_takes_a_call_without_a_restart_and_a_talk_goes_on(
    hall: Hall,
):
    """The talk of somebody else goes through it all; the service's process stays the same."""
    assert hall.service is not None
    before = hall.service.pid
    busy = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling("13800138201", "0") as first:
        await busy.wait("connected", within_s=30.0)
        saved = await change(hall, "PUT", "agents/agents/1009", {"value": LIN})
        assert (saved["changed"], saved["phones_problem"]) == (["agents"], "")
        assert (await busy.state())["state"] == "talking"
        async with Phone("1009", mode=Mode.ANSWER, server=hall.settings.sip) as phone:
            await phone.register(secret(hall, "1009"))
            newcomer = await hall.desk("1009")
            async with hall.calling("13800138202", "0") as citizen:
                call = (await newcomer.wait("connected", within_s=30.0))["call"]
                await citizen.hang_up()
                await newcomer.wait("call_ended", within_s=30.0, call=call)
        await first.hang_up()
    ticket = await hall.ticket("13800138202")
    assert ticket["agent_id"] == "1009"
    assert (await hall.ticket("13800138201"))["agent_id"] == "1001"
    assert hall.service.pid == before
    assert hall.service.returncode is None


async def test_an_agent_removed_by_a_text_editor_finishes_the_call_and_is_nobody_afterwards(
    hall: Hall,
):
    agents = hall.settings.agents_file
    kept = agents.read_text(encoding="utf-8")
    desk, onlooker = await hall.desk("1002"), await hall.desk("1003", ready=False)
    try:
        async with hall.phone("1002"), hall.calling("13800138203", "0") as citizen:
            await desk.wait("connected", within_s=30.0)
            listed = yaml.safe_load(kept)
            del listed["agents"]["1002"]
            agents.write_text(yaml.safe_dump(listed, allow_unicode=True), encoding="utf-8")
            assert (await reload(hall))["changed"] == ["agents"]
            await citizen.hang_up()

        async def is_known() -> object:
            rows = await hall.get("/agents", onlooker.headers)
            return [row for row in rows["agents"] if row["agent"] == "1002"] or None

        await eventually(is_known, within_s=30.0, what="1002 is still there")
        assert (await hall.ticket("13800138203"))["agent_id"] == "1002"
        shown = await hall.asterisk.rx("pjsip show endpoints")
        assert "1002" not in shown
    finally:
        agents.write_text(kept, encoding="utf-8")
        await reload(hall)
    assert "1002" in await hall.asterisk.rx("pjsip show endpoints")


async def test_what_is_wrong_in_a_file_leaves_everything_as_it_was(hall: Hall):
    queues = hall.settings.config_dir / "queues.yaml"
    kept = queues.read_text(encoding="utf-8")
    try:
        queues.write_text(kept.replace("ring_s: 5", "ring_s: -5"), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ari_app", "reload",
            env=child_environment(hall.settings), stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        assert process.returncode == 1
        assert b"queues.yaml:" in said
        assert b"E204" in said
    finally:
        queues.write_text(kept, encoding="utf-8")
