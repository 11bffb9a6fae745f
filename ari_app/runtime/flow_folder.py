"""Keeps an eye on the folder of flows, and on a trial that the core has ended.

Decides when an edit is looked at; with ``watch_flows`` a saved file is applied once it has been
quiet for a moment. Must not know what applying means.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from watchfiles import Change, awatch

from ari_app.flow_files import FLOWS, read_flows
from ari_app.flows.store import sha256_of
from ari_app.web.problems import Problem

_log = structlog.get_logger()

LOOK_S: Final = 1.0
QUIET_MS: Final = 300
LONGEST_MS: Final = 1500
"""An edit is over when nothing was saved for so long, or has lasted so long."""


class FlowFolder:
    def __init__(
        self,
        config_dir: Path,
        *,
        saw: Callable[[str], Awaitable[None]],
        follow: Callable[[], Awaitable[None]],
    ) -> None:
        self._config_dir, self._folder = config_dir, config_dir / FLOWS
        self._saw, self._follow = saw, follow
        self._looked_at: list[tuple[str, int, int]] | None = None

    async def look_again(self) -> None:
        """For ever: what happened on disk and in the core, once a second."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._follow()
                await self.look()
            except (OSError, Problem) as error:
                _log.warning("trees.not_stored", problem=str(error))
            except Exception:  # what nobody foresaw in a folder must not end the service
                _log.exception("trees.error")

    async def look(self) -> None:
        stamps = await self._stamps_now()
        if stamps == self._looked_at:
            return
        files = await asyncio.to_thread(read_flows, self._config_dir)
        if not isinstance(files, list):
            await self._saw(sha256_of(files))
        self._looked_at = stamps

    async def _stamps_now(self) -> list[tuple[str, int, int]]:
        return await asyncio.to_thread(self._stamps)

    def _stamps(self) -> list[tuple[str, int, int]]:
        found = []
        for path in sorted(self._folder.glob("*.yaml")):
            known = path.lstat()
            found.append((path.name, known.st_mtime_ns, known.st_size))
        return found

    async def apply_changes(self, changed: Callable[[list[str]], Awaitable[None]]) -> None:
        """For ever: after each edit, with the names of the files."""
        known = await self._sha256()
        while True:
            try:
                place, stamps = _place(self._folder), await self._stamps_now()
                found = await self._sha256()
                if found not in (known, None):
                    known = found
                    await changed([FLOWS])
                async for changes in self._watched():
                    if changes:
                        stamps = await self._stamps_now()
                        await changed(sorted({Path(path).name for _, path in changes}))
                        known = await self._sha256() or known
                    elif _place(self._folder) != place or stamps != await self._stamps_now():
                        # A watch stays with a folder that was moved away, and hears nothing of
                        # what was saved before it began.
                        break
            except (OSError, RuntimeError) as error:
                # The folder was moved away, or the kernel has no watches left.
                _log.error("trees.not_watched", problem=str(error))
            except Exception:  # as above
                _log.exception("trees.error")
            await asyncio.sleep(LOOK_S)

    async def _sha256(self) -> str | None:
        files = await asyncio.to_thread(read_flows, self._config_dir)
        return None if isinstance(files, list) else sha256_of(files)

    def _watched(self) -> AsyncGenerator[set[tuple[Change, str]], None]:
        return awatch(
            self._folder, watch_filter=_is_flow, recursive=False, step=QUIET_MS,
            debounce=LONGEST_MS, rust_timeout=1000, yield_on_timeout=True,
        )  # fmt: skip


def _place(folder: Path) -> tuple[int, int]:
    """Which folder it is that bears the name. OSError when there is none."""
    found = folder.stat()
    return found.st_dev, found.st_ino


def _is_flow(change: Change, path: str) -> bool:
    name = Path(path).name
    return name.endswith(".yaml") and not name.startswith(".")
