"""The day as a picture: answered within 15 s, mean wait and length of the line, by the hour.

Draws SVG as text; needs nothing but the results. One colour for each run that is compared.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape

from ari_app.rehearse.results import Hour, Result

WIDTH, PANEL, GAP, LEFT, TOP = 960, 200, 60, 60, 60
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")

Figure = Callable[[Hour], float]
PANELS: tuple[tuple[str, Figure], ...] = (
    ("15 秒内接听 / answered within 15 s, %", lambda hour: 100 * hour.waits.in_15_s),
    ("平均等待 / mean wait, s", lambda hour: hour.waits.mean_s),
    ("最长队列 / longest line, callers", lambda hour: hour.line),
    ("来电 / calls", lambda hour: hour.waits.calls),
)


def picture(results: Sequence[Result], names: Sequence[str]) -> str:
    """An SVG of all runs side by side; ``names`` are their legends."""
    height = TOP + len(PANELS) * (PANEL + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        *_legend(names),
    ]
    for number, (title, figure) in enumerate(PANELS):
        parts += _panel(TOP + number * (PANEL + GAP), title, figure, results)
    return "\n".join([*parts, "</svg>\n"])


def _legend(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        x, colour = LEFT + number * 220, _colour(number)
        yield f'<rect x="{x}" y="14" width="14" height="14" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="26">{escape(name)}</text>'


def _panel(top: int, title: str, figure: Figure, results: Sequence[Result]) -> Iterator[str]:
    values = [[figure(hour) for hour in result.hours] for result in results]
    most = max((value for row in values for value in row), default=0.0) or 1.0
    bottom = top + PANEL
    yield f'<text x="{LEFT}" y="{top - 6}" font-weight="bold">{escape(title)}</text>'
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * PANEL
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - 20}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * most:.4g}</text>'
    step = (WIDTH - 20 - LEFT) / max(1, max((len(row) for row in values), default=1))
    for hour in range(0, max((len(row) for row in values), default=0), 3):
        x = LEFT + (hour + 0.5) * step
        yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{hour}</text>'
    for number, row in enumerate(values):
        points = " ".join(
            f"{LEFT + (hour + 0.5) * step:.1f},{bottom - value / most * PANEL:.1f}"
            for hour, value in enumerate(row)
        )
        yield (
            f'<polyline points="{points}" fill="none" stroke-width="2" stroke="{_colour(number)}"/>'
        )


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]
