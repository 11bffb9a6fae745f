"""The desk's page with nothing in it but the phone.

The page is the service's own, with its address and its policy; only its script is another one,
built from ``harness/phone.ts`` and put in its place in the browser. It is never served.
"""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route

from tests.asterisk.hall import Hall, eventually

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "ari_app" / "web" / "desk_ui"
DESK_SCRIPT = "**/assets/desk-*.js"
LOUD_DB, NEAR_HZ = -60.0, 12


@cache
def script() -> str:
    """The page's code, in one piece."""
    made = subprocess.run(
        [PAGES / "node_modules" / ".bin" / "esbuild", HERE / "harness" / "phone.ts", "--bundle",
         "--format=esm", "--define:BUILD_STAMP='test'", "--log-level=warning"],
        check=True, capture_output=True, text=True, cwd=PAGES,
    )  # fmt: skip
    return made.stdout


class PhonePage:
    """The phone in one page, as a test looks at it."""

    def __init__(self, hall: Hall, page: Page) -> None:
        self._hall, self.page = hall, page

    async def open(self, *, start: bool = True) -> "PhonePage":
        await self.page.route(DESK_SCRIPT, self._script)
        await self.load(start=start)
        return self

    async def load(self, *, start: bool = True) -> None:
        """Open it, or open it again as a reload does."""
        await self.page.goto(f"{self._hall.settings.web_url}/desk")
        await self.page.wait_for_function("window.harness !== undefined")
        if start:
            await self.do("start")

    async def do(self, what: str, *said: object) -> Any:
        return await self.page.evaluate(f"said => window.harness.{what}(...said)", said)

    async def look(self) -> dict[str, Any]:
        return await self.page.evaluate("window.harness.look()")

    async def wait(self, *, within_s: float = 30.0, **wanted: object) -> dict[str, Any]:
        """Until what is shown is so, such as ``state="registered"``."""
        seen: dict[str, Any] = {}

        async def differs() -> object:
            seen.update(await self.look())
            return None if all(seen[name] == wanted[name] for name in wanted) else seen

        await eventually(differs, within_s=within_s, what=f"the phone is not {wanted}")
        return seen

    async def ring(self, *, within_s: float = 30.0) -> dict[str, Any]:
        return await self.wait(state="ringing", within_s=within_s)

    async def take(self) -> dict[str, Any]:
        """Wait for the ring, answer, wait until both are connected."""
        await self.ring()
        await self.do("answer")
        return await self.wait(state="in_call", connection="connected")

    async def hears(self, hertz: int, *, within_s: float = 30.0) -> None:
        await eventually(
            lambda: self._missed(hertz), within_s=within_s, what=f"the page hears no {hertz} Hz"
        )

    async def hears_nothing(self, hertz: int, *, seconds: float = 1.0) -> None:
        assert await self._missed(hertz, seconds) is not None, f"{hertz} Hz is heard"

    async def _missed(self, hertz: int, seconds: float = 0.6) -> object:
        heard = await self.do("tap", seconds)
        levels = [v for hz, v in heard.items() if abs(int(hz) - hertz) <= NEAR_HZ and v is not None]
        return None if levels and max(levels) > LOUD_DB else f"{max(levels, default=None)} dB"

    async def _script(self, route: Route) -> None:
        await route.fulfill(content_type="text/javascript", body=script())
