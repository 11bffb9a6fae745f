"""Reports over HTTP: who may see them, as what, and what a spreadsheet must not run."""

import pytest

from ari_app.web.ports import ReportQuery
from tests.web.conftest import Api

pytestmark = pytest.mark.asyncio


async def test_a_supervisor_gets_a_report_with_its_definitions(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.get("reports/queues?from=2026-11-23&to=2026-11-24&by=hour", token)
    assert answer.status == 200
    body = await answer.json()
    assert body["rows"] == [{"queue": "=1+1", "offered": 3}]
    assert body["figures"][0]["label"] == "请求人工"
    assert api.reports.asked == [(ReportQuery("queues", "2026-11-23", "2026-11-24", "hour"),)]


async def test_csv_guards_what_a_spreadsheet_would_run(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.get("reports/queues?format=csv", token)
    assert answer.content_type == "text/csv"
    assert await answer.text() == "\ufeffqueue,offered\r\n'=1+1,3\r\n"


async def test_the_calls_behind_a_figure_are_listed(api: Api) -> None:
    token = await api.sign_in("boss")
    answer = await api.get("reports/queues/calls?figure=offered&row=general&limit=5", token)
    assert (await answer.json())["count"] == 1
    assert api.reports.asked == [(ReportQuery("queues"), "offered", "general", 5)]


async def test_an_agent_sees_no_report_and_an_unknown_one_is_not_found(api: Api) -> None:
    assert (await api.get("reports/day", await api.sign_in("wang"))).status == 403
    assert (await api.get("reports/nothing", await api.sign_in("boss"))).status == 404


async def test_what_is_asked_wrongly_is_named(api: Api) -> None:
    answer = await api.get("reports/day?by=week", await api.sign_in("boss"))
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["field"] == "by"
