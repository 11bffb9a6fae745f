"""Verbs between two agents on a real Asterisk, a silent number, answering at the desk."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Hall, eventually, open_hall
from tests.asterisk.test_verbs import (
    AGENT_HZ,
    CITIZEN_HZ,
    OTHER_HZ,
    POLICE,
    TREE,
    WITHIN_S,
    bridges,
    hear_each_other,
    hears_only_music,
    talking,
    told_outside,
)
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

OUTSIDE_IP = "127.0.0.6"
PORT = free_udp_port(OUTSIDE_IP)
NUMBERS = """\
numbers:
  "110": {number: "110", label: 公安报警, kind: emergency, ring_s: 5}
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """110 is given up after five seconds there."""
    folder, trunk = tmp_path_factory.mktemp("hall"), f"sip:{OUTSIDE_IP}:{PORT}"
    files = {"numbers.yaml": NUMBERS}
    async with open_hall(folder, tree=TREE, trunk_out=trunk, files=files) as hall:
        yield hall


def police(hall: Hall, mode: Mode) -> Phone:
    return Phone("110", ip=OUTSIDE_IP, port=PORT, mode=mode, server=hall.settings.sip)


@pytest.mark.parametrize("to", [{"agent": "1002"}, {"queue": "enterprise"}])
async def test_a_consulted_colleague_takes_the_citizen_over(hall: Hall, to: dict[str, str]):
    number = "13800138701" if "agent" in to else "13800138702"
    desk = await hall.desk("1001")
    async with (
        hall.phone("1001") as phone,
        hall.phone("1002") as other,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        second = await hall.desk("1002")
        await ask("consult", {"to": to})
        await second.wait("connected", within_s=WITHIN_S)
        other.rtp.play_tone(OTHER_HZ)
        await hear_each_other((phone.rtp, AGENT_HZ), (other.rtp, OTHER_HZ))
        await hears_only_music(citizen.rtp, AGENT_HZ, OTHER_HZ)
        await ask("complete-transfer")
        await phone.wait("released")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (other.rtp, OTHER_HZ))
        await bridges(hall, "simple_bridge")
        await desk.wait_state("ready", within_s=WITHIN_S)
        await citizen.hang_up()
    ticket = await hall.ticket(number)
    assert (ticket["agent_id"], ticket["outcome"]) == ("1002", "answered")
    await hall.recording(number)


@pytest.mark.parametrize("verb", ["three-way", "consult", "transfer"])
async def test_a_silent_number_is_given_up_and_the_citizen_stays(hall: Hall, verb: str):
    number = {"three-way": "13800138703", "consult": "13800138704", "transfer": "13800138705"}[verb]
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.WAIT) as outside,
        hall.phone("1001") as phone,
        hall.calling(number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask(verb, POLICE)
        await outside.wait_ringing()
        if verb == "three-way":
            await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        await eventually(
            lambda: told_outside(desk, "no_answer"), within_s=WITHIN_S, what="not given up"
        )
        if verb == "consult":
            await ask("resume")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        await bridges(hall, "simple_bridge")
        await citizen.hang_up()
    ticket = await hall.ticket(number)
    assert (ticket["agent_id"], ticket["outcome"]) == ("1001", "answered")


async def test_keys_go_to_the_number_that_is_consulted_and_not_to_the_citizen(hall: Hall):
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.ANSWER) as outside,
        hall.phone("1001") as phone,
        hall.calling("13800138706") as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask("consult", POLICE)
        await outside.wait_ringing()
        await outside.wait("answered")
        outside.rtp.play_tone(OTHER_HZ)
        await hear_each_other((phone.rtp, AGENT_HZ), (outside.rtp, OTHER_HZ))
        await ask("send-keys", {"digits": "17"})
        await outside.rtp.wait_digits("17", within_s=WITHIN_S)
        await ask("end-consult")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        assert citizen.rtp.digits == ""
        await citizen.hang_up()


async def test_who_answers_at_the_desk_is_rung_only_then(hall: Hall):
    await answer_at(hall, "1003", "desk")
    desk = await hall.desk("1003")
    async with hall.phone("1003") as phone, hall.calling("13800138707") as citizen:
        offer = await desk.wait("offer", within_s=WITHIN_S)
        assert offer["answer"] == "desk"
        await hears_only_music(citizen.rtp, AGENT_HZ)
        assert phone.calls == [], "the phone rang before the desk had accepted"
        await desk.post(f"/calls/{offer['call']}/accept")
        await talking(desk, citizen, phone)
        await citizen.hang_up()
    await answer_at(hall, "1003", "phone")


async def answer_at(hall: Hall, agent: str, where: str) -> None:
    """As an admin changes it: the file, then the reload."""
    file = hall.settings.agents_file
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["agents"][agent]["answer"] = where
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    await hall.post("/config/reload", {}, {"Authorization": f"Bearer {hall.operator()}"})
