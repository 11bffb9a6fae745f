"""One measured figure, the table of a part, and what the same part gave in an earlier run.

It must not measure anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """``name`` holds all that must be the same for two runs to be compared."""

    name: str
    value: float | None
    unit: str
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Earlier = Mapping[str, float]


def earlier_figures(runs: Sequence[Mapping[str, Any]], part: str) -> Earlier:
    """Of each name the latest value; ``runs`` are of this machine, the latest last."""
    return {
        one["name"]: one["value"]
        for run in runs
        for one in run.get(part, ())
        if one["value"] is not None
    }


def table_of(title: str, figures: Sequence[Figure], earlier: Earlier) -> Table:
    table = Table(title=title)
    for name, justify in _COLUMNS.items():
        table.add_column(name, justify=justify)
    for one in figures:
        table.add_row(
            one.name, _shown(one.value), one.unit, _ratio(one, earlier.get(one.name)), one.note
        )
    return table


_COLUMNS: Mapping[str, Literal["left", "right"]] = {
    "figure": "left", "value": "right", "unit": "left", "x earlier": "right", "": "left",
}  # fmt: skip


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def _ratio(figure: Figure, base: float | None) -> str:
    if figure.value is None or not base:
        return "-"
    return f"{figure.value / base:.2f}"
