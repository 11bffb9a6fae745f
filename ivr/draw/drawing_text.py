"""A drawing as text for the two programs that draw: Graphviz (DOT) and Mermaid.

Decides shapes, colours and line breaks; each kind has a shape and a border of its own, so nothing
is told by colour alone. Must not know trees: a Drawing is all there is.
"""

import html
import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from ivr.draw.drawing import Arrow, Box, Drawing, Manner, Shape
from ivr.problems import Problem

# Fill and border of each kind; the words on it are INK. Chosen to differ also in grey.
COLOURS: Final[Mapping[Shape, tuple[str, str]]] = {
    "entry": ("#ffffff", "#444444"),
    "step": ("#f5f5f5", "#767676"),
    "asks": ("#dbe9f6", "#1f6fb2"),
    "decides": ("#ece3f4", "#7b4fa3"),
    "queue": ("#d9efdc", "#2a7d3b"),
    "outside": ("#fdebd2", "#b26a00"),
    "leaves": ("#d8eff0", "#16777c"),
    "calls": ("#fbf6cf", "#8a7800"),
    "ends": ("#e2e2e2", "#333333"),
}
INK: Final = "#1a1a1a"
ERROR: Final = "#c62828"
WARNING: Final = "#b26a00"
LINES: Final[Mapping[Manner, tuple[str, str]]] = {
    "way": ("#555555", "solid"),
    "key": ("#1f6fb2", "solid"),
    "late": ("#555555", "dashed"),
    "failure": ("#c62828", "dotted"),
}
DOT_SHAPES: Final[Mapping[Shape, str]] = {
    "entry": 'shape=oval, style="filled"',
    "step": 'shape=box, style="filled,rounded"',
    "asks": 'shape=box, style="filled"',
    "decides": 'shape=hexagon, style="filled", margin="0.02,0.04"',
    "queue": 'shape=box, style="filled,rounded", peripheries=2',
    "outside": 'shape=cds, style="filled", margin="0.2,0.08"',
    "leaves": 'shape=note, style="filled"',
    "calls": 'shape=component, style="filled", margin="0.2,0.06"',
    "ends": 'shape=octagon, style="filled", margin="0.04,0.02"',
}
MERMAID_SHAPES: Final[Mapping[Shape, tuple[str, str]]] = {
    "entry": ("((", "))"),
    "step": ("(", ")"),
    "asks": ("[", "]"),
    "decides": ("{{", "}}"),
    "queue": ("([", "])"),
    "outside": (">", "]"),
    "leaves": ("[/", "/]"),
    "calls": ("[[", "]]"),
    "ends": ("[\\", "/]"),
}
MERMAID_ARROWS: Final[Mapping[Manner, str]] = {
    "way": "-->",
    "key": "==>",
    "late": "-.->",
    "failure": "-.-x",
}
KINDS: Final[Mapping[Shape, str]] = {
    "step": "goes on",
    "asks": "asks for keys",
    "decides": "decides by facts",
    "queue": "waits for a person",
    "outside": "outside number",
    "leaves": "callback, message",
    "calls": "other tree",
    "ends": "hangs up",
}
WIDTH: Final = 26
LABEL_WIDTH: Final = 22
RESORT: Final = "✚ last resort"


def to_dot(drawing: Drawing, *, legend: bool = True) -> str:
    """For ``dot -Tsvg``. Kinds are also classes of the SVG, for a style sheet."""
    lines = [
        "digraph tree {",
        f"  graph [rankdir=LR, nodesep=0.16, ranksep=0.55, pad=0.3, fontname={FONT}, fontsize=15,",
        f"         labelloc=t, labeljust=l, label={_dot(drawing.title)}, bgcolor=transparent]",
        f'  node [fontname={FONT}, fontsize=10, fontcolor="{INK}", margin="0.11,0.06", height=0.3]',
        f'  edge [fontname={FONT}, fontsize=10, arrowsize=0.7, fontcolor="{INK}"]',
    ]
    for number, (group, boxes) in enumerate(_groups(drawing).items()):
        inside = [f"  {_dot_box(box)}" for box in boxes]
        if group:
            head = f"  subgraph cluster_{number} {{"
            look = f'    label={_dot(group)}; style="rounded,dashed"; color="#767676"; class=group'
            lines += [head, look, *(f"  {line}" for line in inside), "  }"]
        else:
            lines += inside
    lines += [f"  {_dot_arrow(arrow)}" for arrow in drawing.arrows]
    if legend:
        lines.append(f"  {_dot_legend(drawing)}")
    return "\n".join([*lines, "}", ""])


