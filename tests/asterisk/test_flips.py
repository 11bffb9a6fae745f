"""Versions of the trees change under live calls: a few here, many with ``make flips``."""

from pathlib import Path

import pytest

from tests.campaign.flips import campaign

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio]


async def test_calls_keep_their_version_while_the_file_flips_and_is_broken(tmp_path: Path):
    seen = await campaign(tmp_path, "sample", calls=10, flips=5, at_once=4)
    assert not seen.wrong, "\n".join(seen.wrong)
    assert (seen.good, seen.broken) == (4, 1)
    assert seen.calls.total() >= 10
    assert seen.crossed > 0, "no call met a change of versions"
