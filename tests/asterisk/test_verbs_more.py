"""More verbs on a real Asterisk: a queue takes over, the survey, a third who goes, the marks."""

from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio
import yaml

from ari_app.softphone.hearing import Ear
from ari_app.softphone.phone import Mode, Phone
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall, eventually, open_hall, recorded_s
from tests.asterisk.test_verbs import (
    AGENT_HZ,
    CITIZEN_HZ,
    OTHER_HZ,
    POLICE,
    WITHIN_S,
    bridges,
    hear_each_other,
    heard_nothing,
    hears_only_music,
    now,
    talking,
)
from tests.delivery.receiver import Program
from tests.ports import free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

TREE = """
flow: main
language: zh_CN
start: person
last_resort: person
after_talk: marks
nodes:
  person: {type: queue, queue: general}
  marks: {type: survey, prompts: [survey_ask], next: thanks}
  thanks: {type: hangup, prompts: [survey_thanks]}
"""
OUTSIDE_IP = "127.0.0.5"
PORT = free_udp_port(OUTSIDE_IP)
RINGING_HZ = 450
"""What a Chinese exchange lets a caller hear while it rings: 1 s of tone, 4 s of silence."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def receiver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    program = Program(tmp_path_factory.mktemp("receiver") / "events.jsonl")
    yield program
    await program.kill()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def the_hall(
    tmp_path_factory: pytest.TempPathFactory, receiver: Program
) -> AsyncIterator[Hall]:
    folder, trunk = tmp_path_factory.mktemp("hall"), f"sip:{OUTSIDE_IP}:{PORT}"
    async with open_hall(folder, tree=TREE, trunk_out=trunk, webhook_url=receiver.url) as hall:
        secrets = yaml.safe_load(hall.settings.secrets_file.read_text(encoding="utf-8"))
        receiver.secret = secrets["webhook"]
        await receiver.start()
        yield hall


def police(hall: Hall, mode: Mode) -> Phone:
    return Phone("110", ip=OUTSIDE_IP, port=PORT, mode=mode, server=hall.settings.sip)


def sum_s(ear: Ear, hz: int) -> float:
    return sum(span.length_s for span in ear.spans(hz, min_s=0.1))


def seems_late(first: Phone, second: Phone) -> None:
    """Numbers of packets with which Debian's Asterisk 22.10.1 takes the first phone's voice for
    late packets of an a-law prompt, and the second's for late ones of the first's (decision 44)."""
    first.rtp.first_packet, second.rtp.first_packet = 40_000, 30_000


async def recorded_all(hall: Hall, number: str, heard: dict[int, float]) -> None:
    """Of each voice nearly all that somebody heard of it is in the recording, which a busy machine
    begins a moment late."""
    recorded = recorded_s(await hall.recording(number), list(heard))
    enough = {hz: max(0.1, 0.8 * seconds - 0.3) for hz, seconds in heard.items() if seconds > 0.0}
    assert len(enough) == len(heard), heard
    assert all(recorded[hz] >= least for hz, least in enough.items()), (recorded, heard)


async def test_a_queues_next_agent_takes_over_before_whoever_came_later(hall: Hall):
    number, later = "13800138601", "13800138602"
    desk = await hall.desk("1001")
    async with (
        hall.phone("1001") as phone,
        hall.phone("1002") as other,
        hall.calling(number) as citizen,
    ):
        seems_late(phone, other)
        ask = await talking(desk, citizen, phone)
        call = (await desk.state())["call"]
        async with hall.calling(later) as second_citizen:
            await second_citizen.rtp.wait_audio(within_s=WITHIN_S)
            await desk.post("/agent/not-ready", {"reason": "小休"})
            await ask("transfer", {"to": {"queue": "general"}})
            await phone.wait("released")
            await hears_only_music(citizen.rtp, AGENT_HZ)
            second = await hall.desk("1002")
            taken = await second.wait("connected", within_s=WITHIN_S)
            assert taken["call"] == call, "whoever came later was served first"
            other.rtp.play_tone(OTHER_HZ)
            await hear_each_other((citizen.rtp, CITIZEN_HZ), (other.rtp, OTHER_HZ))
            await citizen.rtp.wait_heard(OTHER_HZ, within_s=30, since=now(citizen.rtp), min_s=4)
            await second_citizen.hang_up()
        await bridges(hall, "simple_bridge")
        await citizen.hang_up()
        heard = {
            AGENT_HZ: sum_s(citizen.rtp, AGENT_HZ),
            OTHER_HZ: sum_s(citizen.rtp, OTHER_HZ),
            CITIZEN_HZ: sum_s(phone.rtp, CITIZEN_HZ) + sum_s(other.rtp, CITIZEN_HZ),
        }
    await recorded_all(hall, number, heard)
    ticket = await hall.ticket(number)
    assert (ticket["agent_id"], ticket["outcome"]) == ("1002", "answered")


async def test_the_agent_sends_the_citizen_to_the_survey_and_the_score_is_kept(hall: Hall):
    number = "13800138603"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number) as citizen:
        ask = await talking(desk, citizen, phone)
        await ask("to-survey")
        await phone.wait("released")
        prompts = hall.settings.prompts_dir / "zh_CN"
        await wait_prompt(citizen.rtp, prompts / "survey_ask.sln", within_s=WITHIN_S)
        await desk.wait_state("ready", within_s=WITHIN_S)
        await citizen.press("5")
        await wait_prompt(citizen.rtp, prompts / "survey_thanks.sln", within_s=WITHIN_S)
        await citizen.wait_ended(within_s=WITHIN_S)
    ticket = await hall.ticket(number)
    kept = [ticket[name] for name in ("outcome", "survey_score", "agent_id")]
    assert kept == ["answered", 5, "1001"]


async def test_a_third_rings_in_the_agents_ear_is_consulted_joined_and_goes(hall: Hall):
    number = "13800138604"
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.WAIT) as outside,
        hall.phone("1001") as phone,
        hall.calling(number) as citizen,
    ):
        seems_late(phone, outside)
        ask = await talking(desk, citizen, phone)
        await ask("consult", POLICE)
        await outside.wait_ringing()
        await phone.rtp.wait_heard(RINGING_HZ, within_s=WITHIN_S, min_s=0.8)
        await outside.answer()
        outside.rtp.play_tone(OTHER_HZ)
        await hear_each_other((phone.rtp, AGENT_HZ), (outside.rtp, OTHER_HZ))
        answered_at = now(phone.rtp)
        await hears_only_music(citizen.rtp, AGENT_HZ, OTHER_HZ)
        await ask("end-consult")
        await outside.wait("released")
        heard_nothing(outside.rtp, CITIZEN_HZ, 0.0)
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        await bridges(hall, "simple_bridge")

        outside.mode = Mode.ANSWER
        await ask("three-way", POLICE)
        await outside.wait_ringing(count=2)
        await outside.wait("answered")
        outside.rtp.play_tone(OTHER_HZ)
        for ear in (phone.rtp, citizen.rtp):
            await ear.wait_heard(OTHER_HZ, within_s=WITHIN_S, since=now(ear), min_s=0.5)
        await outside.rtp.wait_heard(CITIZEN_HZ, within_s=WITHIN_S)
        await outside.rtp.wait_heard(AGENT_HZ, within_s=WITHIN_S)
        await ask("drop-third")
        await outside.wait("released")
        dropped_at = now(citizen.rtp)
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        heard_nothing(citizen.rtp, OTHER_HZ, dropped_at)
        heard_nothing(phone.rtp, RINGING_HZ, answered_at)
        await bridges(hall, "simple_bridge")
        await citizen.hang_up()
        heard = {hz: sum_s(citizen.rtp, hz) for hz in (AGENT_HZ, OTHER_HZ)}
        heard[CITIZEN_HZ] = sum_s(phone.rtp, CITIZEN_HZ)
    await recorded_all(hall, number, heard)


@pytest.mark.parametrize(("verb", "number"), [("consult", "5"), ("transfer", "6")])
async def test_the_ringing_in_the_agents_ear_ends_when_nobody_takes_the_call(
    hall: Hall, verb: str, number: str
):
    desk = await hall.desk("1001")
    async with (
        police(hall, Mode.WAIT) as outside,
        hall.phone("1001") as phone,
        hall.calling("1380013860" + number) as citizen,
    ):
        ask = await talking(desk, citizen, phone)
        await ask(verb, POLICE)
        await outside.wait_ringing()
        await phone.rtp.wait_heard(RINGING_HZ, within_s=WITHIN_S, min_s=0.8)
        await outside.busy()
        await eventually(
            lambda: _talk_is(desk.messages, "held", "talking"), within_s=WITHIN_S, what="not back"
        )
        if verb == "consult":
            await ask("resume")
        await hear_each_other((citizen.rtp, CITIZEN_HZ), (phone.rtp, AGENT_HZ))
        back_at = now(phone.rtp)
        # Longer than a ring's pause: a tone that goes on would be heard.
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=WITHIN_S, since=back_at, min_s=4.5)
        heard_nothing(phone.rtp, RINGING_HZ, back_at)
        heard_nothing(citizen.rtp, RINGING_HZ, 0.0)
        await citizen.hang_up()


async def _talk_is(messages: Iterable[dict[str, object]], *states: str) -> object:
    told = [message["talk"] for message in messages if message["type"] == "talk"]
    return None if told[-1:] and told[-1] in states else told


async def test_marks_are_on_the_ticket_at_once_and_hide_who_called_from_the_city(
    hall: Hall, receiver: Program
):
    number = "13800138607"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number) as citizen:
        ask = await talking(desk, citizen, phone)
        await ask("mark-urgent", {"level": "急"})
        await ask("mark-confidential", {"on": True})

        async def unmarked() -> object:
            async with hall.reading() as repo:
                [ticket] = await repo.recent_tickets(number, 0.0)
            marks = (ticket.fields["urgency"], ticket.fields["confidential"], ticket.outcome)
            return None if marks == ("急", True, None) else marks

        await eventually(unmarked, within_s=WITHIN_S, what="not on the open ticket")
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=WITHIN_S, since=now(phone.rtp))
        await citizen.hang_up()
    ticket_id = (await hall.ticket(number))["ticket_id"]
    left: list[dict[str, object]] = []

    async def not_closed() -> object:
        left[:] = [e["data"] for e in receiver.events() if e["data"]["ticket_id"] == ticket_id]
        return None if any(one.get("outcome") for one in left) else left

    await eventually(not_closed, within_s=WITHIN_S, what="did not leave")
    assert left[0]["caller_number"] == number  # city_sees names it, and nothing was marked yet
    closed = next(one for one in left if one.get("outcome"))
    shown = [closed[name] for name in ("urgency", "confidential", "caller_number")]
    assert shown == ["急", True, "138****8607"]
