"""``hotline report``: figures of a period, and the calls behind each.

Reads the database, so it works while the service is down. Decides only what is shown.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from ari_app.cli.database import with_engine
from ari_app.cli.instants import clock
from ari_app.core.records import Json
from ari_app.reports.period import BadPeriod, By
from ari_app.reports.report import Report
from ari_app.reports.show import as_csv, as_json, as_text, described
from ari_app.reports.units import FIGURES, UNITS
from ari_app.runtime.report_process import ReportAsked, Unknown, behind, report_of
from ari_app.settings import Settings
from ari_app.ticket_files import load_rules
from ari_app.tickets.sla import Sla

app = typer.Typer(help="Figures of a period, each with its calls. 报表。", no_args_is_help=True)

From = Annotated[str, typer.Option("--from", help="2026-11-23 or 2026-11-23T08:00; today if not.")]
To = Annotated[str, typer.Option("--to", help="Not included; now if not given.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON with the definitions.")]
Each = Annotated[str, typer.Option("--by", help="Cut the period: hour or day.")]

SHOWN = {
    "hours": ("offered", "answered", "abandoned", "connect_rate", "connect_rate_24h",
              "level_arrival", "level_queue", "asa_s", "aht_s", "occupancy"),
    "agents": ("talks", "talk_s", "hold_s", "wrap_up_s", "aht_s", "offers", "offers_missed",
               "signed_in_s", "paused_s", "occupancy"),
    UNITS: FIGURES,
}  # fmt: skip
"""Columns of the table for people; CSV and JSON have all."""
SHOWN_ELSE = (
    "arrived", "offered", "answered", "abandoned", "connect_rate", "level_arrival", "level_queue",
    "asa_s", "aht_s", "first_contact",
)  # fmt: skip


def _settings() -> Settings:
    from ari_app import cli  # this module is one of its parts

    return cli._settings()


def _run(name: str, span: tuple[str, str, str], show: Callable[[Report], None]) -> typer.Exit:
    async def work(engine: AsyncEngine, now: float) -> int:
        show(await report_of(engine, _asked(name, now, span)))
        return 0

    return typer.Exit(asyncio.run(with_database(_settings(), work)))


def _asked(name: str, now: float, span: tuple[str, str, str], **more: Any) -> ReportAsked:
    cuts: dict[str, By] = {"": "", "hour": "hour", "day": "day"}
    first, last, by = span
    if by not in cuts:
        raise BadPeriod(f"--by {by}: write hour or day")
    settings = _settings()
    rules = load_rules(settings.config_dir, None) if name == UNITS else []
    satisfied = Sla().satisfied if isinstance(rules, list) else rules.sla.satisfied
    return ReportAsked(
        settings.database_url, name, now, first, last, cuts[by], satisfied=sorted(satisfied), **more
    )


async def with_database(
    settings: Settings, work: Callable[[AsyncEngine, float], Awaitable[int]]
) -> int:
    async def asked(engine: AsyncEngine) -> int:
        try:
            return await work(engine, datetime.now().astimezone().timestamp())
        except (BadPeriod, Unknown) as error:
            print(error, file=sys.stderr)
            return 2

    return await with_engine(settings, asked)


def _shower(
    *, as_csv_: bool, as_json_: bool, show: Callable[[Report], None]
) -> Callable[[Report], None]:
    if as_json_:
        return lambda report: print(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    if as_csv_:
        return lambda report: print(as_csv(report.rows, (*report.keys, *report.figures)), end="")
    return show


@app.command("day")
def day(
    first: From = "", last: To = "", by: Each = "", csv: Csv = False, json_: AsJson = False
) -> None:
    """All figures of the period with their definitions. 总表。"""
    shower = _shower(as_csv_=csv, as_json_=json_, show=_print_figures)
    raise _run("day", (first, last, by), shower)


@app.command("hours")
def hours(first: From = "", last: To = "", csv: Csv = False, json_: AsJson = False) -> None:
    """Hour by hour, with the connect rate of the 24 hours before. 分时。"""
    raise _run("hours", (first, last, "hour"), _shower(as_csv_=csv, as_json_=json_, show=_print))


@app.command("agents")
def agents(
    first: From = "", last: To = "", by: Each = "", csv: Csv = False, json_: AsJson = False
) -> None:
    """Each agent's talks, times and occupancy. 话务员。"""
    raise _run("agents", (first, last, by), _shower(as_csv_=csv, as_json_=json_, show=_print))


