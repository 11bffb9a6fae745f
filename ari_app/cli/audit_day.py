"""``hotline audit-day DATE``: do event log, journal, calls and tickets tell of the same calls?

Reads the database and the log, so it works while the service is down. Decides only what is shown.
"""

import asyncio
import json
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.cli.report import with_database
from ari_app.db.day_rows import call_rows, journal_calls, logged_calls
from ari_app.reports.audit_day import NAMED, Compared, DayAudit, audit
from ari_app.reports.period import day
from ari_app.settings import Settings


def run(
    date: Annotated[str, typer.Argument(help="2026-11-23, in China's time.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """A day's calls from all sides, its figures twice; exit code 1 if they differ. 日核对。"""
    from ari_app import cli  # this module is one of its parts

    raise typer.Exit(asyncio.run(_run(cli._settings(), date, as_json=as_json)))


async def _run(settings: Settings, date: str, *, as_json: bool) -> int:
    async def work(engine: AsyncEngine, now: float) -> int:
        period = day(date)
        logged, since = await asyncio.to_thread(logged_calls, settings.cel_file)
        facts, rows = await journal_calls(engine, period), await call_rows(engine, period)
        found = audit(facts, rows, logged, since, period)
        _show(found, as_json=as_json)
        return 0 if found.agrees else 1

    return await with_database(settings, work)


def _show(found: DayAudit, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return
    for one in found.compared:
        _print(one)
    for remark in found.remarks:
        print(f"  {remark}")
    print("all agree" if found.agrees else "they differ: see above")


def _print(one: Compared) -> None:
    mark = "ok " if one.agrees else "NO "
    print(f"{mark} {one.what}: {one.left:g} = {one.right:g}")
    for side, ids in (("first", one.missing), ("second", one.extra)):
        if ids:
            more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
            print(f"     only in the {side}: {', '.join(ids[:NAMED])}{more}")
