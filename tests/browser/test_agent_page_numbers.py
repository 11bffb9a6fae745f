"""The agent's page calls numbers outside: 110 into the talk in one action, a department instead of
the agent."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Hall, open_hall
from tests.browser.conftest import BROWSERS, MICROPHONE_HZ
from tests.browser.desk_page import DeskPage
from tests.ports import free_udp_port

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

CITIZEN_HZ, OTHER_HZ, PULSE_S = 700, 1500, 0.15
OUTSIDE_IP = "127.0.0.4"
PORT = free_udp_port(OUTSIDE_IP)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """One with a trunk out, at whose end a phone answers."""
    folder, trunk = tmp_path_factory.mktemp("hall"), f"sip:{OUTSIDE_IP}:{PORT}"
    async with open_hall(folder, browsers=BROWSERS, trunk_out=trunk) as hall:
        yield hall


def outside(hall: Hall, number: str) -> Phone:
    return Phone(number, ip=OUTSIDE_IP, port=PORT, mode=Mode.ANSWER, server=hall.settings.sip)


async def test_one_key_brings_the_police_into_the_talk(hall: Hall, desk: DeskPage):
    async with outside(hall, "110") as police, hall.calling("13800141001", "0") as citizen:
        await desk.take()
        await desk.key("Alt+1")
        await desk.wait_talk("joined")
        await desk.shown("text=已接通")
        citizen.rtp.play_tone(CITIZEN_HZ)
        police.rtp.play_tone(OTHER_HZ)
        await police.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
        await police.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, min_s=PULSE_S)
        await citizen.rtp.wait_heard(OTHER_HZ, within_s=30.0)
        await desk.hears(OTHER_HZ)
        await desk.key("Alt+B")
        await desk.wait_talk("talking")
        await police.wait("released")
        await citizen.hang_up()
        await desk.wait_state("ready")


async def test_a_citizen_is_handed_to_a_department_that_is_on_the_list(hall: Hall, desk: DeskPage):
    async with outside(hall, "8001") as department, hall.calling("13800141002", "0") as citizen:
        await desk.take()
        await desk.key("Alt+T")
        await desk.page.fill("dialog input", "housing")
        await desk.shown("dialog li:has-text('8001'), dialog li:has-text('housing')")
        await desk.key("Enter")
        await desk.gone(".call")
        department.rtp.play_tone(OTHER_HZ)
        await citizen.rtp.wait_heard(OTHER_HZ, within_s=30.0)
        await citizen.hang_up()
        await department.wait("released")
    assert (await hall.ticket("13800141002"))["outcome"] == "answered"
