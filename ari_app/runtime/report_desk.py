"""Reports for the API: each is made in a process of its own, one at a time.

Decides how long a report may take. Knows no figure.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any, Final

from ari_app.reports.period import By
from ari_app.runtime.report_process import ReportAsked
from ari_app.web.ports import ReportQuery, Row, Unavailable
from ari_app.web.problems import Problem

LIMIT_S: Final = 120.0


class ReportDesk:
    """Implements ``web.ports.Reports``."""

    def __init__(
        self, database_url: str, now: Callable[[], float], satisfied: frozenset[int]
    ) -> None:
        self._database_url, self._now = database_url, now
        self._satisfied = sorted(satisfied)
        self._one_at_a_time = asyncio.Lock()

    def change(self, satisfied: frozenset[int]) -> None:
        self._satisfied = sorted(satisfied)

    async def report(self, query: ReportQuery) -> Row:
        return await self._made(self._asked(query))

    async def calls(self, query: ReportQuery, figure: str, row: str, limit: int) -> Row:
        return await self._made(self._asked(query, figure=figure, row=row, limit=limit))

    def _asked(self, query: ReportQuery, **more: Any) -> ReportAsked:
        by: By = query.by
        return ReportAsked(
            self._database_url, query.name, self._now(), query.first, query.last, by,
            satisfied=self._satisfied, **more,
        )  # fmt: skip

    async def _made(self, asked: ReportAsked) -> Row:
        async with self._one_at_a_time:
            found = await _aside(asked)
        if "unknown" in found:
            raise Problem(404, "no_such_report", str(found["unknown"]))
        if "bad_period" in found:
            raise Problem(422, "bad_period", f"起止时间有误：{found['bad_period']}")
        if "away" in found:
            raise Unavailable(str(found["away"]))
        answer: Row = found["answer"]
        return answer


async def _aside(asked: ReportAsked) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ari_app.runtime.report_process",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LIMIT_S):
            answer, _ = await process.communicate(asked.as_json().encode())
    except TimeoutError as error:
        said = f"报表未能在 {LIMIT_S:g} 秒内算完，请缩短期间，或用 hotline report。"
        raise Problem(503, "report_too_long", said) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Problem(500, "report_failed", "报表计算失败；已记录，请联系管理员。")
    made: dict[str, Any] = await asyncio.to_thread(json.loads, answer)
    return made
