"""The phone in the page loses its socket, its network, its page, its Asterisk: the talk goes on or
the citizen is next in the line, and the page says what is true."""

import asyncio

import pytest
from playwright.async_api import Page

from tests.asterisk.hall import Desk, Hall, eventually
from tests.browser.conftest import NewContext, SignIn
from tests.browser.phone_page import PhonePage
from tests.browser.test_phone import CITIZEN_HZ, hears_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.asyncio(loop_scope="module"),
]
AT_HOME = ("1002",)


async def renewed(phone: PhonePage, more_than: int) -> None:
    """Registered again, and the call knows the new socket."""

    async def missing() -> object:
        seen = await phone.look()
        return None if seen["isReachable"] and seen["negotiations"] > more_than else seen

    await eventually(missing, within_s=45.0, what="the call was not renewed")


async def test_the_socket_is_cut_and_the_talk_goes_on_to_its_end(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139101", "0") as citizen:
        seen = await phone.take()
        await phone.do("cutSocket")
        await phone.wait(isReachable=False, state="in_call")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.hears(CITIZEN_HZ)
        await renewed(phone, seen["negotiations"])
        assert (await phone.look())["sockets"] > seen["sockets"]
        await phone.hears(CITIZEN_HZ)
        await hears_page(citizen)
        await citizen.hang_up()
        await phone.wait(state="registered", callId=None, within_s=10.0)


async def test_offline_the_page_says_so_and_comes_back(hall: Hall, phone: PhonePage):
    await hall.desk("1001")
    async with hall.calling("13800139102", "0") as citizen:
        seen = await phone.take()
        await phone.page.context.set_offline(True)
        await phone.wait(isReachable=False, state="in_call")
        await phone.page.context.set_offline(False)
        await renewed(phone, seen["negotiations"])
        await phone.do("hangUp")
        await citizen.wait_ended()
        await phone.wait(state="registered")


async def test_the_service_ends_and_the_talk_does_not(hall: Hall, phone: PhonePage):
    desk = await hall.desk("1001")
    async with hall.calling("13800139103", "0") as citizen:
        seen = await phone.take()
        await desk.wait("connected", within_s=30.0)
        await eventually(lambda: hall.stored("1001", "talking"), within_s=30.0, what="not stored")
        await hall.kill_service()
        await phone.wait(isReachable=False, state="in_call")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.hears(CITIZEN_HZ)
        await hall.start_service()
        await renewed(phone, seen["negotiations"])
        assert (await phone.look())["logins"] > seen["logins"]
        await citizen.hang_up()
        await phone.wait(state="registered", within_s=10.0)


async def test_a_reload_gives_the_citizen_back_to_the_same_agent(hall: Hall, phone: PhonePage):
    desk = await hall.desk("1001")
    async with hall.calling("13800139104", "0") as citizen:
        call = (await phone.take())["callId"]
        await desk.wait("connected", within_s=30.0)
        await phone.load()
        await desk.wait("call_ended", within_s=8.0)
        await eventually(lambda: not_rung(desk, phone), within_s=60.0, what="no second ring")
        assert (await phone.take())["callId"] == call
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.hears(CITIZEN_HZ)
        await hears_page(citizen)
        await citizen.hang_up()
        await phone.wait(state="registered")
    assert (await hall.ticket("13800139104"))["outcome"] == "answered"


async def not_rung(desk: Desk, phone: PhonePage) -> object:
    """On a slow machine the citizen is offered before the page is a phone again: then the agent is
    made to rest, and says ready anew."""
    if (await desk.state())["state"] == "paused":
        await desk.ready()
    seen = await phone.look()
    return None if seen["state"] == "ringing" else seen


async def test_a_page_that_dies_leaves_the_citizen_next_in_the_line(hall: Hall, phone: PhonePage):
    desk = await hall.desk("1001")
    async with hall.calling("13800139105", "0") as citizen:
        await phone.take()
        await crash(phone.page)
        await desk.wait("call_ended", within_s=30.0)
        await desk.post("/agent/not-ready", {"reason": "meal"})
        other = await hall.desk("1003")
        async with hall.phone("1003") as sip:
            await sip.wait_ringing()
            await other.wait("connected", within_s=30.0)
            sip.rtp.play_tone(CITIZEN_HZ)
            await citizen.rtp.wait_heard(CITIZEN_HZ, within_s=30.0)
            await citizen.hang_up()


async def crash(page: Page) -> None:
    """Nothing of the page is left to say goodbye."""
    session = await page.context.new_cdp_session(page)
    async with page.expect_event("crash"):
        # Its answer never comes: whoever should give it is dead.
        asking = asyncio.ensure_future(session.send("Page.crash"))
    asking.cancel()


async def test_the_newest_page_has_the_phone_and_the_older_one_says_so(
    hall: Hall, phone: PhonePage
):
    await hall.desk("1001")
    second = await PhonePage(hall, await phone.page.context.new_page()).open()
    await second.wait(state="registered")
    await phone.wait(state="off", trouble="replaced")
    async with hall.calling("13800139106", "0") as citizen:
        await second.take()
        assert (await phone.look())["state"] == "off"
        await citizen.hang_up()
        await second.wait(state="registered")


async def test_a_second_page_does_not_end_the_talk_in_the_first(hall: Hall, phone: PhonePage):
    desk = await hall.desk("1001")
    async with hall.calling("13800139107", "0") as citizen:
        call = (await phone.take())["callId"]
        second = await PhonePage(hall, await phone.page.context.new_page()).open()
        await second.wait(state="registered")
        await phone.wait(trouble="replaced", state="in_call")
        citizen.rtp.play_tone(CITIZEN_HZ)
        await phone.hears(CITIZEN_HZ)
        await hears_page(citizen)
        await desk.post(f"/calls/{call}/hang-up")
        await citizen.wait_ended()


async def test_after_a_restart_of_asterisk_it_registers_with_a_new_login(
    hall: Hall, phone: PhonePage
):
    desk = await hall.desk("1001")
    before = (await phone.look())["logins"]
    await hall.asterisk.stop()
    await phone.wait(isReachable=False)
    await hall.asterisk.start()
    await hall.wait_ready()
    await phone.wait(state="registered", within_s=60.0)
    assert (await phone.look())["logins"] > before
    await ready_again(desk)
    async with hall.calling("13800139108", "0") as citizen:
        await phone.take()
        await hears_page(citizen)
        await citizen.hang_up()
        await phone.wait(state="registered")


async def ready_again(desk: Desk) -> None:
    """A phone that was away may have made the agent rest."""
    if (await desk.state())["state"] != "ready":
        await desk.ready()


async def test_a_wrong_secret_is_refused_and_a_right_one_helps(
    hall: Hall, page: Page, sign_in: SignIn
):
    await sign_in(page, "1001")
    phone = await PhonePage(hall, page).open(start=False)
    await phone.do("spoilLogins", True)
    await phone.do("start")

    async def tried_once() -> object:
        seen = await phone.look()
        return None if seen["logins"] > 1 else seen

    await eventually(tried_once, within_s=30.0, what="no second login")
    assert "registered" not in (await phone.look())["history"]
    await phone.do("spoilLogins", False)
    await phone.wait(state="registered")


async def test_signing_out_ends_the_phone(hall: Hall, phone: PhonePage):
    url = hall.settings.web_url
    answer = await phone.page.request.post(f"{url}/api/v1/sign-out", headers={"Origin": url})
    assert answer.ok
    await phone.wait(state="off", trouble="signed_out")


async def test_two_agents_in_two_browsers_have_two_phones(
    hall: Hall, phone: PhonePage, new_context: NewContext, sign_in: SignIn
):
    await hall.desk("1001")
    await hall.desk("1002")
    page = await sign_in(await (await new_context()).new_page(), "1002")
    other = await PhonePage(hall, page).open()
    await other.wait(state="registered")
    async with (
        hall.calling("13800139109", "0") as first,
        hall.calling("13800139110", "0") as second,
    ):
        calls = {(await one.take())["callId"] for one in (phone, other)}
        assert len(calls) == 2
        await hears_page(first)
        await hears_page(second)
        first.rtp.play_tone(CITIZEN_HZ)
        second.rtp.play_tone(CITIZEN_HZ)
        for page_phone in (phone, other):
            await page_phone.hears(CITIZEN_HZ)
        assert await phone.do("codec") == "audio/PCMA"
        assert await other.do("codec") == "audio/opus"
        await first.hang_up()
        await second.hang_up()
        await phone.wait(state="registered")
        await other.wait(state="registered")
