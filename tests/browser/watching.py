"""What a page does wrong while it is looked at: errors, foreign hosts, breaches of the policy, text
that is cut off, and what axe finds.

Decides what counts as wrong. Knows no page and starts no browser.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

from ari_app.web.bundle import SOURCES

AXE = SOURCES / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

_BREACHES = """
addEventListener("securitypolicyviolation", (event) => {
  window.breaches = [...(window.breaches ?? []), `${event.violatedDirective} ${event.blockedURI}`];
});
"""

_CUT_OFF = """() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    found.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${width}`);
  }
  const named = (one) => `${one.tagName.toLowerCase()}.${one.className} "` +
    `${(one.textContent ?? "").trim().slice(0, 40)}"`;
  const scrolls = (one) => {
    for (let above = one.parentElement; above; above = above.parentElement) {
      const style = getComputedStyle(above);
      if (style.position === "fixed" || ["auto", "scroll"].includes(style.overflowX)) return true;
    }
    return false;
  };
  // The scroll width of a field for a date tells nothing; its own width without limits does.
  const wanted = (one) => {
    const alike = one.cloneNode();
    alike.removeAttribute("id");
    Object.assign(alike.style, {
      position: "absolute", visibility: "hidden", width: "max-content", maxWidth: "none",
    });
    one.parentElement.append(alike);
    const { width } = alike.getBoundingClientRect();
    alike.remove();
    return width;
  };
  for (const one of document.querySelectorAll("#root *")) {
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || style.visibility === "hidden") continue;
    if (one.closest(".only-heard, .skip, svg, canvas")) continue;
    if (["date", "datetime-local"].includes(one.type) && box.width + 1 < wanted(one))
      found.push(`cut off: ${named(one)} ${one.value}`);
    const hides = ["hidden", "clip"].includes(style.overflowX);
    const spills = ["BUTTON", "TH", "LABEL", "H1", "H2", "H3"].includes(one.tagName);
    if ((hides || spills) && one.scrollWidth > one.clientWidth + 1)
      found.push(`cut off: ${named(one)}`);
    if (["BUTTON", "A", "TH", "LABEL", "H1", "H2", "H3"].includes(one.tagName) &&
        !scrolls(one) && (box.right > width + 1 || box.left < -1)) {
      found.push(`outside the window: ${named(one)}`);
    }
  }
  return found;
}"""


@dataclass
class Watch:
    """Of one browser context; ``wrong`` grows while its pages are used."""

    host: str
    wrong: list[str] = field(default_factory=list)

    @classmethod
    async def over(cls, context: BrowserContext, url: str) -> "Watch":
        watch = cls(urlsplit(url).netloc)
        await context.add_init_script(_BREACHES)
        context.on("page", watch.page)
        context.on("request", watch.requested)
        return watch

    def page(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))

    def requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != self.host and parts.scheme not in ("data", "blob"):
            self.wrong.append(f"asked {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console {message.type}: {message.text}")

    async def breaches(self, page: Page) -> list[str]:
        return list(await page.evaluate("() => window.breaches ?? []"))


async def cut_off(page: Page) -> list[str]:
    """Whatever does not fit into the window or into its own box."""
    return list(await page.evaluate(_CUT_OFF))


async def axe(page: Page) -> list[str]:
    """What axe finds, one line each with the element."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}})
    result: dict[str, Any] = await page.evaluate(f"() => axe.run(document, {options})")
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:120]}"
        for one in result["violations"]
        for node in one["nodes"]
    ]
