"""One hall for each file of tests; each test leaves it as it found it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.hall import Hall, open_hall


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


@pytest_asyncio.fixture(loop_scope="module")
async def hall(the_hall: Hall) -> AsyncIterator[Hall]:
    yield the_hall
    await the_hall.restored()
    await the_hall.settled()
