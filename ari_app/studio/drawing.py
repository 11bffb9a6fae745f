"""The picture of the tree in one file, with the findings on it and a way back to the lines.

Decides what is drawn when other files cannot be read: this tree alone. Drawing is Graphviz's.
"""

from ari_app.core.records import Json
from ari_app.flows.picture import CannotDraw, here, prompt_words, svg_of
from ari_app.studio.checking import Checked, Row, sources_of
from ivr.draw.drawing import Box, Places, draw, places_of
from ivr.draw.drawing_text import to_dot
from ivr.link import Source, Trees, link
from ivr.model import Flow
from ivr.problems import Problem

LIMIT_S = 10.0


def drawn(found: Checked, file: str) -> Row:
    """``svg`` is null, with why, when there is nothing to draw."""
    sources = {str(one.flow.flow): one for one in sources_of(found.draft)}
    source = next((one for one in sources.values() if one.filename == file), None)
    if source is None:
        return _nothing("not_readable")
    flow, places, findings = _linked(found, sources, source)
    prompts = found.draft.ground.prompts if found.draft.ground else None
    words = prompt_words(prompts.catalogue, str(flow.language)) if prompts else {}
    drawing = draw(flow, findings, words, places)
    try:
        svg = svg_of(to_dot(drawing, legend=False), LIMIT_S, has_style=False)
    except CannotDraw as error:
        return _nothing("no_picture", str(error))
    boxes: list[Json] = [_box(one, places) for one in drawing.boxes]
    return {"flow": str(flow.flow), "svg": svg, "boxes": boxes, "why": "", "detail": ""}


def _linked(
    found: Checked, sources: dict[str, Source], source: Source
) -> tuple[Flow, Places, list[Problem]]:
    """The tree with those it calls, else as it stands in its own file."""
    problems = list(found.problems)
    trees = found.stage.trees if found.stage else link(sources)
    name = str(source.flow.flow)
    if isinstance(trees, Trees) and name in trees.flows:
        flow = trees.flows[name]
        return flow, places_of(trees, flow), here(problems, trees, flow)
    flow = source.flow
    lines = {str(one): source.positions.key(("nodes", one)).line for one in flow.nodes}
    own = [one for one in problems if one.file == source.filename]
    return flow, {one: (source.filename, line) for one, line in lines.items()}, own


def _box(box: Box, places: Places) -> Row:
    node = box.copy_of or box.id
    file, line = places.get(node, ("", 0))
    codes: list[Json] = [*box.codes]
    return {
        "id": box.id,
        "node": node if file else "",
        "file": file,
        "line": line,
        "is_copy": bool(box.copy_of),
        "codes": codes,
        "tooltip": box.tooltip or box.title,
    }


def _nothing(why: str, detail: str = "") -> Row:
    return {"flow": "", "svg": None, "boxes": [], "why": why, "detail": detail}
