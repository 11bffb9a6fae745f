"""Names in a tree against the names that exist: nodes, queues, skills, prompts, languages.

Decides the codes E3... Must not know where the known names come from.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ivr.facts import FORMS, HOURS, form_of
from ivr.fields import (
    REPEAT,
    FactRef,
    FieldRef,
    LanguageRef,
    NodeRef,
    NumberRef,
    QueueRef,
    ScheduleRef,
    SkillRef,
    Speaks,
)
from ivr.model import Flow, Line, walk
from ivr.nodes import QueueNode, SetNode, SurveyNode
from ivr.nodes.branch import Case, Test
from ivr.positions import Path, Positions, dotted
from ivr.problems import Problem, did_you_mean

FieldKind = Literal["text", "yes_no", "number"]


@dataclass(frozen=True, slots=True)
class Names:
    """What exists outside the tree. None means not known, so not checked.

    ``prompts`` maps each language to the ids of its prompts, ``fields`` each field of the ticket
    that a tree may write to what it takes.
    """

    queues: Collection[str] | None = None
    skills: Collection[str] | None = None
    schedules: Collection[str] | None = None
    numbers: Collection[str] | None = None
    prompts: Mapping[str, Collection[str]] | None = None
    fields: Mapping[str, FieldKind] | None = None


def unknown_names(flow: Flow, names: Names, positions: Positions, filename: str) -> list[Problem]:
    """Every name that stands for nothing, and a last resort that is none."""
    resolver = _Resolver(flow, names)
    found = [
        (path, value, wrong) for path, value in walk(flow) if (wrong := resolver.wrong(path, value))
    ]
    problems = []
    for path, value, (code, message, hint) in found:
        is_key = code == "E307" or path[-1:] == (value,)
        place = positions.key(path) if is_key else positions.value(path)
        problems.append(Problem(filename, place.line, place.col, code, message, hint))
    return sorted(problems)


Wrong = tuple[str, str, str]


class _Resolver:
    def __init__(self, flow: Flow, names: Names) -> None:
        self.flow = flow
        self.names = names
        prompts = names.prompts
        self.languages = None if prompts is None else prompts.keys()
        self.prompt_ids = None if prompts is None else {i for ids in prompts.values() for i in ids}

    def wrong(self, path: Path, value: object) -> Wrong | None:
        match value:
            case NodeRef():
                return self._wrong_node(path, value)
            case QueueRef():
                return _unknown("E302", "queue", path, value, self.names.queues)
            case SkillRef():
                return _unknown("E303", "skill", path, value, self.names.skills)
            case LanguageRef():
                return _unknown("E305", "language", path, value, self.languages)
            case ScheduleRef():
                return _unknown("E310", "schedule", path, value, self.names.schedules)
            case NumberRef():
                return self._wrong_number(path, value)
            case FieldRef():
                return _unknown("E317", "field", path, value, self.names.fields)
            case SetNode():
                return self._wrong_value(path, value.field, [value.value])
            case SurveyNode():
                return self._wrong_value(path, value.field, value.keys.values())
            case Line():
                wrong = (self._wrong_value(path, *pair) for pair in value.written())
                return next((one for one in wrong if one), None)
            case FactRef():
                return self._wrong_fact(path, value)
            case Case():
                return _wrong_test(path, value)
            case Speaks():
                ids = value.prompt_ids()
                unsaid = (_unknown("E304", "prompt", path, one, self.prompt_ids) for one in ids)
                return next((one for one in unsaid if one), None)
        return None

    def _wrong_number(self, path: Path, name: NumberRef) -> Wrong | None:
        """The nearest name of 119 is 110: better to name them all."""
        known = self.names.numbers
        if known is None or name in known:
            return None
        hint = f"Known numbers: {', '.join(sorted(known)) or 'none'}."
        return "E311", f"{dotted(path)}: there is no number '{name}'.", hint

    def _wrong_fact(self, path: Path, name: FactRef) -> Wrong | None:
        found = form_of(name)
        if found is None:
            known = [form.pattern for form in FORMS]
            hint = did_you_mean(name, known, what="Facts")
            return "E308", f"{dotted(path)}: there is no fact '{name}'.", hint
        form, part = found
        match form.slot():
            case "queue":
                return _unknown("E302", "queue", path, part, self.names.queues)
            case "skill":
                return _unknown("E303", "skill", path, part, self.names.skills)
            case "schedule":
                return _unknown("E310", "schedule", path, part, self.names.schedules)
            case "field":
                return _unknown("E317", "field", path, part, self.names.fields)
        return None

    def _wrong_value(self, path: Path, field: str, values: Iterable[str]) -> Wrong | None:
        kind = (self.names.fields or {}).get(field, "text")
        unfit = next((value for value in values if not _takes(kind, value)), None)
        if unfit is None:
            return None
        message = f"{dotted(path)}: the field {field} cannot hold '{unfit}'."
        return "E318", message, f"Write {_TAKEN[kind]}."

    def _wrong_node(self, path: Path, name: NodeRef) -> Wrong | None:
        if len(path) == 2 and path[0] == "nodes":
            return self._wrong_definition(path, name)
        if name == REPEAT and len(path) == 4 and path[2] == "keys":
            return None
        wrong = _unknown("E301", "node", path, name, self.flow.nodes)
        if wrong or path != ("last_resort",):
            return wrong
        resort = self.flow.nodes[name]
        if isinstance(resort, QueueNode) and resort.max_wait_s is None:
            return None
        hint = "Name a node of type queue that has no max_wait_s."
        return "E306", f"last_resort: '{name}' may leave a caller without anybody.", hint

    def _wrong_definition(self, path: Path, name: NodeRef) -> Wrong | None:
        if name != REPEAT:
            return None
        return "E307", f"{dotted(path)}: a node cannot have this name.", "It means: say it again."


def _unknown(
    code: str, what: str, path: Path, name: str, known: Collection[str] | None
) -> Wrong | None:
    if known is None or name in known:
        return None
    hint = did_you_mean(name, known, what=f"Known {what}s")
    return code, f"{dotted(path)}: there is no {what} '{name}'.", hint


_TAKEN = {"text": "any text", "yes_no": '"true" or "false"', "number": "a whole number"}


def _takes(kind: FieldKind, value: str) -> bool:
    match kind:
        case "yes_no":
            return value in ("true", "false")
        case "number":
            return value.isascii() and value.isdigit() and len(value) < 10
    return True


_KINDS = {
    "yes_no": "true or false",
    "number": "a number: ask for at_least or below",
    "text": "a text",
    "hours": ", ".join(HOURS),
}


def _wrong_test(path: Path, case: Case) -> Wrong | None:
    for name, test in case.if_.items():
        found = form_of(name)
        if found and not _suits(found[0].kind, test):
            message = f"{dotted(path)}.if: {name} can never be that."
            return "E309", message, f"It is {_KINDS[found[0].kind]}."
    return None


def _suits(kind: str, test: Test) -> bool:
    """Whether a fact of this kind can pass the test at all."""
    is_range = test.at_least is not None or test.below is not None
    values = test.one_of or ()
    switches = [isinstance(value, bool) for value in values]
    match kind:
        case "yes_no":
            return not is_range and test.starts_with is None and all(switches)
        case "number":
            whole = all(isinstance(value, int) for value in values)
            return test.starts_with is None and whole and not any(switches)
        case "hours":
            return not is_range and test.starts_with is None and set(values) <= set(HOURS)
    return not is_range and not any(switches)
