"""Figures of a period, each with its calls; as JSON or CSV."""

from collections.abc import Iterable, Mapping

from aiohttp import web

from ari_app.core.records import Json
from ari_app.reports.show import as_csv
from ari_app.web.context import CONTEXT, parse_query, render
from ari_app.web.ports import ReportQuery
from ari_app.web.report_models import CallsOfFigure, ReportPeriod

BOM = "\ufeff"
"""Spreadsheet programs read Chinese in CSV only after it."""


async def report(request: web.Request) -> web.Response:
    query = parse_query(request, ReportPeriod)
    made = await request.app[CONTEXT].reports.report(_asked(request, query))
    if query.format == "json":
        return render(made)
    figures = [str(one["name"]) for one in _dicts(made["figures"])]
    keys = [str(key) for key in _list(made["keys"])]
    return _csv(as_csv(_dicts(made["rows"]), (*keys, *figures)))


async def calls(request: web.Request) -> web.Response:
    query = parse_query(request, CallsOfFigure)
    found = await request.app[CONTEXT].reports.calls(
        _asked(request, query), query.figure, query.row, query.limit
    )
    if query.format == "json":
        return render(found)
    rows = _dicts(found["calls"])
    return _csv(as_csv(rows, rows[0] if rows else ("call_id",)))


def _asked(request: web.Request, query: ReportPeriod) -> ReportQuery:
    return ReportQuery(request.match_info["name"], query.first, query.last, query.by)


def _list(value: Json) -> Iterable[Json]:
    return value if isinstance(value, list) else []


def _dicts(value: Json) -> list[Mapping[str, Json]]:
    return [one for one in _list(value) if isinstance(one, Mapping)]


def _csv(text: str) -> web.Response:
    return web.Response(text=BOM + text, content_type="text/csv", charset="utf-8")
