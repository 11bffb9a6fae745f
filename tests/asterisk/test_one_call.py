"""A real call, from the first ring to the ticket: what both ends hear, see and leave behind."""

import pytest

from ari_app.softphone.phone import Mode
from ari_app.softphone.prompt_match import wait_prompt
from tests.asterisk.hall import Hall, recorded_s

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

CITIZEN_HZ, AGENT_HZ = 700, 1100
# What is heard for so long is in the recording for a good part: a hang-up cuts a frame or two.
SPOKEN_S, RECORDED_S = 1.5, 0.8


async def test_press_ahead_to_english_rings_the_english_speaker_and_bridges(hall: Hall):
    chinese, english = await hall.desk("1001"), await hall.desk("1003")
    async with hall.phone("1003") as phone, hall.calling("13800138001", "3") as citizen:
        pop = await english.wait("offer", within_s=30.0)
        assert pop["caller"]["number"] == "13800138001"
        assert pop["caller"]["region"].startswith("北京")
        assert pop["dialled"] == "12345"
        assert pop["language"] == "en"
        assert pop["ivr_path"][0] == ["welcome", "3"]
        await phone.wait_ringing()
        await english.wait("connected", within_s=30.0)
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, min_s=SPOKEN_S)
        await citizen.hang_up()
        await english.wait("call_ended", within_s=30.0)
    assert not [message for message in chinese.messages if message["type"] == "offer"]
    recording = await hall.recording("13800138001")
    heard = recorded_s(recording, [CITIZEN_HZ, AGENT_HZ])
    assert heard[CITIZEN_HZ] > RECORDED_S, "the citizen's voice is not in the recording"
    assert heard[AGENT_HZ] > RECORDED_S, "the agent's voice is not in the recording"
    ticket = await hall.ticket("13800138001")
    assert ticket["outcome"] == "answered"
    assert ticket["agent_id"] == "1003"
    assert ticket["who_hung_up"] == "caller"


async def test_no_agent_means_music_and_whoever_becomes_ready_is_bridged(hall: Hall):
    desk = await hall.desk("1001", ready=False)
    async with hall.phone("1001", Mode.WAIT) as phone, hall.calling("13800138002", "0") as citizen:
        await desk.ready()
        await phone.wait_ringing()
        await phone.answer()
        await desk.wait("connected", within_s=30.0)
        await phone.hang_up()
        await citizen.wait_ended()
    assert (await hall.ticket("13800138002"))["who_hung_up"] == "agent"


async def test_whoever_presses_nothing_hears_the_whole_menu_and_reaches_a_person(hall: Hall):
    desk = await hall.desk("1001")
    prompts = hall.settings.prompts_dir
    async with hall.phone("1001", Mode.WAIT) as phone, hall.calling("13800138003") as citizen:
        ear = citizen.rtp
        for language, prompt in (
            ("zh_CN", "notice_greeting"),
            ("zh_CN", "menu_zh"),
            ("en", "menu_en"),
            ("ja", "menu_ja"),
            ("ko", "menu_ko"),
            ("zh_CN", "menu_urgent"),
        ):
            await wait_prompt(ear, prompts / language / f"{prompt}.sln", within_s=30.0, whole=True)
        await wait_prompt(ear, prompts / "zh_CN" / "connecting.sln", within_s=30.0)
        await phone.wait_ringing()
        await phone.answer()
        await desk.wait("connected", within_s=30.0)
        phone.rtp.play_tone(AGENT_HZ)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0)
        await desk.post(f"/calls/{desk.messages[-1]['call']}/hang-up")
        await citizen.wait_ended()
    ticket = await hall.ticket("13800138003")
    assert ticket["ivr_path"][0] == ["welcome", ""]
    assert ticket["language"] == "zh_CN"


async def test_a_caller_who_waits_hears_the_music(hall: Hall):
    async with hall.calling("13800138004", "0") as citizen:
        music = hall.settings.prompts_dir / "music" / "hold.sln"
        await wait_prompt(citizen.rtp, music, within_s=30.0)
        await citizen.hang_up()
    assert (await hall.ticket("13800138004"))["outcome"] == "abandoned_waiting"


async def test_earlier_calls_of_the_same_number_are_on_the_screen(hall: Hall):
    desk = await hall.desk("1001")
    async with hall.phone("1001"):
        for _ in range(2):
            async with hall.calling("13800138005", "0") as citizen:
                await desk.wait_state("talking", within_s=30.0)
                await citizen.hang_up()
            await desk.wait_state("ready", within_s=30.0)
    first, second = [message for message in desk.messages if message["type"] == "offer"]
    assert first["earlier_calls"] == []
    [earlier] = second["earlier_calls"]
    assert earlier["ticket_id"] == f"t-{first['call']}"
    assert [ticket["ticket_id"] for ticket in second["open_tickets"]] == [f"t-{first['call']}"]