FONT: Final = '"sans-serif"'


def _plain(text: str) -> str:
    """Without characters that no picture can hold."""
    return "".join(one if one == "\n" or one.isprintable() else " " for one in text)


def _dot(text: str) -> str:
    escaped = _plain(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _html(text: str, *, bold: bool = False, colour: str = "") -> str:
    shown = html.escape(_plain(text), quote=True)
    shown = f"<B>{shown}</B>" if bold else shown
    return f'<FONT COLOR="{colour}">{shown}</FONT>' if colour else shown


def _dot_box(box: Box) -> str:
    fill, border = COLOURS[box.shape]
    if box.codes:
        border = ERROR if box.has_error else WARNING
    width = 1.2 if box.copy_of or not box.codes else 3
    style = DOT_SHAPES[box.shape]
    if box.copy_of:
        style = 'shape=box, style="filled,rounded,dashed"'
    classes = " ".join(_classes(box))
    return (
        f"{_dot(box.id)} [{style}, fillcolor={_dot(fill)}, color={_dot(border)}, "
        f"penwidth={width}, class={_dot(classes)}, tooltip={_dot(box.tooltip or box.title)}, "
        f"label={_dot(_lines(box))}]"
    )


def _lines(box: Box) -> str:
    """The name first and the marks last: the style sheet counts on it."""
    lines = [_title(box)]
    if box.shape != "entry":
        lines += [part for line in box.lines for part in _wrapped(line)]
    if box.is_resort and not box.copy_of:
        lines.append(RESORT)
    return "\n".join([*lines, *([_marks(box)] if box.codes else [])])


def _title(box: Box) -> str:
    if box.copy_of:
        return f"{'✚' if box.is_resort else '→'} {box.title}"
    return box.title


def _marks(box: Box) -> str:
    sign = "✖" if box.has_error else "⚠"
    return f"{sign} {' '.join(box.codes)}"


def _classes(box: Box) -> Iterator[str]:
    yield box.shape
    if box.copy_of:
        yield "copy"
    if box.codes:
        yield "error" if box.has_error else "warning"


def _dot_arrow(arrow: Arrow) -> str:
    colour, style = LINES[arrow.manner]
    label = f", label={_dot(_label(arrow))}" if arrow.label else ""
    return (
        f"{_dot(arrow.source)} -> {_dot(arrow.target)} [color={_dot(colour)}, style={style}, "
        f'class="{arrow.manner}", tooltip={_dot(arrow.label or " ")}{label}]'
    )


def _dot_legend(drawing: Drawing) -> str:
    cells = [
        f'<TR><TD ALIGN="LEFT" BGCOLOR="{COLOURS[shape][0]}">{_html(KINDS[shape])}</TD></TR>'
        for shape in KINDS
        if any(box.shape == shape for box in drawing.boxes)
    ]
    notes = [
        "blue, bold: a key. dashed: silence, a wrong key, no time left. dotted: failure",
        "✚ the last resort: whatever fails and has no arrow leads there",
        "→ a node that is drawn elsewhere",
    ]
    cells += [f'<TR><TD ALIGN="LEFT">{_html(note)}</TD></TR>' for note in notes]
    cells += [_finding_row(found) for found in drawing.findings[:40]]
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="2">'
    return f'"legend" [shape=plaintext, class="legend", label=<{table}{"".join(cells)}</TABLE>>]'


def _finding_row(found: Problem) -> str:
    colour = WARNING if found.is_warning else ERROR
    sign = "⚠" if found.is_warning else "✖"
    said = _html(f"{sign} {found.code}", bold=True, colour=colour)
    lines = textwrap.wrap(f"{found.file.rpartition('/')[2]}:{found.line} {found.message}", 70)[:3]
    rest = '<BR ALIGN="LEFT"/>'.join(_html(line) for line in lines)
    return f'<TR><TD ALIGN="LEFT" BALIGN="LEFT">{said} {rest}<BR ALIGN="LEFT"/></TD></TR>'


def _groups(drawing: Drawing) -> dict[str, list[Box]]:
    groups: dict[str, list[Box]] = {}
    for box in drawing.boxes:
        groups.setdefault(box.group, []).append(box)
    return groups


def _wrapped(text: str, width: int = WIDTH) -> list[str]:
    """Broken between words, or after the _ of a long name."""
    if len(text) <= width:
        return [text]
    spaced = text.replace("_", "_\u200b").replace(".", ".\u200b").split("\u200b")
    lines = [""]
    for part in [piece for chunk in spaced for piece in _pieces(chunk)]:
        if lines[-1] and len(lines[-1]) + len(part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return [line.strip() for line in lines if line.strip()]


def _pieces(chunk: str) -> list[str]:
    return [word + " " for word in chunk.split(" ")[:-1]] + [chunk.split(" ")[-1]]


def _label(arrow: Arrow) -> str:
    return "\n".join(_wrapped(arrow.label, LABEL_WIDTH))


def to_mermaid(drawing: Drawing, *, legend: bool = True) -> str:
    """A flowchart, as GitHub, GitLab and many editors show it in a ```mermaid block."""
    ids = {box.id: f"n{number}" for number, box in enumerate(drawing.boxes)}
    lines = ["---", f"title: {_mermaid(drawing.title)}", "---", "flowchart LR"]
    for number, (group, boxes) in enumerate(_groups(drawing).items()):
        inside = [f"  {_mermaid_box(box, ids[box.id])}" for box in boxes]
        if group:
            lines += [f"  subgraph g{number} [{_mermaid(group)}]", *inside, "  end"]
        else:
            lines += inside
    for arrow in drawing.arrows:
        said = f"|{_mermaid(_label(arrow))}|" if arrow.label else ""
        between = MERMAID_ARROWS[arrow.manner]
        lines.append(f"  {ids[arrow.source]} {between}{said} {ids[arrow.target]}")
    if legend and drawing.findings:
        said = "\n".join(f"{one.code} {one.message}" for one in drawing.findings[:40])
        lines.append(f"  legend[{_mermaid(said)}]:::legend")
    for box in drawing.boxes:
        lines += [f"  class {ids[box.id]} {name}" for name in _classes(box) if name != box.shape]
    for shape, (fill, border) in COLOURS.items():
        lines.append(f"  classDef {shape} fill:{fill},stroke:{border},color:{INK}")
    lines.append("  classDef copy stroke-dasharray:4 3")
    lines.append(f"  classDef error stroke:{ERROR},stroke-width:4px")
    lines.append(f"  classDef warning stroke:{WARNING},stroke-width:4px")
    lines.append(f"  classDef legend fill:#ffffff,stroke:{ERROR},color:{INK},text-align:left")
    return "\n".join([*lines, ""])


def _mermaid_box(box: Box, made_id: str) -> str:
    before, after = ("(", ")") if box.copy_of else MERMAID_SHAPES[box.shape]
    return f"{made_id}{before}{_mermaid(_lines(box))}{after}:::{box.shape}"


def _mermaid(text: str) -> str:
    plain = _plain(text).replace("&", "#amp;").replace('"', "#quot;")
    plain = plain.replace("<", "#lt;").replace(">", "#gt;").replace("\n", "<br/>")
    return f'"{plain}"'
