"""The simulator tells the same as the telephone: some walks here, hundreds with ``make parity``."""

import asyncio
from itertools import count, islice
from pathlib import Path

import pytest

from tests.campaign.parity import Difference, all_differences, rehearsed

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]

SEED = "sample"
WALKS, LONGEST_S = 5, 14.0


async def some_walks(tree: str, folder: Path) -> list[Difference]:
    async with rehearsed(tree, folder, SEED) as rehearsal:
        planned = ((index, rehearsal.plan(SEED, index)) for index in count())
        short = (one for one in planned if one[1].trace.ended_at < LONGEST_S)
        walks = dict(islice(short, WALKS))
        return await all_differences(rehearsal, walks, SEED, at_once=WALKS)


async def test_random_walks_go_the_same_way_in_the_simulator_and_by_telephone(tmp_path: Path):
    trees = {tree: tmp_path / tree for tree in ("default", "big_city")}
    for folder in trees.values():
        folder.mkdir()
    found = await asyncio.gather(*(some_walks(tree, folder) for tree, folder in trees.items()))
    assert not any(found), "\n".join(str(one) for some in found for one in some)
