"""Calls that we place, on the real Asterisk: a callback, a duty phone, a return visit."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from ari_app.settings import PROJECT_DIR
from ari_app.softphone.phone import Mode, Phone
from tests.asterisk.hall import Desk, Hall, eventually, open_hall, recorded_s
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
    keys: {0: person, 8: call_back}
    on_no_key: {next: person}
    on_wrong_key: {next: person}
  call_back:
    type: callback
    prompts: [callback_offer]
    queue: general
    needs: {zh: 1}
    next: bye
    otherwise: person
  bye: {type: hangup, prompts: [goodbye]}
  person: {type: queue, queue: general}
"""
OUTBOUND = """
shown_number: "12345"
callbacks: {window: ["00:00-12:00", "12:00-24:00"], ring_s: 10, spacing_s: 1}
missed: {enabled: false}
duty: {busy_again_s: 1}
visits: {window: ["00:00-12:00", "12:00-24:00"], spacing_s: 1}
"""
UNITS = """
units:
  water: {label: 市水务局, duty_phones: [{number: "8101", ring_s: 10}]}
"""
FLOWS = PROJECT_DIR / "config" / "flows"
FILES = {
    "outbound.yaml": OUTBOUND,
    "units.yaml": UNITS,
    "flows/duty.yaml": (FLOWS / "duty.yaml").read_text(encoding="utf-8"),
    "flows/visit.yaml": (FLOWS / "visit.yaml").read_text(encoding="utf-8"),
}
OUTSIDE_IP = "127.0.0.6"
PORT = free_udp_port(OUTSIDE_IP)
CITIZEN_HZ, AGENT_HZ, RINGING_HZ = 700, 1100, 450
SPOKEN_S, RECORDED_S = 1.5, 0.8


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    address = f"sip:{OUTSIDE_IP}:{PORT}"
    async with open_hall(folder, tree=TREE, trunk_out=address, files=FILES) as hall:
        yield hall


def outside(hall: Hall, mode: Mode) -> Phone:
    """Whoever is called over the trunk."""
    return Phone("outside", ip=OUTSIDE_IP, port=PORT, mode=mode, server=hall.settings.sip)


async def promise(hall: Hall, number: str) -> None:
    """A citizen is promised a call back, and hangs up."""
    async with hall.calling(number, "8") as citizen:
        await citizen.rtp.wait_audio(within_s=30.0)
        await citizen.press("1")
        await citizen.wait_ended()


def operator(hall: Hall) -> dict[str, str]:
    return {"Authorization": f"Bearer {hall.operator()}"}


async def entry(hall: Hall, path: str, ticket_id: str) -> dict[str, Any]:
    query = "limit=1000&open_only=false"
    shown = await hall.get(f"{path}?{query}", operator(hall))
    found: list[dict[str, Any]] = [e for e in shown["entries"] if e["ticket_id"] == ticket_id]
    return found[0] if found else {"state": "none", "attempts": []}


async def done(hall: Hall, path: str, ticket_id: str) -> dict[str, Any]:
    """The entry, once it is over."""

    async def not_yet() -> object:
        found = await entry(hall, path, ticket_id)
        return None if found["state"] == "done" else found

    await eventually(not_yet, within_s=30.0, what=f"{path} for {ticket_id}")
    return await entry(hall, path, ticket_id)


async def talking(hall: Hall, number: str, phone: Phone, citizen: Phone) -> Desk:
    """From the promise to the talk."""
    await promise(hall, number)
    desk = await hall.desk("1001")
    offer = await desk.wait("offer", within_s=30.0)
    assert offer["callback"]["kind"] == "callback"
    assert offer["caller"]["number"] == number
    call = await citizen.wait_ringing(30.0)
    assert call.caller == "12345"
    assert "answered" in phone.call.times, "nobody is called before the agent is there"
    await phone.rtp.wait_heard(RINGING_HZ, within_s=30.0, min_s=0.3)
    await citizen.answer()
    await citizen.rtp.wait_audio(within_s=30.0)
    await desk.wait("connected", within_s=30.0)
    return desk


