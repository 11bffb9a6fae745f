"""Somebody at a page: signed in, in a language, light or dark, and watched for what goes wrong."""

from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Browser, Page

from tests.asterisk.hall import Hall
from tests.browser.watching import Watch

Language = Literal["zh", "en"]
Scheme = Literal["light", "dark"]
WHO = {"sign_in": "", "desk": "1001", "board": "2001", "calls": "3001", "reports": "4001",
       "audit": "4001",
       "studio": "9001", "prompts": "9001", "settings": "9001"}  # fmt: skip
"""Each page and who opens it, of the people of ``town``."""
PATIENCE_MS = 120_000


@dataclass(frozen=True, slots=True)
class Visitor:
    page: Page
    watch: Watch

    async def open(self, name: str) -> None:
        """The page by its name; it knows who is there and shows its content."""
        await self.page.goto("/" if name == "sign_in" else f"/{name}")
        await self.page.wait_for_selector("#main h1, #main h2, #main form, #main section")
        await self.page.wait_for_load_state("networkidle")
        await self.page.wait_for_function("() => !document.querySelector('#main [aria-busy=true]')")

    async def leave(self) -> None:
        await self.page.context.close()


async def visit(
    hall: Hall, browser: Browser, who: str, language: Language = "zh", scheme: Scheme = "light"
) -> Visitor:
    """``who`` may be nobody."""
    url = hall.settings.web_url
    context = await browser.new_context(
        base_url=url,
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        color_scheme=scheme,
        permissions=["microphone"],
        viewport={"width": 1366, "height": 768},
    )
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(
        f"try {{ localStorage.setItem('hotline.language', '{language}'); }} catch {{}}"
    )
    if who:
        body = {"agent": who, "password": hall.password(who), "browser": True}
        answer = await context.request.post("/api/v1/sign-in", data=body, headers={"Origin": url})
        assert answer.ok, await answer.text()
    watch = await Watch.over(context, url)
    return Visitor(await context.new_page(), watch)
