"""A real call's ticket arrives at the ticket system, whoever of the two is away meanwhile."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from tests.asterisk.hall import Hall, eventually, open_hall
from tests.delivery.receiver import Program

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

CITIZEN = "13800138701"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def receiver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    program = Program(tmp_path_factory.mktemp("receiver") / "events.jsonl")
    yield program
    await program.kill()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(
    tmp_path_factory: pytest.TempPathFactory, receiver: Program
) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path_factory.mktemp("hall"), webhook_url=receiver.url) as hall:
        yield hall


async def test_the_tickets_events_arrive_in_order_after_receiver_and_service_were_away(
    hall: Hall, receiver: Program
) -> None:
    async with hall.calling(CITIZEN):
        # Nobody listens there yet, and then the service dies in the middle of the call.
        await eventually(
            lambda: hall.logged("delivery.away", 1), within_s=30.0, what="it was not tried"
        )
        await hall.kill_service()
        secrets = yaml.safe_load(hall.settings.secrets_file.read_text(encoding="utf-8"))
        receiver.secret = secrets["webhook"]
        await receiver.start()
        await hall.start_service()

    ticket = await hall.ticket(CITIZEN)

    async def missing() -> object:
        kinds = [kind for one, kind in receiver.kept() if one == ticket["ticket_id"]]
        return None if kinds[:2] == ["ticket.created", "ticket.closed"] else kinds

    await eventually(missing, within_s=60.0, what="the events are not there")
