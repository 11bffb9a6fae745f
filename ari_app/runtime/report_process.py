"""``python -m ari_app.runtime.report_process``: one report in a process of its own.

What is asked for comes as JSON on standard input, the answer goes as JSON to standard output: no
live call waits while a month is read. Decides nothing: it asks ``reports`` and ``db``.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.core.records import Json
from ari_app.db.engine import open_engine
from ari_app.db.report_orders import orders_dispatched
from ari_app.db.report_rows import calls_behind, make_report
from ari_app.reports.figures import definition
from ari_app.reports.period import BadPeriod, By, Period, period
from ari_app.reports.report import NAMES, Report
from ari_app.reports.show import as_json
from ari_app.reports.units import FIGURES, UNITS, orders_behind, unit_report

NICENESS: Final = 10


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """``figure`` empty asks for the report, else for the calls behind it."""

    database_url: str
    name: str
    now: float
    first: str = ""
    last: str = ""
    by: By = ""
    figure: str = ""
    row: str = ""
    limit: int = 1000
    satisfied: list[int] = field(default_factory=lambda: [4, 5])

    def period(self) -> Period:
        by: By = "hour" if self.name == "hours" else self.by
        return period(self.first, self.last, self.now, by)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Unknown(Exception):
    """There is no such report or figure; the text says which there are."""


async def report_of(engine: AsyncEngine, asked: ReportAsked) -> Report:
    if asked.name == UNITS:
        orders = await orders_dispatched(engine, asked.period())
        return unit_report(asked.period(), orders, frozenset(asked.satisfied), asked.now)
    if asked.name not in NAMES:
        raise Unknown(f"没有报表 {asked.name}；可用的有 {', '.join((*NAMES, UNITS))}。")
    return await make_report(engine, asked.name, asked.period(), asked.now)


async def behind(engine: AsyncEngine, asked: ReportAsked) -> dict[str, Json]:
    """The calls, or of departments the work orders, that the figure counts."""
    if asked.name == UNITS and asked.figure in FIGURES:
        orders = await orders_dispatched(engine, asked.period())
        satisfied = frozenset(asked.satisfied)
        found = orders_behind(orders, satisfied, asked.now, asked.figure, asked.row)
        return {"count": len(found), "calls": [*found[: asked.limit]]}
    try:
        definition(asked.figure)
    except KeyError as error:
        raise Unknown(f"没有指标 {asked.figure}；报表的 JSON 里列有全部指标。") from error
    if asked.name not in NAMES:
        raise Unknown(f"没有报表 {asked.name}；可用的有 {', '.join((*NAMES, UNITS))}。")
    calls = await calls_behind(
        engine, asked.name, asked.period(), asked.figure, asked.row, asked.limit
    )
    return {"count": calls.count, "calls": [*calls.calls]}


async def _answer(asked: ReportAsked) -> dict[str, Any]:
    engine = open_engine(asked.database_url)
    try:
        if asked.figure:
            return {"answer": await behind(engine, asked)}
        return {"answer": as_json(await report_of(engine, asked))}
    except Unknown as error:
        return {"unknown": str(error)}
    except BadPeriod as error:
        return {"bad_period": str(error)}
    except (SQLAlchemyError, OSError) as error:
        return {"away": type(error).__name__}
    finally:
        await engine.dispose()


def main() -> None:
    os.nice(NICENESS)
    asked = ReportAsked(**json.load(sys.stdin))
    json.dump(asyncio.run(_answer(asked)), sys.stdout)


if __name__ == "__main__":
    main()
