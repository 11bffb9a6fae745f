"""The agent's page as a test drives it: by its keys, and by what it shows."""

from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, TimeoutError

from tests.asterisk.hall import Hall, eventually

LOUD_DB, NEAR_HZ = -60.0, 12

# Seen from outside, so that the page does not help: what arrives is measured where it arrives.
WATCH = """
window.watched = [];
const Plain = RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(settings) { super(settings); window.watched.push(this); }
};
window.sockets = [];
const PlainSocket = WebSocket;
window.WebSocket = class extends PlainSocket {
  constructor(url, protocols) { super(url, protocols); window.sockets.push(this); }
};
window.loudest = async (seconds, hertz, near) => {
  const receiver = window.watched.at(-1)?.getReceivers()[0];
  if (!receiver) return null;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(new MediaStream([receiver.track])).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const step = context.sampleRate / analyser.fftSize;
  let loudest = -200;
  const timer = setInterval(() => {
    analyser.getFloatFrequencyData(bins);
    bins.forEach((level, bin) => {
      if (Math.abs(bin * step - hertz) <= near) loudest = Math.max(loudest, level);
    });
  }, 50);
  await new Promise((done) => setTimeout(done, seconds * 1000));
  clearInterval(timer);
  await context.close();
  return loudest;
};
"""


class DeskPage:
    """One tab of an agent's browser."""

    def __init__(self, hall: Hall, page: Page) -> None:
        self._hall, self.page = hall, page

    @classmethod
    async def opened(cls, hall: Hall, context: BrowserContext) -> "DeskPage":
        """A new tab of a browser whose agent is signed in."""
        page = await context.new_page()
        await page.add_init_script(WATCH)
        desk = cls(hall, page)
        await page.goto(f"{hall.settings.web_url}/desk")
        await desk.page.locator(".state-now").wait_for()
        return desk

    @classmethod
    async def signed_in(cls, hall: Hall, context: BrowserContext, agent: str) -> "DeskPage":
        """A new tab whose agent signs in as people do."""
        page = await context.new_page()
        await page.add_init_script(WATCH)
        desk = cls(hall, page)
        await page.goto(hall.settings.web_url)
        await page.fill("input[autocomplete=username]", agent)
        await page.fill("input[autocomplete=current-password]", hall.password(agent))
        await desk.key("Enter")
        await desk.shown(".state-now")
        return desk

    async def key(self, name: str) -> None:
        await self.page.keyboard.press(name)

    async def ready(self) -> "DeskPage":
        await self.wait_phone()
        await self.key("Alt+R")
        await self.wait_state("ready")
        return self

    async def wait_state(self, state: str, *, within_s: float = 30.0) -> None:
        await self.shown(f".state-now[data-state={state}]", within_s=within_s)

    async def wait_phone(self, *, within_s: float = 30.0) -> None:
        """Until the page's own phone is registered and nothing is wrong."""
        await self._wait(".banner-place[data-trouble=none]", "attached", within_s)
        await self.shown(".lights .badge-good >> nth=1", within_s=within_s)

    async def wait_talk(self, talk: str, *, within_s: float = 30.0) -> None:
        await self.shown(f".call[data-talk={talk}]", within_s=within_s)

    async def shown(self, selector: str, *, within_s: float = 30.0) -> Locator:
        return await self._wait(selector, "visible", within_s)

    async def gone(self, selector: str, *, within_s: float = 30.0) -> None:
        await self._wait(selector, "detached", within_s)

    async def _wait(self, selector: str, state: Any, within_s: float) -> Locator:
        found = self.page.locator(selector).first
        try:
            await found.wait_for(state=state, timeout=within_s * 1000)
        except TimeoutError as error:
            said = await self.page.inner_text("body")
            raise AssertionError(f"{selector} is not {state}; the page says: {said}") from error
        return found

    async def text(self, selector: str) -> str:
        return await self.page.locator(selector).inner_text()

    async def take(self) -> None:
        """Wait for the ring, answer by key, wait for the talk."""
        await self.shown("#answer:not([disabled])")
        await self.key("F2")
        await self.wait_talk("talking")

    async def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            await self.page.fill(f"#ticket-{name}", value)

    async def value(self, name: str) -> str:
        return await self.page.input_value(f"#ticket-{name}")

    async def wait_value(self, name: str, value: str, *, within_s: float = 30.0) -> None:
        await self.shown(f"#ticket-{name}")

        async def differs() -> object:
            now = await self.value(name)
            return None if now == value else now

        await eventually(differs, within_s=within_s, what=f"{name} is not {value}")

    async def wait_kept(self, keeping: str, *, within_s: float = 30.0) -> None:
        await self.shown(f"[data-keeping={keeping}]", within_s=within_s)

    async def hears(self, hertz: int, *, within_s: float = 30.0) -> None:
        async def missed() -> object:
            loudest = await self._loudest(hertz)
            return None if loudest is not None and loudest > LOUD_DB else f"{loudest} dB"

        await eventually(missed, within_s=within_s, what=f"the page hears no {hertz} Hz")

    async def hears_no_more(self, hertz: int, *, within_s: float = 30.0) -> None:
        async def heard() -> object:
            loudest = await self._loudest(hertz)
            return None if loudest is None or loudest <= LOUD_DB else f"{loudest} dB"

        await eventually(heard, within_s=within_s, what=f"the page still hears {hertz} Hz")

    async def _loudest(self, hertz: int) -> Any:
        return await self.page.evaluate(
            "([s, hz, near]) => window.loudest(s, hz, near)", [0.6, hertz, NEAR_HZ]
        )

    async def cut_sockets(self) -> None:
        """All its connections to the service and the phone's end, as if a switch had lost power."""
        await self.page.evaluate("window.sockets.forEach((one) => one.close())")
