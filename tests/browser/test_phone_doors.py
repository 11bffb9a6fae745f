"""Who gets in at the doors of a page's phone, on the real Asterisk: old secrets, foreign pages."""

import aiohttp
import pytest

from ari_app.softphone.registration import register
from ari_app.softphone.sipp import SippFailed
from ari_app.softphone.udp_ports import free_port
from ari_app.softphone.waiting import NotSeen
from tests.asterisk.hall import Hall, eventually

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]

IP = "127.0.0.3"


async def enter(hall: Hall, login: dict[str, str], expires_s: int = 60) -> None:
    contact = (IP, free_port(IP))
    place = hall.settings.sip
    await register(login["user"], login["password"], contact=contact, at=place, expires_s=expires_s)


async def test_only_the_newest_secret_opens_and_none_after_signing_out(hall: Hall):
    desk = await hall.desk("1001", ready=False)
    old = await desk.post("/agent/phone")
    new = await desk.post("/agent/phone")
    with pytest.raises(SippFailed):
        await enter(hall, old)
    await enter(hall, new)
    await enter(hall, new, expires_s=0)
    await desk.close()
    await eventually(lambda: forgotten(hall, "1001"), within_s=30.0, what="the login stays")
    # Asterisk answers 500 where it knows no login at all; SIPp sees none of what it expects.
    with pytest.raises((SippFailed, NotSeen)):
        await enter(hall, new)


async def forgotten(hall: Hall, phone: str) -> object:
    logins = await hall.asterisk.rx("pjsip show auths")
    return logins if f"{phone}/{phone}" in logins else None


async def test_the_socket_opens_to_the_own_pages_of_whoever_is_signed_in(hall: Hall):
    url = hall.settings.web_url
    desk = await hall.desk("1001", ready=False)
    token = desk.headers["Authorization"].removeprefix("Bearer ")
    cookie = f"hotline_session={token}"
    doors = {
        "a foreign page": ({"Cookie": cookie, "Origin": "https://evil.example"}, 403),
        "no page": ({"Cookie": cookie}, 403),
        "no cookie": ({"Origin": url}, 401),
        "an old cookie": ({"Cookie": "hotline_session=old", "Origin": url}, 401),
        "our page": ({"Cookie": cookie, "Origin": url}, 101),
    }
    seen = {name: await knock(hall, headers) for name, (headers, _) in doors.items()}
    assert seen == {name: status for name, (_, status) in doors.items()}


async def knock(hall: Hall, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            socket = await session.ws_connect(
                f"{hall.settings.web_url}/sip", protocols=("sip",), headers=headers
            )
        except aiohttp.WSServerHandshakeError as error:
            return error.status
        await socket.close()
        return 101
