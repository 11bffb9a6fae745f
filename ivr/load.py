"""A tree's text to a Flow, or to everything that is wrong on the first level that has errors.

Decides the order of the checks: readable, shape, names, graph. So nobody reads about errors that
only follow from others. Must not open files: the caller brings the text.
"""

from ivr.graph import stranded
from ivr.model import Flow
from ivr.names import Names, unknown_names
from ivr.problems import Problem
from ivr.yaml_source import parse, validate

NOTHING_KNOWN = Names()


def load(text: str | bytes, filename: str, names: Names = NOTHING_KNOWN) -> Flow | list[Problem]:
    source = parse(text, filename)
    if isinstance(source, list):
        return source
    data, positions = source
    flow = validate(Flow, data, positions, filename)
    if isinstance(flow, list):
        return flow
    problems = unknown_names(flow, names, positions, filename)
    return problems or stranded(flow, positions, filename) or flow
