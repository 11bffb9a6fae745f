"""The service is killed, hung or replaced: talks go on, callers are answered, no ticket is lost."""

import signal

import pytest

from ari_app.asterisk.rescue import rescue_callers
from ari_app.softphone.phone import Mode
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall, eventually, recorded_s

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

CITIZEN_HZ, AGENT_HZ, LATER_HZ = 700, 1100, 1500
SPOKEN_S, RECORDED_S = 0.8, 0.4


async def test_killed_in_a_talk_both_go_on_talking_and_the_recording_is_whole(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling("13800138301", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0, min_s=SPOKEN_S)
        await eventually(lambda: hall.stored("1001", "talking"), within_s=30.0, what="not stored")
        await hall.kill_service()
        phone.rtp.play_tone(AGENT_HZ)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await hall.start_service()
        phone.rtp.play_tone(LATER_HZ)
        await citizen.rtp.wait_heard(LATER_HZ, within_s=30.0, min_s=SPOKEN_S)
        await desk.wait_state("talking", within_s=30.0)
        await citizen.hang_up()
        await desk.wait_state("ready", within_s=30.0)
    tones = [CITIZEN_HZ, AGENT_HZ, LATER_HZ]
    heard = recorded_s(await hall.recording("13800138301"), tones)
    assert min(heard.values()) > RECORDED_S, heard
    ticket = await hall.ticket("13800138301")
    assert (ticket["outcome"], ticket["agent_id"]) == ("answered", "1001")


async def test_killed_in_a_talk_that_ends_meanwhile_the_ticket_tells_so(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling("13800138302", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        await eventually(lambda: hall.stored("1001", "talking"), within_s=30.0, what="not stored")
        await hall.kill_service()
        await citizen.hang_up()
        await hall.start_service()
        await phone.wait("released", within_s=30.0)
        await desk.wait_state("ready", within_s=30.0)
    assert (await hall.ticket("13800138302"))["outcome"] == "answered"


async def test_killed_while_a_caller_waits_the_caller_is_still_served(hall: Hall):
    async with hall.phone("1001"), hall.calling("13800138303", "0") as citizen:
        music = hall.settings.prompts_dir / "music" / "hold.sln"
        await wait_prompt(citizen.rtp, music, within_s=30.0)
        await hall.kill_service()
        await hall.start_service()
        desk = await hall.desk("1001")
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
    assert (await hall.ticket("13800138303"))["outcome"] == "answered"


async def test_killed_during_the_menu_the_menu_begins_again(hall: Hall):
    desk = await hall.desk("1003")
    async with hall.phone("1003"), hall.calling("13800138304") as citizen:
        notice = hall.settings.prompts_dir / "zh_CN" / "notice_greeting.sln"
        await wait_prompt(citizen.rtp, notice, within_s=30.0)
        await hall.kill_service()
        killed_at = citizen.rtp.received[-1].at
        await hall.start_service()
        # Asterisk plays the first one to its end: only what is whole since then is a second one.
        await wait_prompt(citizen.rtp, notice, within_s=30.0, since=killed_at, whole=True)
        await citizen.press("3")
        await desk.wait_state("talking", within_s=30.0)
        await citizen.hang_up()
    assert (await hall.ticket("13800138304"))["language"] == "en"


async def test_killed_while_the_agent_rings_the_caller_is_offered_again(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001", Mode.WAIT) as phone, hall.calling("13800138305", "0") as citizen:
        await phone.wait_ringing()
        await hall.kill_service()
        phone.mode = Mode.ANSWER
        await hall.start_service()
        await phone.wait_ringing(within_s=30.0, count=2)
        await desk.wait_state("talking", within_s=30.0)
        assert phone.most_at_once == 1
        await citizen.hang_up()
    assert (await hall.ticket("13800138305"))["outcome"] == "answered"


async def test_while_the_service_is_down_the_dialplan_rings_the_duty_phones(hall: Hall):
    await hall.kill_service()
    async with hall.phone("1001") as phone, hall.calling("13800138306") as citizen:
        await phone.wait_ringing(within_s=30.0)
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.hang_up()
    await hall.start_service()
    recording = await hall.recording("13800138306", within_s=30.0)
    heard = recorded_s(recording, [CITIZEN_HZ, AGENT_HZ])
    assert min(heard.values()) > RECORDED_S, heard
    ticket = await hall.ticket("13800138306")
    assert ticket["outcome"] == "answered_fallback"
    assert ticket["agent_id"] == "1001"
    assert ticket["source"] == "cel"


async def test_an_agent_on_a_duty_call_is_not_rung_by_the_service_that_comes_back(hall: Hall):
    desk = await hall.desk("1001")
    await eventually(lambda: hall.stored("1001", "ready"), within_s=30.0, what="not stored")
    async with hall.phone("1001") as phone:
        await hall.kill_service()
        async with hall.calling("13800138311") as on_duty_phone:
            await phone.wait_ringing(within_s=30.0)
            on_duty_phone.rtp.play_tone(CITIZEN_HZ)
            await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
            await hall.start_service()
            await desk.wait_state("paused", within_s=30.0, reason="on_another_call")
            async with hall.calling("13800138312", "0") as waiting:
                music = hall.settings.prompts_dir / "music" / "hold.sln"
                await wait_prompt(waiting.rtp, music, within_s=30.0)
                assert phone.most_at_once == 1
                await waiting.hang_up()
            await on_duty_phone.hang_up()
    assert (await hall.ticket("13800138311", within_s=30.0))["outcome"] == "answered_fallback"


async def test_a_link_cut_in_a_talk_is_made_again_and_the_talk_goes_on(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling("13800138313", "0") as citizen:
        await desk.wait("connected", within_s=30.0)
        reconciled = hall.log().count("ari.reconciled")
        await hall.cut_link()
        await eventually(
            lambda: hall.logged("ari.reconciled", reconciled + 1), within_s=30.0, what="no new link"
        )
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
        await phone.hang_up()
        await citizen.wait_ended()
        await desk.wait_state("ready", within_s=30.0)
    assert (await hall.ticket("13800138313"))["who_hung_up"] == "agent"


async def test_when_the_service_is_given_up_its_waiting_callers_go_to_the_duty_phones(hall: Hall):
    desk = await hall.desk("1001")
    async with (
        hall.phone("1001") as phone,
        hall.citizen("13800138309") as talking,
        hall.citizen("13800138310") as waiting,
    ):
        await talking.dial()
        await talking.wait_answered()
        await talking.press("0")
        await desk.wait("connected", within_s=30.0)
        await waiting.dial()
        await waiting.wait_answered()
        await waiting.press("0")
        music = hall.settings.prompts_dir / "music" / "hold.sln"
        await wait_prompt(waiting.rtp, music, within_s=30.0)
        await hall.kill_service()
        async with hall.phone("1002") as duty:
            assert await rescue_callers(hall.settings) == 1
            await duty.wait_ringing(within_s=30.0)
            waiting.rtp.play_tone(CITIZEN_HZ)
            await duty.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
            talking.rtp.play_tone(LATER_HZ)
            await phone.rtp.wait_heard(LATER_HZ, within_s=30.0)
            await waiting.hang_up()
        await talking.hang_up()
    await hall.start_service()
    assert (await hall.ticket("13800138309", within_s=30.0))["outcome"] == "answered"
    assert (await hall.ticket("13800138310", within_s=30.0))["outcome"] == "answered_fallback"


async def test_a_hung_service_sends_new_callers_to_the_duty_phones(hall: Hall):
    desk = await hall.desk("1002", ready=False)
    hall.signal_service(signal.SIGSTOP)
    try:
        await hall.wait_heartbeat_stale()
        async with hall.phone("1002") as phone, hall.calling("13800138307") as citizen:
            await phone.wait_ringing(within_s=30.0)
            citizen.rtp.play_tone(CITIZEN_HZ)
            await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
            await citizen.hang_up()
    finally:
        hall.signal_service(signal.SIGCONT)
    await hall.wait_ready()
    await desk.wait_state("paused", within_s=30.0)
    ticket = await hall.ticket("13800138307", within_s=30.0)
    assert ticket["outcome"] == "answered_fallback"


async def test_a_second_instance_takes_over_and_the_first_stands_by(hall: Hall):
    first = hall.service
    assert first is not None
    async with hall.calling("13800138308", "0") as citizen:
        second = await hall.start_second_service()
        try:
            await eventually(hall.first_is_standby, within_s=30.0, what="no standby")
            await eventually(
                lambda: hall.component(second.web_url, "asterisk"),
                within_s=30.0,
                what="the second does not serve",
            )
            await citizen.hang_up()
        finally:
            await second.stop()
    assert "another instance took over" in hall.log()
    await hall.stop_service()
    await hall.start_service()
    assert (await hall.ticket("13800138308"))["outcome"] == "abandoned_waiting"
