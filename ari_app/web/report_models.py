"""The shapes of what is asked and answered about reports."""

from typing import Any, Literal

from pydantic import Field

from ari_app.web.models import Answered, Asked


class ReportPeriod(Asked):
    first: str = Field("", alias="from", description="2026-11-23, or with T08:00; today if empty")
    last: str = Field("", alias="to", description="Not included; now if empty")
    by: Literal["", "hour", "day"] = Field("", description="Cut the period into rows")
    format: Literal["json", "csv"] = "json"


class CallsOfFigure(ReportPeriod):
    figure: str = Field(description="One of the report's figures")
    row: str = Field(
        "",
        description="Only this row: a queue, an agent; or its span, 2026-11-23 08:00; or both with"
        " a space between; empty for all",
    )
    limit: int = Field(1000, ge=1, le=100_000)


class FigureDefined(Answered):
    name: str
    label: str
    says: str = Field(description="Its definition, to be shown beside it")


class ReportMade(Answered):
    report: str
    from_: str = Field(alias="from")
    to: str
    zone: str
    by: str
    keys: list[str] = Field(description="The columns that name a row")
    figures: list[FigureDefined]
    rows: list[dict[str, Any]] = Field(description="Keys and figures; null where nothing counts")


class CallsBehind(Answered):
    count: int
    calls: list[dict[str, Any]] = Field(description="`counts`: in the part of a share, too")
