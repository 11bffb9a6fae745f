"""A citizen reaches a duty phone when the service is dead, hangs, or never ran."""

import asyncio
import csv
import hashlib
import re
import time

import pytest

from ari_app.asterisk.process import AsteriskProcess
from ari_app.passwords import load_passwords
from tests.asterisk_setup.app import running_app
from tests.asterisk_setup.sip import Invite, Phone, new_call_id, open_phone

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.asterisk]


async def _assert_duty_phone_rings(asterisk: AsteriskProcess) -> None:
    port = 5070 + asterisk.settings.port_offset
    async with open_phone("127.0.0.3", port) as duty, open_phone("127.0.0.2") as citizen:
        Invite(citizen, asterisk.settings.sip, call_id=new_call_id()).send()
        assert await citizen.final_answer() == 200
        assert b"x-line=1" in await duty.request(b"INVITE")
        await asterisk.rx("channel request hangup all")
        await _until_no_channels(asterisk)


async def _until_no_channels(asterisk: AsteriskProcess) -> None:
    async with asyncio.timeout(30):
        while "0 active channels" not in await asterisk.rx("core show channels count"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _fallbacks(asterisk: AsteriskProcess) -> list[list[str]]:
    with asterisk.settings.cel_file.open(encoding="utf-8", newline="") as rows:
        return [row for row in csv.reader(rows) if row[11] == "fallback"]


async def test_a_call_reaches_the_duty_phone_when_the_service_never_ran(
    asterisk: AsteriskProcess,
) -> None:
    await _assert_duty_phone_rings(asterisk)
    (row,) = _fallbacks(asterisk)
    assert abs(float(row[0]) - time.time()) < 100
    assert row[1] == "USER_DEFINED"
    assert re.fullmatch(r"hotline-\d+\.\d+", row[2])
    assert row[5] == "13800138000"
    assert "12345" in row[10]


async def test_a_call_reaches_the_duty_phone_when_the_service_hangs(
    asterisk: AsteriskProcess,
) -> None:
    async with running_app(asterisk.settings) as app:
        await app.beat(time.time() - asterisk.settings.heartbeat_limit_s - 2)
        await _assert_duty_phone_rings(asterisk)
        assert app.arrivals.empty()


async def test_a_call_reaches_the_duty_phone_when_the_service_has_just_died(
    asterisk: AsteriskProcess,
) -> None:
    async with running_app(asterisk.settings):
        pass
    await _assert_duty_phone_rings(asterisk)


async def test_a_stranger_cannot_call(asterisk: AsteriskProcess) -> None:
    async with open_phone("127.0.0.9") as stranger:
        Invite(stranger, asterisk.settings.sip, call_id=new_call_id()).send()
        assert await stranger.final_answer() == 401


async def test_an_agent_cannot_dial(asterisk: AsteriskProcess) -> None:
    caller = b"<sip:1001@127.0.0.3>"
    async with open_phone("127.0.0.3") as phone:
        Invite(phone, asterisk.settings.sip, caller=caller, call_id=new_call_id()).send()
        assert await phone.final_answer() == 404


def _register(phone: Phone, to: tuple[str, int], authorization: str = "") -> None:
    host, port = phone.address
    call_id = new_call_id().decode()
    phone.send(
        f"REGISTER sip:{to[0]}:{to[1]} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{call_id.partition('@')[0]}\r\n"
        f"From: <sip:1002@{to[0]}>;tag=1\r\nTo: <sip:1002@{to[0]}>\r\nCall-ID: {call_id}\r\n"
        f"CSeq: 1 REGISTER\r\nContact: <sip:1002@{host}:{port}>\r\n{authorization}"
        f"Expires: 60\r\nContent-Length: 0\r\n\r\n".encode(),
        to,
    )


def _digest(challenge: bytes, password: str, uri: str) -> str:
    realm, nonce = (
        re.search(rf'{word}="([^"]*)"', challenge.decode()).group(1)  # type: ignore[union-attr]
        for word in ("realm", "nonce")
    )
    qop = "cnonce=1,nc=00000001,qop=auth"
    ha1 = hashlib.md5(f"1002:{realm}:{password}".encode()).hexdigest()
    ha2 = hashlib.md5(f"REGISTER:{uri}".encode()).hexdigest()
    response = hashlib.md5(f"{ha1}:{nonce}:00000001:1:auth:{ha2}".encode()).hexdigest()
    return (
        f'Authorization: Digest username="1002",realm="{realm}",nonce="{nonce}",uri="{uri}",'
        f'response="{response}",{qop},algorithm=MD5\r\n'
    )


@pytest.mark.parametrize(("right", "status"), [(True, 200), (False, 401)])
async def test_a_phone_registers_only_with_its_password(
    asterisk: AsteriskProcess, right: bool, status: int
) -> None:
    to = asterisk.settings.sip
    password = load_passwords(asterisk.settings, []).agents["1002"].sip if right else "guess"
    async with open_phone("127.0.0.4") as phone:
        _register(phone, to)
        challenge = await asyncio.wait_for(phone.inbox.get(), 30)
        _register(phone, to, _digest(challenge, password, f"sip:{to[0]}:{to[1]}"))
        assert await phone.final_answer() == status
