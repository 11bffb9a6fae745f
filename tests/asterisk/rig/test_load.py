"""A crowd of citizens against a room of phones, SIPp on both sides."""

import pytest

from ari_app.softphone.load import Load, LoadPhones

pytestmark = pytest.mark.asyncio


async def test_thirty_calls_at_once_are_timed_one_by_one() -> None:
    async with (
        LoadPhones(ring_s=0.1) as phones,
        Load(calls=30, rate=60, hold_s=0.5, server=phones.address) as load,
    ):
        assert await load.wait_ended(60) == []
        assert load.count("hung_up") == 30
        await phones.sipp.bulletin.until(
            lambda: True if len(phones.over) == 30 else None, within_s=30.0, what="30 calls over"
        )
        for ring in phones.rings:
            call = load.calls[ring.caller]
            assert call.times["dialled"] <= ring.at <= call.times["answered"]
        assert sorted(ring.caller for ring in phones.rings) == list(load.calls)
        assert phones.most_at_once["12345"] > 1
        with pytest.raises(AssertionError, match="several calls at once"):
            phones.check()


async def test_agents_end_the_calls_when_citizens_do_not() -> None:
    async with (
        LoadPhones(talk_s=0.2) as phones,
        Load(calls=3, rate=10, server=phones.address, catch_audio=False) as load,
    ):
        assert await load.wait_ended(60) == []
        assert load.count("released") == 3
