"""A queue that asks for less step by step, on a real Asterisk: the interpreter, and who is next."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from ari_app.settings import PROJECT_DIR
from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Hall, open_hall
from tests.asterisk.hall_config import QUEUES, STAFF
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

TREE = """
flow: main
language: zh_CN
start: welcome
last_resort: person
nodes:
  welcome:
    type: menu
    prompts: [menu_zh]
    keys: {0: person, 3: english}
    on_no_key: {next: person}
    on_wrong_key: {next: person}
  english: {type: queue, queue: general, needs: {en: 5}, max_wait_s: 60, on_timeout: person}
  person: {type: queue, queue: general}
"""
STEPS = {"steps": [{"after_s": 2, "needs": {"en": 0}, "interpreter": "housing"}]}
OUTSIDE_IP = "127.0.0.4"
PORT = free_udp_port(OUTSIDE_IP)
CITIZEN_HZ, INTERPRETER_HZ, AGENT_HZ = 700, 1500, 1100


def queues() -> dict[str, str]:
    """The shipped queues, of which one relaxes."""
    shipped = yaml.safe_load((PROJECT_DIR / "config" / "queues.yaml").read_text(encoding="utf-8"))
    some = {**QUEUES, "general": {**QUEUES["general"], **STEPS}}
    staff = {**shipped["staff"], **STAFF}
    return {"queues.yaml": yaml.safe_dump({**shipped, "queues": some, "staff": staff})}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    trunk = f"sip:{OUTSIDE_IP}:{PORT}"
    async with open_hall(folder, tree=TREE, trunk_out=trunk, files=queues()) as hall:
        yield hall


async def test_after_the_step_anybody_answers_and_the_interpreter_joins(hall: Hall):
    number = "13800138701"
    desk = await hall.desk("1001")
    address = {"ip": OUTSIDE_IP, "port": PORT, "server": hall.settings.sip}
    interpreter = Phone("8001", mode=Mode.ANSWER, **address)
    async with (
        interpreter,
        hall.phone("1001") as phone,
        hall.calling(number, "3") as citizen,
    ):
        offer = await desk.wait("offer", within_s=30.0)
        assert offer["waited_s"] >= 2.0
        await desk.wait("connected", within_s=30.0)
        await interpreter.wait_ringing()
        await interpreter.wait("answered")
        await desk.wait("outside", within_s=30.0)
        citizen.rtp.play_tone(CITIZEN_HZ)
        interpreter.rtp.play_tone(INTERPRETER_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await asyncio.gather(
            citizen.rtp.wait_heard(INTERPRETER_HZ, within_s=30.0),
            citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0),
            interpreter.rtp.wait_heard(CITIZEN_HZ, within_s=30.0),
            interpreter.rtp.wait_heard(AGENT_HZ, within_s=30.0),
            phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0),
            phone.rtp.wait_heard(INTERPRETER_HZ, within_s=30.0),
        )
        await citizen.hang_up()
        await interpreter.wait("released")
    assert (await hall.ticket(number))["agent_id"] == "1001"


async def test_who_refuses_is_not_the_next_one_and_the_caller_keeps_the_place(hall: Hall):
    number = "13800138702"
    first, second = await hall.desk("1001"), await hall.desk("1002")
    boss = await hall.desk("1005", ready=False)
    async with (
        hall.phone("1001", Mode.DECLINE),
        hall.phone("1002", Mode.WAIT) as phone,
        hall.calling(number, "0") as citizen,
    ):
        ended = await first.wait("offer_ended", within_s=30.0)
        assert ended["reason"] == "declined"
        offer = await second.wait("offer", within_s=30.0)
        assert offer["call"] == ended["call"]
        [shown] = [
            one
            for one in (await hall.get("/queues", boss.headers))["queues"]
            if one["queue"] == "general"
        ]
        assert (shown["offered"], shown["agents"]["offered"]) == (1, 1)
        await phone.answer()
        await second.wait("connected", within_s=30.0)
        await citizen.hang_up()
    assert (await hall.ticket(number))["agent_id"] == "1002"
