"""The pages of settings and prompts as a test drives them, and the hall that they belong to."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Page, expect

from ari_app.settings import PROJECT_DIR
from tests.asterisk.hall import Hall, open_hall
from tests.browser.conftest import SignIn

WAIT_MS = 60_000.0
ADMIN = "1004"
OWN_FILES = ("numbers.yaml", "lists.yaml", "hours.yaml", "holidays.yaml")
"""What the forms change: copies, for the shipped ones stay as they are."""


@contextlib.asynccontextmanager
async def settings_hall(folder: Path) -> AsyncIterator[Hall]:
    """1004 is the admin; prompts are copies too."""
    shipped = PROJECT_DIR / "config"
    files = {name: (shipped / name).read_text(encoding="utf-8") for name in OWN_FILES}
    async with open_hall(folder, files=files) as hall:
        config = hall.settings.config_dir
        (config / "prompts").unlink()
        shutil.copytree(shipped / "prompts", config / "prompts")
        text = (config / "agents.yaml").read_text(encoding="utf-8")
        head, mine = text.split(f"'{ADMIN}':")
        mine = mine.replace("role: agent", "role: admin", 1)
        (config / "agents.yaml").write_text(f"# 早班\n{head}'{ADMIN}':{mine}", encoding="utf-8")
        headers = {"Authorization": f"Bearer {hall.operator()}"}
        await hall.post("/config/reload", {}, headers)
        yield hall


async def opened(hall: Hall, page: Page, sign_in: SignIn, address: str) -> Page:
    await sign_in(page, ADMIN)
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    await page.goto(f"{hall.settings.web_url}/{address}")
    return page


def written(hall: Hall, name: str) -> str:
    return (hall.settings.config_dir / f"{name}.yaml").read_text(encoding="utf-8")
