"""What an agent's phone or desk can do to an offer: busy, decline, no answer, not there."""

import pytest

from ari_app.softphone.phone import Mode
from tests.asterisk.hall import Hall

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(
    ("mode", "reason", "number"),
    [(Mode.BUSY, "phone_busy", "13800138201"), (Mode.DECLINE, "declined", "13800138202")],
)
async def test_a_phone_that_refuses_hands_the_caller_to_the_next_agent(
    hall: Hall, mode: Mode, reason: str, number: str
):
    refusing = await hall.desk("1001")
    willing = await hall.desk("1002")
    async with (
        hall.phone("1001", mode) as busy,
        hall.phone("1002") as phone,
        hall.calling(number, "0") as citizen,
    ):
        await busy.wait_ringing()
        await willing.wait("connected", within_s=30.0)
        await refusing.wait_state("paused", within_s=30.0, reason=reason)
        assert phone.most_at_once == 1
        await citizen.hang_up()
    assert (await hall.ticket(number))["agent_id"] == "1002"


async def test_no_answer_rests_the_agent_and_the_caller_goes_to_the_next(hall: Hall):
    silent = await hall.desk("1001")
    willing = await hall.desk("1002")
    async with (
        hall.phone("1001", Mode.WAIT) as phone,
        hall.phone("1002"),
        hall.calling("13800138203", "0") as citizen,
    ):
        await phone.wait_ringing()
        await phone.wait("cancelled", within_s=30.0)
        await willing.wait("connected", within_s=30.0)
        await silent.wait_state("paused", within_s=30.0, reason="no_answer")
        await citizen.hang_up()
    ended = [message for message in silent.messages if message["type"] == "offer_ended"]
    assert [message["reason"] for message in ended] == ["no_answer"]


async def test_a_phone_that_is_not_there_is_passed_over(hall: Hall):
    """Nobody listens at 1004's address: its agent rests, the caller gets somebody else."""
    absent = await hall.desk("1004")
    async with hall.phone("1002"), hall.calling("13800138204", "0") as citizen:
        await absent.wait_state("paused", within_s=30.0)
        willing = await hall.desk("1002")
        await willing.wait("connected", within_s=30.0)
        await citizen.hang_up()
    assert (await hall.ticket("13800138204"))["agent_id"] == "1002"


async def test_declining_at_the_desk_stops_the_phone(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001", Mode.WAIT) as phone, hall.calling("13800138205", "0") as citizen:
        pop = await desk.wait("offer", within_s=30.0)
        await phone.wait_ringing()
        await desk.post(f"/calls/{pop['call']}/decline")
        await phone.wait("cancelled", within_s=30.0)
        await citizen.hang_up()
