"""Data with places against a pydantic model: the model, or what differs, said for people.

Decides the codes E2.. and their wording. Must not know any particular model.
"""

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ivr.positions import Path, Positions, dotted
from ivr.problems import Problem, did_you_mean

M = TypeVar("M", bound=BaseModel)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "path_type": "a path",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
}
_BOUND = {
    "less_than_equal": ("more than", "Use at most", "le"),
    "less_than": ("not less than", "Use less than", "lt"),
    "greater_than_equal": ("less than", "Use at least", "ge"),
    "greater_than": ("not more than", "Use more than", "gt"),
}
_LENGTH = {
    "too_short": ("too few", "Write at least", "min_length"),
    "too_long": ("too many", "Write at most", "max_length"),
    "string_too_short": ("too short", "Write at least", "min_length"),
    "string_too_long": ("too long", "Write at most", "max_length"),
}


def validate(
    model: type[M], data: object, positions: Positions, filename: str
) -> M | list[Problem]:
    """The model made of the data, or one problem for each difference."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = [_Finding(model, detail, positions) for detail in error.errors()]
    guessed = {guess for finding in found if (guess := finding.guess())}
    return sorted(finding.problem(filename) for finding in found if finding.path not in guessed)


class _Finding:
    """One of pydantic's errors, with the place in the file that it is about."""

    def __init__(self, model: type[BaseModel], detail: ErrorDetails, positions: Positions) -> None:
        self.detail = detail
        self.kind = detail["type"]
        self.context: Mapping[str, Any] = detail.get("ctx", {})
        self.path, self.known = _locate(model, detail["loc"])
        self.positions = positions
        if self.kind == "union_tag_invalid":
            self.path = (*self.path, "type")

    def guess(self) -> Path | None:
        """The missing field that an unknown one was meant to be: not worth a second problem."""
        if self.kind != "extra_forbidden":
            return None
        hint = did_you_mean(str(self.path[-1]), self.known)
        near = [name for name in self.known if hint == f"Did you mean '{name}'?"]
        return (*self.path[:-1], near[0]) if near else None

    def problem(self, filename: str) -> Problem:
        code, said, hint = self._words()
        about_key = self.kind in ("extra_forbidden", "missing") or "[key]" in self.detail["loc"]
        place = self.positions.key(self.path) if about_key else self.positions.value(self.path)
        name = dotted(self.path)
        message = f"{name}: {said}" if name else said
        return Problem(filename, place.line, place.col, code, message, hint)

    def _words(self) -> tuple[str, str, str]:
        kind, context = self.kind, self.context
        found = _found(self.detail["input"])
        if kind == "missing":
            return "E201", "this field is missing.", f"Add '{self.path[-1]}: ...'."
        if kind == "union_tag_not_found":
            return "E201", "the type is missing.", "Add 'type: ...'."
        if kind == "extra_forbidden":
            name = str(self.path[-1])
            return "E202", "no such field.", did_you_mean(name, self.known, what="Fields here")
        if kind == "union_tag_invalid":
            known = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
            hint = did_you_mean(str(context["tag"]), known, what="Types")
            return "E205", f"'{context['tag']}' is not a type.", hint
        if kind == "form":
            return "E206", f"{self.detail['msg']}.", context["hint"]
        if kind in _EXPECTED:
            return "E203", f"expected {_EXPECTED[kind]}, found {found}.", self._form_hint()
        return self._value_words(found)

    def _value_words(self, found: str) -> tuple[str, str, str]:
        kind, context = self.kind, self.context
        if kind in _BOUND:
            said, use, name = _BOUND[kind]
            bound = _number(context[name])
            return "E204", f"{_number(self.detail['input'])} is {said} {bound}.", f"{use} {bound}."
        if kind in _LENGTH:
            said, write, name = _LENGTH[kind]
            unit = " characters" if kind.startswith("string") else ""
            return "E204", f"{said}.", f"{write} {context[name]}{unit}."
        if kind in ("literal_error", "enum"):
            return "E204", f"found {found}.", f"Write {context['expected']}."
        if kind == "value_error":
            return "E204", self.detail["msg"].removeprefix("Value error, "), ""
        return "E200", f"{self.detail['msg']}, found {found}.", ""

    def _form_hint(self) -> str:
        value = self.detail["input"]
        if _EXPECTED[self.kind] == "a list" and isinstance(value, str):
            return f"Write [{value}]."
        if self.kind != "string_type" or not isinstance(value, bool | int | float):
            return ""
        written = self.positions.value(self.path).text or str(value)
        return f'Put it in quotes: "{written}".'


def _found(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            shown = value if len(value) <= 40 else value[:37] + "..."
            return f"the text '{shown}'"
        case Mapping():
            return "a mapping"
    return "a list"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _locate(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[Path, tuple[str, ...]]:
    """The path in the file of pydantic's ``loc``, and the fields known where it ends.

    A loc also names the member of a union that was tried, which is not a part of the path; only
    the model's annotations tell the two apart.
    """
    path: Path = ()
    here: object = model
    known: tuple[str, ...] = ()
    for part in loc:
        if part == "[key]":
            break
        here = _bare(here)
        member = _tagged(here, part)
        if member is not None:
            here = member
            continue
        path = (*path, part)
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            extra = here.__annotations__.get("__pydantic_extra__")
            known = tuple(fields)
            here = fields[str(part)].annotation if part in fields else _inside(extra)
        else:
            known, here = (), _inside(here)
    return path, known


def _bare(annotation: object) -> object:
    """Without Annotated, and without None where only one thing remains."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif _is_union(annotation):
            some = [arg for arg in get_args(annotation) if arg is not types.NoneType]
            if len(some) != 1:
                return annotation
            annotation = some[0]
        else:
            return annotation


def _tagged(annotation: object, tag: int | str) -> object | None:
    if not _is_union(annotation):
        return None
    for member in map(_bare, get_args(annotation)):
        if isinstance(member, type) and issubclass(member, BaseModel):
            for field in member.model_fields.values():
                if get_origin(field.annotation) is Literal and tag in get_args(field.annotation):
                    return member
    return None


def _inside(annotation: object) -> object:
    """What a list or mapping holds."""
    args = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    return args[-1] if args else None


def _is_union(annotation: object) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)
