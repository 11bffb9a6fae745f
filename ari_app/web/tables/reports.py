"""Figures of a period, each with its calls."""

from ari_app.web import report_models as m
from ari_app.web.api import reports
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/reports/{{name}}", reports.report, "reader",
          "day, hours, agents, queues, numbers, topics or units; JSON, or CSV with `format=csv`",
          m.ReportMade, query=m.ReportPeriod, refusals=(404, 422, 503)),
    Route("GET", f"{V1}/reports/{{name}}/calls", reports.calls, "reader",
          "The calls behind a figure; of units the work orders", m.CallsBehind,
          query=m.CallsOfFigure, refusals=(404, 422, 503)),
)  # fmt: skip
