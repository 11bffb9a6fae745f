"""The supervisor's board as a test drives it, and what its phone hears."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from tests.asterisk.hall import eventually

BOSS = "1005"
SHOWN_MS = 30_000
EAR = """
window.heardTracks = [];
const Plain = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("track", (event) => window.heardTracks.push(event.track));
  }
};
window.loudness = async (hertz) => {
  const track = window.heardTracks.findLast((one) => one.readyState === "live");
  if (!track) return -200;
  const context = window.earContext ??= new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const bins = context.createAnalyser();
  bins.fftSize = 8192;
  bins.smoothingTimeConstant = 0;
  source.connect(bins);
  const found = new Float32Array(bins.frequencyBinCount);
  let loudest = -200;
  for (let look = 0; look < 20; look += 1) {
    await new Promise((done) => setTimeout(done, 50));
    bins.getFloatFrequencyData(found);
    const at = Math.round((hertz * bins.fftSize) / context.sampleRate);
    loudest = Math.max(loudest, ...found.slice(at - 2, at + 3));
  }
  source.disconnect();
  return loudest;
};
"""
"""Listens to what the page's phone is sent: the loudest of a second at one frequency, in dB."""
TRACKS = """
[window.earContext?.state, ...window.heardTracks.map((one) => `${one.readyState} ${one.muted}`)]
"""


@dataclass
class Board:
    page: Page
    url: str

    async def tile(self, name: str, text: str) -> None:
        value = self.page.locator(f'[data-tile="{name}"] .tile-value')
        await expect(value).to_have_text(text, timeout=SHOWN_MS)

    async def own_state(self, state: str) -> None:
        own = self.page.locator(f'[data-own-state="{state}"]')
        await expect(own).to_be_attached(timeout=SHOWN_MS)

    async def phone(self, state: str) -> None:
        await expect(self.page.locator(f'[data-phone="{state}"]')).to_be_attached(timeout=SHOWN_MS)


async def open_board(page: Page, url: str) -> Board:
    """On a page where 1005 is signed in, who is not ready for calls."""
    await page.add_init_script(EAR)
    await page.goto(f"{url}/board")
    await expect(page.get_by_role("heading", level=1)).to_have_text("现场看板", timeout=SHOWN_MS)
    made = Board(page, url)
    await made.own_state("paused")
    return made


async def supervise(board: Board, call: str, how: str, reason: str = "质检") -> None:
    """Through the dialog, which stays open while the supervisor is there."""
    page = board.page
    if not await page.locator("#supervise-reason").is_visible():
        await page.locator(f'[data-supervise="{call}"]').click(timeout=SHOWN_MS)
        await page.locator("#supervise-reason").fill(reason)
    await page.locator(f"#how-{how}").click(timeout=SHOWN_MS)


async def supervised(board: Board, words: str) -> None:
    standing = board.page.locator("dialog [role=status]")
    await expect(standing).to_have_text(words, timeout=SHOWN_MS)


async def hears(board: Board, *hertz: int) -> None:
    """The page's phone hears these tones, each far above what lies beside it."""

    async def silent() -> object:
        levels = {one: await board.page.evaluate(f"loudness({one})") for one in hertz}
        beside = await board.page.evaluate("loudness(1900)")
        quiet = {one: level for one, level in levels.items() if level < beside + 20}
        tracks = await board.page.evaluate(TRACKS)
        return f"{quiet}, beside {beside}, {tracks}" if quiet else None

    await eventually(silent, within_s=60.0, what="the supervisor does not hear")


async def audited(board: Board, what: str) -> str | None:
    """The subject of the latest row of this kind."""
    answer: Any = await (await board.page.request.get(f"{board.url}/api/v1/audit?limit=50")).json()
    return next((str(row["subject"]) for row in answer["rows"] if row["what"] == what), None)


async def wait_audited(board: Board, what: str, subject: str) -> None:
    """The row is written beside what it tells of: the page may show that before."""

    async def differs() -> object:
        found = await audited(board, what)
        return None if found == subject else f"{what}: {found!r}"

    await eventually(differs, within_s=30.0, what="not audited")
