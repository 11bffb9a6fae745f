"""Trees' texts to Flows, or to everything that is wrong on the first level that has errors.

Decides the order of the checks: readable, shape, names, links, graph. So nobody reads about errors
that only follow from others. Must not open files: the caller brings the texts.
"""

from collections.abc import Mapping

from ivr.graph import stranded, unreached
from ivr.link import Source, Trees, link
from ivr.model import MAIN, Flow
from ivr.names import Names, unknown_names
from ivr.problems import Problem
from ivr.yaml_source import parse, validate

NOTHING_KNOWN = Names()


def load(text: str | bytes, filename: str, names: Names = NOTHING_KNOWN) -> Flow | list[Problem]:
    """One tree that calls no other, whatever its name."""
    source = _read(text, filename, names)
    if isinstance(source, list):
        return source
    linked = link({MAIN: source})
    if isinstance(linked, list):
        return linked
    return stranded(linked) or source.flow


def load_trees(
    texts: Mapping[str, str | bytes], names: Names = NOTHING_KNOWN
) -> Trees | list[Problem]:
    """All trees of a folder, linked. ``texts`` maps file names to what is in them."""
    problems: list[Problem] = []
    sources: dict[str, Source] = {}
    for filename, text in sorted(texts.items()):
        source = _read(text, filename, names)
        if isinstance(source, list):
            problems += source
        elif source.flow.flow in sources:
            problems.append(_twice(source, sources[source.flow.flow]))
        else:
            sources[source.flow.flow] = source
    if problems:
        return sorted(problems)
    trees = link(sources)
    return trees if isinstance(trees, list) else stranded(trees) or trees


def _read(text: str | bytes, filename: str, names: Names) -> Source | list[Problem]:
    parsed = parse(text, filename)
    if isinstance(parsed, list):
        return parsed
    data, positions = parsed
    flow = validate(Flow, data, positions, filename)
    if isinstance(flow, list):
        return flow
    source = Source(flow, filename, positions)
    return unknown_names(flow, names, positions, filename) or unreached(source) or source


def _twice(source: Source, other: Source) -> Problem:
    place = source.positions.value(("flow",))
    message = f"flow: the tree '{source.flow.flow}' is in {other.filename} already."
    hint = "Give each tree a name of its own."
    return Problem(source.filename, place.line, place.col, "E314", message, hint)
