"""The emergency announcement of a running service: switched on, off, and over by itself.

Decides what may be announced and for how long. It is kept on disk, so that a service that starts
again goes on saying it.
"""

import asyncio
from typing import Final

import structlog

from ari_app.core.emergency import Emergency
from ari_app.core.events import EmergencyChanged
from ari_app.flows.store import Store
from ari_app.runtime.loop import STANDBY
from ari_app.runtime.tree_versions import Parts
from ari_app.web.ports import Row
from ari_app.web.problems import Problem as Refusal

_log = structlog.get_logger()

LONGEST_S: Final = 30 * 86400.0


class Emergencies:
    """Implements ``web.ports.EmergencySwitch``."""

    def __init__(self, store: Store, parts: Parts) -> None:
        self._store, self._parts = store, parts
        self._kept = store.emergency()
        self._lock = asyncio.Lock()
        self._parts.loop.post(EmergencyChanged(self._kept))
        if self.component() != "ok":
            _log.error("emergency.inaudible", problem=self.component())
        self._show()

    async def switch_on(self, prompt: str, until: float, by: str) -> Row:
        async with self._lock:
            now = self._parts.clock.now()
            if not now < until <= now + LONGEST_S:
                detail = "until 必须是以后 30 天之内的时刻（自 1970 年起的秒数）。"
                raise Refusal(422, "bad_until", detail)
            await self._parts.prompts.reload()
            if not self._parts.prompts.is_audible(prompt):
                detail = f"没有名为 {prompt} 的提示音，或它在任何语言中都没有录音。"
                raise Refusal(422, "no_such_prompt", detail)
            await self._change(Emergency(prompt, until, now, by))
            _log.warning("emergency.on", outcome=prompt, until=until, agent_id=by)
            return self.shown()

    async def switch_off(self, by: str) -> Row:
        async with self._lock:
            if self._current() is None:
                raise Refusal(409, "not_on", "没有正在播放的应急公告。")
            await self._change(None)
            _log.warning("emergency.off", agent_id=by)
            return self.shown()

    async def follow(self) -> None:
        """It ended by itself when its time came; what is left of it is put away."""
        async with self._lock:
            if self._kept is not None and self._current() is None:
                _log.warning("emergency.over", outcome=self._kept.prompt)
                await self._change(None)

    def component(self) -> str:
        """For ``/status``: "ok", or why nobody hears what is switched on."""
        now = self._current()
        if now is None or self._parts.prompts.is_audible(now.prompt):
            return "ok"
        return f"the prompt {now.prompt} has no audio any more; callers hear the tree alone"

    def shown(self) -> Row:
        now = self._current()
        if now is None:
            return {"on": False, "prompt": None, "until": None, "since": None, "by": None}
        return {
            "on": True, "prompt": now.prompt, "until": now.until, "since": now.since, "by": now.by,
        }  # fmt: skip

    def offered(self) -> list[Row]:
        return [
            {"prompt": name, "text": text} for name, text in self._parts.prompts.announcements()
        ]

    def _current(self) -> Emergency | None:
        kept = self._kept
        return kept if kept is not None and kept.is_on(self._parts.clock.now()) else None

    async def _change(self, emergency: Emergency | None) -> None:
        if self._parts.loop.is_stopped:
            raise Refusal(503, STANDBY.code, STANDBY.message)
        try:
            await asyncio.to_thread(self._store.set_emergency, emergency)
        except OSError as error:
            # Citizens hear what was asked for; only a restart would not know of it.
            _log.error("emergency.not_stored", problem=error.strerror)
        self._kept = emergency
        await self._parts.loop.ask(EmergencyChanged(emergency))
        self._show()

    def _show(self) -> None:
        self._parts.metrics.emergency.set(self._current() is not None)
