"""Graphviz's SVG made fit for every screen: the reader's own fonts, dark and light, same bytes.

Decides the look in the dark. Must not know what is drawn: it knows the colours of drawing_text.
"""

import re
from collections.abc import Mapping
from typing import Final

from ivr.draw.drawing_text import COLOURS, ERROR, INK, LINES, WARNING

# For each fill of the light look the one in the dark; borders become the light fills.
DARK_FILLS: Final[Mapping[str, str]] = {
    "entry": "#2b2f36",
    "step": "#2b2f36",
    "asks": "#14344f",
    "decides": "#39274a",
    "queue": "#15401f",
    "outside": "#4d3206",
    "leaves": "#0f3e40",
    "calls": "#453f0b",
    "ends": "#45484d",
}
DARK_PAPER: Final = "#16191d"
DARK_INK: Final = "#ececec"
FONTS: Final = (
    '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", '
    '"WenQuanYi Zen Hei", sans-serif'
)

SHEET: Final = f"""\
svg {{ background: #ffffff; }}
text {{ font-family: {FONTS}; }}
.node text {{ font-size: 9.5px; }}
.node text:first-of-type {{ font-size: 11px; font-weight: bold; }}
.copy text:first-of-type {{ font-size: 10px; font-weight: normal; }}
.legend text, .legend text:first-of-type {{ font-size: 9.5px; font-weight: normal; }}
.legend [font-weight="bold"] {{ font-weight: bold; }}
.node.error text:last-of-type {{ fill: {ERROR}; font-weight: bold; }}
.node.warning text:last-of-type {{ fill: {WARNING}; font-weight: bold; }}
.edge.key text {{ font-weight: bold; }}
"""


def styled(svg: str) -> str:
    """The picture with a style sheet, and without what differs from machine to machine."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->\n?", "", body, flags=re.S)
    return body.replace(">", f">\n<style>\n{_sheet()}</style>", 1)


def _sheet() -> str:
    dark = "\n".join(f"  {rule}" for rule in dark_rules())
    return f"{SHEET}@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def dark_rules() -> list[str]:
    """What only a dark screen gets; paper stays white."""
    rules = [
        f"svg {{ background: {DARK_PAPER}; }}",
        f"text {{ fill: {DARK_INK}; }}",
    ]
    for shape, (fill, border) in COLOURS.items():
        rules.append(f'[fill="{fill}"] {{ fill: {DARK_FILLS[shape]}; }}')
        rules.append(f'[stroke="{border}"] {{ stroke: {fill}; }}')
    for colour, _ in LINES.values():
        light = {"#555555": "#b5b9bf", ERROR: "#ff8a80"}.get(colour, "#82bdf0")
        rules.append(f'.edge [stroke="{colour}"] {{ stroke: {light}; }}')
        rules.append(f'.edge [fill="{colour}"] {{ fill: {light}; }}')
    for colour, light in ((ERROR, "#ff8a80"), (WARNING, "#ffb74d")):
        rules.append(f'.node [stroke="{colour}"] {{ stroke: {light}; }}')
        rules.append(f'text[fill="{colour}"] {{ fill: {light}; }}')
    rules.append(".node.error text:last-of-type { fill: #ff8a80; }")
    rules.append(".node.warning text:last-of-type { fill: #ffb74d; }")
    rules.append(f'text[fill="{INK}"] {{ fill: {DARK_INK}; }}')
    return list(dict.fromkeys(rules))
