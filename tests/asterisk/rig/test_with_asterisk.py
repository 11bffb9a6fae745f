"""The players on a real Asterisk with a dialplan of three lines each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_app.asterisk.process import AsteriskProcess, running_asterisk
from ari_app.passwords import load_passwords
from ari_app.settings import load_settings
from ari_app.softphone.alaw import FRAME, tone
from ari_app.softphone.citizen import Citizen
from ari_app.softphone.phone import PHONES_IP, Phone
from ari_app.softphone.prompt_match import wait_prompt
from ari_app.softphone.registration import register
from ari_app.softphone.sipp import SippFailed
from tests.asterisk.hall import recorded_s
from tests.ports import free_offset, free_udp_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

AGENTS = """\
agents:
  "1001": {name: 王敏, phone: {register: true}}
"""
DIALPLAN = """\
[from-trunk](+)
exten => 71,1,Answer()
 same => n,Playback(hotline/melody)
 same => n,Read(KEY,,1,,1,5)
 same => n,GotoIf($["${KEY}" = "3"]?:wrong)
 same => n,Echo()
 same => n(wrong),Hangup(34)
exten => 72,1,MixMonitor(%s/72.wav,b)
 same => n,Dial(PJSIP/1001,20)
"""
MODULES = "load = app_echo.so\nload = app_read.so\nload = app_dial.so\n"


def melody() -> bytes:
    parts = b"".join(tone(f)[: FRAME * 9 + 31] for f in (611, 702, 809, 933, 1017, 1123))
    return parts[: len(parts) // FRAME * FRAME]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def asterisk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsteriskProcess]:
    folder = tmp_path_factory.mktemp("rig")
    config = folder / "config"
    (config / "prompts").mkdir(parents=True)
    (config / "asterisk").mkdir()
    (config / "prompts" / "melody.alaw").write_bytes(melody())
    (config / "agents.yaml").write_text(AGENTS, encoding="utf-8")
    (config / "asterisk" / "extensions_custom.conf").write_text(DIALPLAN % folder)
    (config / "asterisk" / "modules_custom.conf").write_text(MODULES)
    moved = {"HOTLINE_PORT_OFFSET": str(free_offset()), "HOTLINE_RUN_DIR": str(folder / "var")}
    async with running_asterisk(load_settings(config, moved)) as process:
        yield process


def recording(asterisk: AsteriskProcess) -> Path:
    return asterisk.settings.config_dir.parent / "72.wav"


async def test_a_prompt_a_key_and_an_echo_are_proved(asterisk: AsteriskProcess) -> None:
    async with Citizen("13800138000", dialled="71", server=asterisk.settings.sip) as citizen:
        citizen.rtp.play_silence()
        await citizen.dial()
        await citizen.wait_answered()
        await citizen.rtp.wait_audio(within_s=30.0)
        melody_file = asterisk.settings.prompts_dir / "melody.alaw"
        await wait_prompt(citizen.rtp, melody_file, within_s=30.0, whole=True)
        await citizen.press("3")
        citizen.rtp.play_tone(1500)
        await citizen.rtp.wait_heard(1500, within_s=30.0)
        await citizen.hang_up()


async def test_another_key_ends_the_call(asterisk: AsteriskProcess) -> None:
    async with Citizen("13800138000", dialled="71", server=asterisk.settings.sip) as citizen:
        await citizen.dial()
        await citizen.wait_answered()
        await citizen.rtp.wait_heard(1123, within_s=30.0, min_s=0.1)
        await citizen.press("4")
        await citizen.wait("released", within_s=30.0)
        await citizen.wait_ended()


async def test_a_registered_phone_talks_and_both_sides_are_in_the_recording(
    asterisk: AsteriskProcess,
) -> None:
    server = asterisk.settings.sip
    password = load_passwords(asterisk.settings, ["1001"]).agents["1001"].sip
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP), server=server) as phone,
        Citizen("13800138000", dialled="72", server=server) as citizen,
    ):
        await phone.register(password)
        await citizen.dial()
        call = await phone.wait_ringing()
        assert call.caller == "13800138000"
        await phone.answer()
        await citizen.wait_answered()
        citizen.rtp.play_tone(1300)
        phone.rtp.play_tone(1700)
        await phone.rtp.wait_heard(1300, within_s=30.0, min_s=1)
        await citizen.rtp.wait_heard(1700, within_s=30.0, min_s=1)
        await citizen.hang_up()
        await phone.wait("released")
        phone.check()
    assert await asterisk.rx("core show channels count") != ""
    found = recorded_s(recording(asterisk), [1300, 1700, 1500])
    assert found[1300] > 0.5
    assert found[1700] > 0.5
    assert found[1500] < 0.5


async def test_a_caller_who_leaves_cancels_the_registered_phone(asterisk: AsteriskProcess) -> None:
    server = asterisk.settings.sip
    password = load_passwords(asterisk.settings, ["1001"]).agents["1001"].sip
    async with (
        Phone("1001", port=free_udp_port(PHONES_IP), server=server) as phone,
        Citizen("13800138000", dialled="72", server=server) as citizen,
    ):
        await phone.register(password)
        await citizen.dial()
        await phone.wait_ringing()
        await citizen.wait("ringing", within_s=30.0)
        await citizen.hang_up()
        await phone.wait("cancelled")
        await phone.wait("ended")
        phone.check()


async def test_a_wrong_password_is_refused_and_said(asterisk: AsteriskProcess) -> None:
    with pytest.raises(SippFailed, match="refused the registration of 1001"):
        await register("1001", "wrong", contact=("127.0.0.3", 5999), at=asterisk.settings.sip)
