"""Many callers at once on few agents, on SQLite and PostgreSQL; a database that goes away."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ari_app.softphone.load import Load, LoadPhones
from ari_app.softphone.phone import PHONES_IP
from tests.asterisk.hall import Hall, eventually, open_hall
from tests.asterisk.hall_config import SKILLS
from tests.db.databases import running_postgres
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]

CALLS = 30


@contextlib.asynccontextmanager
async def crowd_hall(folder: Path, database_url: str) -> AsyncIterator[tuple[Hall, LoadPhones]]:
    port = free_udp_port(PHONES_IP)
    async with open_hall(folder, database_url, shared_port=port) as hall:
        async with LoadPhones(port=port, talk_s=0.5, server=hall.settings.sip) as phones:
            yield hall, phones
        await hall.settled()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_thirty_callers_at_once_on_five_agents_are_all_served_once(tmp_path: Path, kind: str):
    with running_postgres() if kind == "postgres" else contextlib.nullcontext() as server:
        url = server.new_database() if server else ""
        async with crowd_hall(tmp_path, url) as (hall, phones):
            for agent_id in SKILLS:
                await hall.desk(agent_id)
            hall.placed += CALLS
            async with Load(calls=CALLS, rate=CALLS, server=hall.settings.sip) as load:
                assert not await load.wait_ended(within_s=90)
            phones.check()
            # A leg that a busy machine could not join in time was given up, and another one rang.
            assert len(phones.answered) >= CALLS
            await eventually(lambda: _unanswered(hall), within_s=30.0, what="not answered")


async def _unanswered(hall: Hall) -> object:
    async with hall.reading() as repo:
        tickets = await repo.tickets(CALLS + 1)
    outcomes = [ticket.outcome for ticket in tickets]
    return None if outcomes == ["answered"] * CALLS else outcomes


async def test_a_database_that_goes_away_costs_no_call_and_no_ticket(tmp_path: Path):
    with running_postgres() as server:
        async with open_hall(tmp_path, server.new_database()) as hall:
            await hall.desk("1001")
            server.kill()
            await _call(hall, "13800138401")
            await hall.kill_service()
            await hall.start_service()  # the database is away at the start, too
            hall.desks.clear()
            await hall.desk("1001")
            await _call(hall, "13800138402")
            server.start()
            for number in ("13800138401", "13800138402"):
                assert (await hall.ticket(number, within_s=30.0))["outcome"] == "answered"
            await hall.settled()


async def _call(hall: Hall, number: str) -> None:
    async with hall.phone("1001") as phone, hall.calling(number, "0") as citizen:
        await phone.wait_ringing()
        await hall.desks[-1].wait_state("talking", within_s=30.0)
        await citizen.hang_up()
        await hall.desks[-1].wait_state("ready", within_s=30.0)
