"""Agents' work on the real Asterisk: a seat's phone, an order of the supervisor, surge mode."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from ari_app.settings import child_environment
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Desk, Hall, eventually, open_hall

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

SEAT = "3001"
CITIZEN_HZ, AGENT_HZ = 700, 1100


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path_factory.mktemp("hall"), seats=[SEAT]) as hall:
        yield hall


async def surge(hall: Hall, *words: str) -> dict[str, Any]:
    """``hotline surge ...`` on the service's own machine."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ari_app", "surge", *words, "--json",
        env=child_environment(hall.settings), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    found: dict[str, Any] = json.loads(said)
    return found


async def put(hall: Hall, path: str, body: object) -> None:
    """A supervisor's order, from this machine."""
    url = f"{hall.settings.web_url}/api/v1{path}"
    headers = {"Authorization": f"Bearer {hall.operator()}"}
    async with aiohttp.ClientSession() as session, session.put(
        url, json=body, headers=headers
    ) as answer:  # fmt: skip
        assert answer.status == 200, await answer.text()


async def wrap_up_of(desk: Desk) -> float:
    await desk.wait_state("wrap_up", within_s=30.0)
    row = await desk.state()
    return round(row["until"] - row["since"], 1)


async def test_the_seats_phone_rings_and_after_a_restart_the_talk_is_still_the_agents(hall: Hall):
    desk = await hall.desk("1005", seat=SEAT)
    async with hall.phone(SEAT) as phone, hall.calling("13800138801", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
        await eventually(lambda: hall.stored("1005", "talking"), within_s=30.0, what="not stored")
        await hall.kill_service()
        await hall.start_service()
        phone.rtp.play_tone(AGENT_HZ)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0)
        await desk.wait_state("talking", within_s=30.0)
        assert (await desk.state())["seat"] == SEAT
        coming = await hall.desk("1004", ready=False, takes_over="1005")
        await citizen.hang_up()
        await coming.wait_state("ready", within_s=30.0)
        assert (await desk.state())["state"] == "offline"
        async with hall.calling("13800138802", "0") as another:
            await coming.wait("connected", within_s=30.0)
            await another.hang_up()
        await coming.wait_state("ready", within_s=30.0)
    assert (await hall.ticket("13800138801"))["agent_id"] == "1005"
    assert (await hall.ticket("13800138802"))["agent_id"] == "1004"


async def test_a_supervisors_order_waits_for_the_end_of_the_call(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling("13800138803", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        await put(hall, "/agents/1001/state", {"state": "paused", "reason": "培训"})
        assert (await desk.wait("forced", within_s=30.0))["is_after_call"]
        assert (await desk.state())["state"] == "talking"
        await citizen.hang_up()
        await desk.wait_state("paused", within_s=30.0, reason="training")


async def test_surge_mode_changes_greeting_and_wrap_up_until_it_is_switched_off(hall: Hall):
    desk = await hall.desk("1001")
    notice = hall.settings.prompts_dir / "zh_CN" / "emergency_notice.sln"
    assert (await surge(hall, "on", "typhoon"))["mode"] == "typhoon"
    await hall.kill_service()
    await hall.start_service()
    assert (await surge(hall, "status"))["on"]
    async with hall.phone("1001"):
        async with hall.calling("13800138804") as citizen:
            await wait_prompt(citizen.rtp, notice, within_s=30.0)
            await citizen.press("0")
            await desk.wait_state("talking", within_s=30.0)
            await citizen.hang_up()
        assert await wrap_up_of(desk) == 30.0
        assert not (await surge(hall, "off"))["on"]
        assert await wrap_up_of(desk) == 30.0
        await desk.post("/agent/wrap-up-done")
        async with hall.calling("13800138805", "0") as citizen:
            await desk.wait_state("talking", within_s=30.0)
            await citizen.hang_up()
        assert await wrap_up_of(desk) == 1.0
        await desk.wait_state("ready", within_s=30.0)