@app.command("queues")
def queues(
    first: From = "", last: To = "", by: Each = "", csv: Csv = False, json_: AsJson = False
) -> None:
    """Each queue. 队列。"""
    raise _run("queues", (first, last, by), _shower(as_csv_=csv, as_json_=json_, show=_print))


@app.command("numbers")
def numbers(
    first: From = "", last: To = "", by: Each = "", csv: Csv = False, json_: AsJson = False
) -> None:
    """Each number that was dialled. 被叫号码。"""
    raise _run("numbers", (first, last, by), _shower(as_csv_=csv, as_json_=json_, show=_print))


@app.command("topics")
def topics(
    first: From = "", last: To = "", by: Each = "", csv: Csv = False, json_: AsJson = False
) -> None:
    """Each topic: the ticket's category, else its case type. 诉求分类。"""
    raise _run("topics", (first, last, by), _shower(as_csv_=csv, as_json_=json_, show=_print))


@app.command("units")
def units(first: From = "", last: To = "", csv: Csv = False, json_: AsJson = False) -> None:
    """Each department with its rank: signed, answered, closed in time, satisfaction. 承办单位。"""
    raise _run("units", (first, last, ""), _shower(as_csv_=csv, as_json_=json_, show=_print))


@app.command("calls")
def calls(
    name: Annotated[Literal["day", "hours", "agents", "queues", "numbers", "topics",
                            "units"],
                    typer.Argument(help="The report.")],
    figure: Annotated[str, typer.Argument(help="One of its figures, as in JSON.")],
    row: Annotated[str, typer.Option("--row", help="Only this row: a queue, an agent ...")] = "",
    first: From = "", last: To = "", csv: Csv = False, json_: AsJson = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000)] = 1000,
) -> None:  # fmt: skip
    """The calls behind a figure. 指标对应的来电。"""

    async def work(engine: AsyncEngine, now: float) -> int:
        asked = _asked(name, now, (first, last, ""), figure=figure, row=row, limit=limit)
        _show_calls(await behind(engine, asked), csv=csv, json_=json_)
        return 0

    raise typer.Exit(asyncio.run(with_database(_settings(), work)))


def _show_calls(found: dict[str, Json], *, csv: bool, json_: bool) -> None:
    rows = found["calls"]
    calls = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    columns = [*calls[0]] if calls else ["call_id"]
    if json_:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif csv:
        print(as_csv(calls, columns), end="")
    else:
        table = Table(*columns, box=None, header_style="bold")
        for call in calls:
            table.add_row(*(_cell(name, call[name]) for name in columns))
        Console(markup=False, highlight=False, width=_WIDE).print(table)
        print(f"{len(calls)} of {found['count']}")


def _cell(name: str, value: Json) -> str:
    return _instant(value) if name.endswith("_at") else _plain(value)


def _print_figures(report: Report) -> None:
    table = Table("figure", "", *_spans(report), "", box=None, header_style="bold")
    for name in report.figures:
        label, says = described(name)
        values = [as_text(name, row[name]) for row in report.rows]
        table.add_row(name, label, *values, says)
    print(_heading(report))
    Console(markup=False, highlight=False, width=_WIDE).print(table)


_WIDE = 200


def _spans(report: Report) -> list[str]:
    return [str(row.get("from", "")) for row in report.rows]


def _print(report: Report) -> None:
    figures = SHOWN.get(report.name, SHOWN_ELSE)
    names = (*report.keys, *figures)
    table = Table(*names, box=None, header_style="bold")
    for row in report.rows:
        keys = [_plain(row[key]) for key in report.keys]
        table.add_row(*keys, *(as_text(name, row[name]) for name in figures))
    print(_heading(report))
    Console(markup=False, highlight=False, width=_WIDE).print(table)
    for name in figures:
        label, says = described(name)
        print(f"  {name}  {label}：{says}")


def _heading(report: Report) -> str:
    span = report.period
    return f"{report.name}  {span.shown(span.since)} – {span.shown(span.until)}  {span.zone}"


def _instant(at: Json) -> str:
    if not isinstance(at, int | float):
        return ""
    return clock(at)


def _plain(value: Json) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "".join(c if c.isprintable() else "?" for c in text)