async def test_a_callback_from_the_promise_to_the_talk_is_one_ticket_with_both_voices(hall: Hall):
    number = "13800138501"
    async with outside(hall, Mode.WAIT) as citizen, hall.phone("1001") as phone:
        await talking(hall, number, phone, citizen)
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.hang_up()
        await phone.wait("released")
    heard = recorded_s(await hall.recording(number), [CITIZEN_HZ, AGENT_HZ])
    assert min(heard.values()) > RECORDED_S, heard
    ticket = await hall.ticket(number)
    assert ticket["outcome"] == "callback_promised"
    assert ticket["callback_of"] == ticket["call_id"]
    assert ticket["agent_id"] == "1001"
    found = await done(hall, "/callbacks", ticket["ticket_id"])
    assert [one["result"] for one in found["attempts"]] == ["answered"]


async def test_a_citizen_who_is_busy_frees_the_agent_and_is_called_again(hall: Hall):
    number = "13800138502"
    await promise(hall, number)
    async with outside(hall, Mode.WAIT) as citizen, hall.phone("1002") as phone:
        desk = await hall.desk("1002")
        await citizen.wait_ringing(30.0)
        await citizen.busy()
        await phone.wait("released")
        await desk.wait("offer_ended", within_s=30.0)
        citizen.mode = Mode.ANSWER
        await citizen.wait_ringing(30.0, count=2)
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
    ticket = await hall.ticket(number)
    found = await done(hall, "/callbacks", ticket["ticket_id"])
    assert [one["result"] for one in found["attempts"]] == ["busy", "answered"]


async def test_a_killed_service_leaves_a_callback_s_talk_alone_and_calls_nobody_again(hall: Hall):
    number = "13800138503"
    async with outside(hall, Mode.WAIT) as citizen, hall.phone("1001") as phone:
        await talking(hall, number, phone, citizen)
        await hall.kill_service()
        await hall.start_service()
        phone.rtp.play_tone(AGENT_HZ)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.hang_up()
        await phone.wait("released")
        ticket = await hall.ticket(number)
        await done(hall, "/callbacks", ticket["ticket_id"])
        assert len(citizen.calls) == 1


async def test_a_duty_phone_that_is_busy_rings_again_until_the_key_acknowledges(hall: Hall):
    number = "13800138504"
    async with hall.calling(number) as citizen:
        await citizen.hang_up()
    ticket = (await hall.ticket(number))["ticket_id"]
    async with outside(hall, Mode.BUSY) as duty:
        await hall.post(
            f"/tickets/{ticket}/duty-call", {"unit": "water", "urgency": "紧急"}, operator(hall)
        )
        await duty.wait_ringing(30.0)
        duty.mode = Mode.ANSWER
        await duty.wait_ringing(30.0, count=2)
        await duty.wait("answered")
        await duty.rtp.wait_audio(within_s=30.0)
        await duty.rtp.press("1")
        await duty.wait("released", within_s=30.0)
    found = await done(hall, "/duty-calls", ticket)
    assert [one["result"] for one in found["attempts"]] == ["busy", "answered"]
    assert {one["number"] for one in found["attempts"]} == {"8101"}


async def test_the_mark_of_a_return_visit_stands_in_the_ticket(hall: Hall):
    number = "13800138505"
    async with hall.calling(number) as citizen:
        await citizen.hang_up()
    ticket = (await hall.ticket(number))["ticket_id"]
    async with outside(hall, Mode.ANSWER) as citizen:
        await hall.post("/visits", {"ticket_ids": [ticket]}, operator(hall))
        await citizen.wait_ringing(30.0)
        await citizen.wait("answered")
        await citizen.rtp.wait_audio(within_s=30.0)
        await citizen.rtp.press("4")
        await citizen.wait("released", within_s=30.0)
    assert (await done(hall, "/visits", ticket))["score"] == "4"
    fields = await hall.ticket(number)
    assert fields["revisit_score"] == 4
    assert fields["revisit_at"] > fields["ended_at"]
