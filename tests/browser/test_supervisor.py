"""The supervisor's pages in a real browser, on the real Asterisk: what the board shows, who hears
whom, what a switch switches, what a recording plays."""

import time

import pytest
from playwright.async_api import expect

from ari_app.settings import PROJECT_DIR
from ari_app.softphone.hearing import Ear
from tests.asterisk.hall import Desk, Hall, eventually, recorded_s
from tests.browser.board_page import (
    BOSS,
    SHOWN_MS,
    Board,
    audited,
    hears,
    supervise,
    supervised,
    wait_audited,
)
from tests.browser.conftest import MICROPHONE_HZ

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asterisk,
    pytest.mark.timeout(400),
    pytest.mark.asyncio(loop_scope="module"),
]
BROWSERS = (BOSS,)

CITIZEN_HZ, AGENT_HZ = 700, 1100
AXE = PROJECT_DIR / "ari_app/web/desk_ui/node_modules/axe-core/axe.min.js"


async def test_the_board_shows_a_caller_who_waits_and_their_agent_as_it_happens(
    hall: Hall, board: Board
):
    page = board.page
    await board.tile("waiting", "0")
    async with hall.calling("13800138601", "0") as citizen:
        await board.tile("waiting", "1")
        row = page.locator(".board-calls tbody tr")
        await expect(row).to_contain_text("138****8601")
        await expect(row).to_contain_text("排队")
        await expect(page.locator(".alert-bad")).to_contain_text("无人在岗")
        async with hall.phone("1001"):
            desk = await hall.desk("1001")
            await desk.wait("connected", within_s=30.0)
            await board.tile("waiting", "0")
            await expect(row).to_contain_text("通话", timeout=SHOWN_MS)
            await expect(page.locator('[data-state="talking"]')).to_contain_text("1")
            await board.tile("connect_rate", "100.0%")
            await citizen.hang_up()
    await board.tile("arrived", "1")
    await expect(page.locator(".board-calls")).to_contain_text("没有通话", timeout=SHOWN_MS)


async def is_silent(ear: Ear, hertz: int, since: float) -> None:
    assert not ear.heard(hertz, since=since, min_s=0.2), f"{hertz} at {ear.where}"


async def test_a_supervisor_listens_and_whispers_from_the_board(hall: Hall, board: Board):
    page, number = board.page, "13800138602"
    desk = await hall.desk("1001")
    async with hall.phone("1001") as phone, hall.calling(number, "0") as citizen:
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(CITIZEN_HZ)
        phone.rtp.play_tone(AGENT_HZ)
        await page.locator("#phone-start").click()
        await board.phone("registered")
        await supervise(board, call, "listen")
        await supervised(board, "监听")
        await board.own_state("supervising")
        await board.phone("in_call")
        await hears(board, CITIZEN_HZ, AGENT_HZ)
        listened_at = time.time()
        await phone.rtp.wait_heard(CITIZEN_HZ, within_s=30.0, since=listened_at)
        await is_silent(phone.rtp, MICROPHONE_HZ, listened_at)
        await supervise(board, call, "whisper")
        await supervised(board, "耳语")
        whispered_at = time.time()
        await phone.rtp.wait_heard(MICROPHONE_HZ, within_s=30.0, since=whispered_at, min_s=0.15)
        await citizen.rtp.wait_heard(AGENT_HZ, within_s=30.0, since=whispered_at)
        await is_silent(citizen.rtp, MICROPHONE_HZ, listened_at)
        await supervise(board, call, "leave")
        await board.own_state("paused")
        await board.phone("registered")
        await citizen.hang_up()
    heard = recorded_s(await hall.recording(number), [CITIZEN_HZ, AGENT_HZ, MICROPHONE_HZ])
    assert heard[MICROPHONE_HZ] == 0.0, "a whisper is in the recording"


