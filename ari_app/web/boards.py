"""Supervisors' open boards: one picture of the floor, pushed to all of them as it changes.

Decides how often a frame goes out and what is in it: only rows that differ from the frame before.
It is made and serialised once, whoever watches. A board that does not read is cut like a desk, and
one that hears nothing for long knows that its line is dead: a quiet floor is told to be alive.
Knows no rule of the telephony; ``look`` gives rows by section, whose instants let a page count on.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from ari_app.core.board_view import Sections
from ari_app.core.records import Json
from ari_app.web.auth import Me
from ari_app.web.desks import GOING_AWAY, SIGNED_OUT, Desk

log = structlog.get_logger(__name__)

FRAME_S: Final = 0.05
QUIET_S: Final = 10.0
"""After so long without a change a board is told that it is still connected."""
NO_LONGER: Final = "您的账号已停用或权限已变更。"
KEPT_ALERTS: Final = 20
ALERTS: Final = frozenset({"staff_alert", "duty_unanswered"})


class Boards:
    """``look`` is asked for the whole picture; ``watched`` is told when anybody looks, and when
    nobody does any more. ``run`` is a task."""

    def __init__(
        self,
        look: Callable[[], Sections],
        now: Callable[[], float],
        *,
        watched: Callable[[bool], None] = lambda _: None,
        frame_s: float = FRAME_S,
        quiet_s: float = QUIET_S,
    ) -> None:
        self._look, self._now, self._watched = look, now, watched
        self._frame_s, self._quiet_s = frame_s, quiet_s
        self._open: dict[Desk, Me] = {}
        self._alerts: deque[tuple[str, dict[str, Json]]] = deque(maxlen=KEPT_ALERTS)
        self._shown: Sections = {}
        self._seq = 0
        self._wake = asyncio.Event()
        self.may_look: Callable[[Me], bool] = lambda _: True

    # --- who watches -------------------------------------------------------------------------

    def attach(self, board: Desk, me: Me) -> None:
        """The whole picture first; from now on what changes."""
        if not self._open:
            self._shown = {}
            self._watched(True)
        self.push()
        self._open[board] = me
        board.send({**self._head("snapshot"), **_sections(self._shown)})

    def detach(self, board: Desk) -> None:
        if self._open.pop(board, None) is not None and not self._open:
            self._watched(False)

    def close(self, is_meant: Callable[[Me], bool], code: int, reason: str) -> None:
        for board, me in self._open.items():
            if is_meant(me):
                board.close(code, reason)

    def close_all(self) -> None:
        self.close(lambda _: True, GOING_AWAY, "服务正在重启，请稍候自动重连。")

    @property
    def count(self) -> int:
        return len(self._open)

    # --- what they see -----------------------------------------------------------------------

    def touch(self) -> None:
        """Something may have changed."""
        if self._open:
            self._wake.set()

    def alert(self, kind: str, data: Mapping[str, Json]) -> None:
        """Every supervisor who is signed in is told; a board shows it once."""
        if kind not in ALERTS:
            return
        row: dict[str, Json] = {**data, "kind": kind}
        key = json.dumps(row, sort_keys=True)
        if all(key != known for known, _ in self._alerts):
            self._alerts.append((key, {**row, "at": self._now()}))
            self.touch()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        told, until = self._seq, loop.time() + self._quiet_s
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._wake.wait()
            try:
                if self._wake.is_set():
                    self._wake.clear()
                    self.push()
                if self._seq == told and loop.time() >= until:
                    self._say_alive()
            except Exception:  # a bug in a row must not leave the boards dark for ever
                log.exception("boards.failed")
            if self._seq != told or loop.time() >= until:
                told, until = self._seq, loop.time() + self._quiet_s
            await asyncio.sleep(self._frame_s)

    def push(self) -> None:
        """What differs from the frame before, to everybody who watches."""
        alerts: dict[str, Json] = dict(self._alerts)
        sections: Sections = {**self._look(), "alerts": alerts}
        changes = differences(self._shown, sections)
        self._shown = sections
        if not changes:
            return
        self._seq += 1
        if self._open:
            self._send(json.dumps({**self._head("change"), **_sections(changes)}))

    def _say_alive(self) -> None:
        self._send(json.dumps(self._head("alive")))

    def _send(self, text: str) -> None:
        """To all who watch and still may."""
        self.close(lambda me: not self.may_look(me), SIGNED_OUT, NO_LONGER)
        for board in self._open:
            board.send_text(text)

    def _head(self, kind: str) -> dict[str, Json]:
        return {"type": kind, "seq": self._seq, "now": self._now()}


def differences(before: Sections, after: Sections) -> Sections:
    """Rows that are new or other than before; None for those that are gone."""
    found: Sections = {}
    for name, rows in after.items():
        old = before.get(name, {})
        changed: dict[str, Json] = {
            key: row for key, row in rows.items() if key not in old or _differ(old[key], row)
        }
        changed.update(dict.fromkeys(old.keys() - rows.keys()))
        if changed:
            found[name] = changed
    return found


def _differ(old: Json, new: Json) -> bool:
    return old is not new and old != new


def _sections(sections: Sections) -> dict[str, Json]:
    return {name: dict(rows) for name, rows in sections.items()}
