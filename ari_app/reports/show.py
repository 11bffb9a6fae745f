"""A report as CSV, JSON or a table of text. Decides only what it looks like."""

import csv
import io
from collections.abc import Iterable, Mapping

from ari_app.core.records import Json
from ari_app.reports.figures import COUNTS, SHARES, definition
from ari_app.reports.report import Report
from ari_app.reports.units import DEFINED, RATES

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheet programs: a number's name may come from outside."""


def as_json(report: Report) -> dict[str, Json]:
    """With the period, the zone and each figure's definition beside the rows."""
    period = report.period
    return {
        "report": report.name,
        "from": period.exact(period.since),
        "to": period.exact(period.until),
        "zone": str(period.zone),
        "by": period.by,
        "keys": [*report.keys],
        "figures": [_defined(name) for name in report.figures],
        "rows": [*report.rows],
    }


def _defined(name: str) -> dict[str, Json]:
    label, says = described(name)
    return {"name": name, "label": label, "says": says}


def described(name: str) -> tuple[str, str]:
    """Label and sentence, of a department's figure too."""
    return DEFINED[name] if name in DEFINED else definition(name)


def as_csv(rows: Iterable[Mapping[str, Json]], columns: Iterable[str]) -> str:
    out = io.StringIO()
    names = list(columns)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(str(one) for one in value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return str(value)


def as_text(name: str, value: Json) -> str:
    """One cell for people: shares in percent, seconds rounded."""
    if value is None:
        return "–"
    if name in (*SHARES, *RATES, "occupancy", "score") or name.startswith("connect_rate"):
        return f"{float(str(value)) * 100:.2f} %"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value)


def is_empty(row: Mapping[str, Json]) -> bool:
    """Nobody called: nothing but zeros."""
    return not any(row.get(name) for name in COUNTS)