async def test_a_recording_is_found_drawn_and_played(hall: Hall, board: Board):
    page, number = board.page, "13800138603"
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling(number, "0") as citizen:
        call = (await desk.wait("connected", within_s=30.0))["call"]
        citizen.rtp.play_tone(CITIZEN_HZ)
        await citizen.rtp.wait_audio(within_s=30.0)
        await desk.post(f"/calls/{call}/pause-recording")
        await desk.wait("recording", within_s=30.0)
        await desk.post(f"/calls/{call}/resume-recording")
        await eventually(lambda: recorded_again(desk), within_s=30.0, what="not recorded again")
        await hall_talks_on(citizen.rtp)
        await citizen.hang_up()
    await hall.recording(number)
    await page.goto(f"{hall.settings.web_url}/calls?number={number}")
    player = page.get_by_role("group", name="录音")
    await expect(player).to_be_visible(timeout=SHOWN_MS)
    await expect(player.locator(".player-gaps li")).to_have_count(1)
    assert await audited(board, "GET /api/v1/recordings/{call_id}") is None
    slider = player.get_by_role("slider")
    await slider.press("End")
    assert int(await slider.get_attribute("aria-valuenow") or 0) > 0
    await slider.press("Home")
    await slider.press("Space")
    await expect(page.locator('[data-playing="true"]')).to_be_attached(timeout=SHOWN_MS)

    async def unheard() -> object:
        level, beside = [await page.evaluate(PLAYED, one) for one in (CITIZEN_HZ, 1900)]
        return None if level > beside + 20 else f"{level}, beside {beside}"

    await eventually(unheard, within_s=60.0, what="the tone is not played")
    await wait_audited(board, "GET /api/v1/recordings/{call_id}", call)


async def test_a_figure_leads_to_its_calls_and_the_table_to_a_file(hall: Hall, board: Board):
    page, number = board.page, "13800138605"
    desk = await hall.desk("1001")
    async with hall.phone("1001"), hall.calling(number, "0") as citizen:
        call = (await desk.wait("connected", within_s=30.0))["call"]
        await citizen.hang_up()
    await hall.ticket(number)
    await page.goto(f"{board.url}/reports?name=queues")
    figures = page.get_by_role("row", name="综合").get_by_role("button")
    await expect(figures.first).to_be_visible(timeout=SHOWN_MS)
    await page.get_by_label("起（含）").fill("2020-01-01")  # not made: what is shown counts
    await page.get_by_label("止（不含）").fill("2020-01-02")
    await page.get_by_label("报表", exact=True).select_option("agents")
    await figures.first.click(timeout=SHOWN_MS)
    counted = page.get_by_role("dialog").locator(f'a[href="/calls?call={call}"]')
    await expect(counted).to_be_visible(timeout=SHOWN_MS)
    await page.keyboard.press("Escape")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="下载 CSV").click()
    file = await download.value
    text = (await file.path()).read_text(encoding="utf-8-sig")
    assert file.suggested_filename == "queues.csv"
    assert text.startswith("queue,")
    assert "\ngeneral," in text
    await page.goto(f"{board.url}/calls?call={call}")
    await expect(page.get_by_role("row").filter(has_text="综合")).to_be_visible(timeout=SHOWN_MS)


PLAYED = """
async (hertz) => {
  const sound = document.querySelector("audio");
  if (!window.bins) {
    const context = new AudioContext();
    window.bins = context.createAnalyser();
    window.bins.fftSize = 8192;
    context.createMediaElementSource(sound).connect(window.bins);
  }
  if (sound.ended) { sound.currentTime = 0; }
  if (sound.paused) { await sound.play(); }
  const found = new Float32Array(window.bins.frequencyBinCount);
  let loudest = -200;
  for (let look = 0; look < 10; look += 1) {
    await new Promise((done) => setTimeout(done, 50));
    window.bins.getFloatFrequencyData(found);
    const at = Math.round((hertz * window.bins.fftSize) / window.bins.context.sampleRate);
    loudest = Math.max(loudest, ...found.slice(at - 2, at + 3));
  }
  return loudest;
}
"""
"""How loud the player is at one frequency, in dB."""


async def recorded_again(desk: Desk) -> object:
    states = [one["state"] for one in desk.messages if one["type"] == "recording"]
    return None if states[-1:] == ["recording"] else states


async def hall_talks_on(ear: Ear) -> None:
    """A second more of the talk, as the sound itself counts it."""
    began = time.time()

    async def short() -> object:
        return None if any(packet.at > began + 1.0 for packet in ear.received) else "no sound"

    await eventually(short, within_s=30.0, what="the talk does not go on")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_of_supervisors_shuts_anybody_out(hall: Hall, board: Board, theme: str):
    page = board.page
    await page.evaluate(f"localStorage.setItem('hotline.theme', '{theme}')")
    for name, language in (("board", "zh"), ("calls", "en"), ("reports", "zh")):
        await page.evaluate(f"localStorage.setItem('hotline.language', '{language}')")
        await page.goto(f"{board.url}/{name}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SHOWN_MS)
        await expect(page.get_by_role("table").first).to_be_attached(timeout=SHOWN_MS)
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await page.evaluate("axe.run().then((seen) => seen.violations)")
        told = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]
        assert not told, f"{name}, {theme}: {told}"
