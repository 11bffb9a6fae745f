"""Hostile and broken input by real SIP: the caller is served, everybody else notices nothing."""

import pytest

from ari_app.softphone.phone import Mode
from tests.asterisk.hall import Hall, eventually

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

HOSTILE = [
    '\\"><script>alert(1)</script>',
    "'; DROP TABLE tickets; --",
    "${SHELL(id)}",
    "王\u202eminnie\u200b",
    "=cmd|' /C calc'!A0",
    "n" * 300,
    "王敏".encode("gbk"),
    b"\xff\xfe\x80",
]


async def test_a_key_flood_counts_as_one_key_and_the_call_goes_on(hall: Hall):
    desk = await hall.desk("1003")
    async with hall.phone("1003"), hall.calling("13800138501") as citizen:
        await citizen.press("3" + "0123456789*#" * 8)
        await desk.wait("connected", within_s=30.0)
        await citizen.hang_up()
    ticket = await hall.ticket("13800138501")
    assert ticket["language"] == "en"
    assert ticket["ivr_path"][0] == ["welcome", "3"]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
async def test_a_hostile_name_reaches_the_desk_as_plain_short_text(hall: Hall, name: str | bytes):
    desk = await hall.desk("1001")
    number = f"1380013{8600 + HOSTILE.index(name)}"
    async with hall.phone("1001", Mode.WAIT), hall.calling(number, "0", name=name) as citizen:
        pop = await desk.wait("offer", within_s=30.0)
        await citizen.hang_up()
    shown = pop["caller"]["name"]
    assert len(shown) <= 80
    assert shown.isprintable()
    ticket = await hall.ticket(number)
    assert ticket["caller_name"] == shown


@pytest.mark.parametrize("from_header", ["<sip:anonymous@anonymous.invalid>", "<sip:127.0.0.2>"])
async def test_a_caller_without_a_number_is_served(hall: Hall, from_header: str):
    desk = await hall.desk("1001")
    async with (
        hall.phone("1001", Mode.WAIT),
        hall.calling("anonymous", "0", from_header=from_header) as citizen,
    ):
        pop = await desk.wait("offer", within_s=30.0)
        await citizen.hang_up()
    assert pop["caller"] == {"number": "", "region": "", "name": ""}
    assert pop["earlier_calls"] == []


async def test_a_call_id_that_is_not_utf8_is_refused_and_still_leaves_a_ticket(hall: Hall):
    async with hall.citizen("13800138502", call_id=b"a\xffb\xb0\xa1@x") as citizen:
        await citizen.dial()
        assert await citizen.wait_refused() == 403
    assert (await hall.ticket("13800138502", within_s=30.0))["outcome"] == "refused"


async def test_a_desk_that_asks_for_the_impossible_is_told_why(hall: Hall):
    desk = await hall.desk("1001", ready=False)
    headers = desk.headers
    for path in ("/calls/nonsense/accept", "/calls/nonsense/hang-up", "/agent/wrap-up-done"):
        url = f"{hall.settings.web_url}/api/v1{path}"
        async with hall.session.post(url, json={}, headers=headers) as answer:
            assert answer.status == 409
            problem = await answer.json()
            assert problem["code"]
            assert problem["detail"]


async def test_no_traceback_was_logged_in_all_of_this(hall: Hall):
    async def traces() -> object:
        return [line for line in hall.log().splitlines() if "Traceback" in line] or None

    await eventually(traces, within_s=1.0, what="tracebacks")
