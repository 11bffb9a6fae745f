"""Whatever bytes a caller sends, nobody becomes invisible and GET /channels keeps working."""

import asyncio
import csv

import pytest

from ari_app.asterisk.process import AsteriskProcess
from tests.asterisk_setup.app import App, running_app
from tests.asterisk_setup.sip import Invite, new_call_id, open_phone

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.asterisk]

GBK = "王敏".encode("gbk")
SERVED_CALL_IDS = [
    b"plain@127.0.0.2", b"a(b)c", b"a,b", b"a)b", b"a]b", b"a}b", b"${EPOCH}", b"$[1+1]",
    b'a"b', b'"a', b"a\\b", b"a'b", b"a|b;c", b"a<b>", b"x" * 255,
]  # fmt: skip
REFUSED_CALL_IDS = [
    b"a\xffb", GBK, "é".encode(), b"\x01a", b"a b", b"x" * 256, b"x" * 3000 + b"\xff",
]  # fmt: skip
# What the caller sends as From, and the number and name that the service must see.
CALLERS = [
    (b'"' + GBK + b'" <sip:138@127.0.0.2>', "138", "\ufffd\ufffd\ufffd\ufffd"),
    ('"王敏" <sip:138@127.0.0.2>'.encode(), "138", "王敏"),
    (b'"' + b"n" * 2500 + b'" <sip:138@127.0.0.2>', "138", "n" * 79),
    (b'"<b>" <sip:138@127.0.0.2>', "138", "<b>"),
    (b'"${EPOCH},b" <sip:1(3)8@127.0.0.2>', "1(3)8", "${EPOCH},b"),
    (b"<sip:" + b"9" * 2000 + b"@127.0.0.2>", "9" * 79, ""),
    (b"<sip:127.0.0.2>", "", ""),
    (b"sip:anonymous@anonymous.invalid", "anonymous", ""),
    (b'"x" <sip:138%0d%0a9@127.0.0.2>', "1389", "x"),
    (b'"x" <sip:138%ff%fe@127.0.0.2>', "138", "x"),
    (b"<tel:+8613800138000>", "+8613800138000", ""),
]
DIALLED = [(b"12345", "12345"), (b"+8612345", "+8612345"), (b"12345;phone-context=+86", "12345")]
REFUSED_DIALLED = [b"12345%ff", b"12345,x", b"1(2)", b"1" * 100, b"abc", b"refused", b"s"]
# pjsip cannot parse these and says nothing; they must not hurt anybody else.
UNREADABLE = [
    {"caller": b'"x" <sip:1\xff38@127.0.0.2>'},
    {"caller": b'"x\r\n\r\n" <sip:138@127.0.0.2>'},
    {"call_id": b"a\x00b"},
    {"dialled": b"12345\xff"},
]


def _short(value: object) -> str:
    return ascii(value)[:30]


async def _arrival(app: App, invite: Invite) -> dict[str, object]:
    invite.send()
    event = await asyncio.wait_for(app.arrivals.get(), 30)
    channel: dict[str, object] = event["channel"]
    assert await app.channels_status() == 200
    await app.hang_up(str(channel["id"]))
    return {"args": event["args"], **channel}


async def _assert_still_serves(app: App, to: tuple[str, int]) -> None:
    async with open_phone("127.0.0.2") as phone:
        channel = await _arrival(app, Invite(phone, to, call_id=new_call_id()))
        assert channel["args"] == ["in", "12345"]


@pytest.mark.parametrize("call_id", SERVED_CALL_IDS, ids=_short)
async def test_a_strange_but_printable_call_id_is_served(
    asterisk: AsteriskProcess, call_id: bytes
) -> None:
    async with running_app(asterisk.settings) as app, open_phone("127.0.0.2") as phone:
        channel = await _arrival(app, Invite(phone, asterisk.settings.sip, call_id=call_id))
        assert channel["protocol_id"] == call_id.decode("ascii")


@pytest.mark.parametrize("call_id", REFUSED_CALL_IDS, ids=_short)
async def test_a_call_id_that_would_blind_ari_is_refused(
    asterisk: AsteriskProcess, call_id: bytes
) -> None:
    async with running_app(asterisk.settings) as app, open_phone("127.0.0.2") as phone:
        Invite(phone, asterisk.settings.sip, call_id=call_id).send()
        assert await phone.final_answer() == 403
        await _assert_still_serves(app, asterisk.settings.sip)


@pytest.mark.parametrize(("caller", "number", "name"), CALLERS, ids=_short)
async def test_a_hostile_caller_id_is_served_with_sane_json(
    asterisk: AsteriskProcess, caller: bytes, number: str, name: str
) -> None:
    async with running_app(asterisk.settings) as app, open_phone("127.0.0.2") as phone:
        invite = Invite(phone, asterisk.settings.sip, caller=caller, call_id=new_call_id())
        channel = await _arrival(app, invite)
        assert channel["caller"] == {"name": name, "number": number}


@pytest.mark.parametrize(("dialled", "seen"), DIALLED)
async def test_the_dialled_number_reaches_the_service(
    asterisk: AsteriskProcess, dialled: bytes, seen: str
) -> None:
    async with running_app(asterisk.settings) as app, open_phone("127.0.0.2") as phone:
        invite = Invite(phone, asterisk.settings.sip, dialled=dialled, call_id=new_call_id())
        assert (await _arrival(app, invite))["args"] == ["in", seen]


@pytest.mark.parametrize("dialled", REFUSED_DIALLED, ids=_short)
async def test_what_is_no_number_is_not_found(asterisk: AsteriskProcess, dialled: bytes) -> None:
    async with running_app(asterisk.settings) as app, open_phone("127.0.0.2") as phone:
        Invite(phone, asterisk.settings.sip, dialled=dialled, call_id=new_call_id()).send()
        answer = asyncio.create_task(phone.final_answer())
        while not answer.done():
            assert await app.channels_status() == 200
        assert answer.result() == 404


@pytest.mark.parametrize("parts", UNREADABLE, ids=_short)
async def test_an_unreadable_message_hurts_nobody_else(
    asterisk: AsteriskProcess, parts: dict[str, bytes]
) -> None:
    async with running_app(asterisk.settings) as app, open_phone("127.0.0.2") as phone:
        Invite(phone, asterisk.settings.sip, **({"call_id": new_call_id()} | parts)).send()
        await _assert_still_serves(app, asterisk.settings.sip)
        assert app.arrivals.empty()


async def test_the_call_records_stay_readable(asterisk: AsteriskProcess) -> None:
    # Only the first row of a call may hold raw bytes: it is written before the dialplan runs.
    with asterisk.settings.cel_file.open(encoding="utf-8", errors="replace", newline="") as text:
        rows = list(csv.reader(text))
    assert {len(row) for row in rows} == {12}
    assert sum(row[11] == "refused" for row in rows) == len(REFUSED_CALL_IDS)
    assert {row[1] for row in rows if "\ufffd" in row[5]} == {"CHAN_START"}
