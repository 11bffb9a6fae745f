"""Data with places against a pydantic model: the model, or what differs, said for people.

Decides the codes E2.. and their wording. Must not know any particular model.
"""

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ivr.fields import TextForm
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
_WRITE = {
    "text": "Write a text.",
    "a whole number": "Write digits alone, such as 3.",
    "a number": "Write a number without a unit, such as 2.5.",
    "true or false": "Write true or false.",
    "a list": "Write [a, b], or a line '- a' for each.",
    "a mapping (key: value)": "Write {key: value}, or lines 'key: value' below it.",
    "a mapping (key: value) or a text": "Write its name alone, or {key: value}.",
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
    return sorted(finding.problem(filename) for finding in _worth_saying(found))


def _worth_saying(found: "list[_Finding]") -> "Iterator[_Finding]":
    """Without what only follows from another one, and one for all members of a union."""
    guessed = {guess for finding in found if (guess := finding.guess())}
    unions: dict[Path, list[_Finding]] = {}
    for finding in found:
        if finding.in_union:
            unions.setdefault(finding.path, []).append(finding)
        elif finding.path not in guessed and not finding.only_counts(found):
            yield finding
    for members in unions.values():
        fitting = [one for one in members if one.kind not in _EXPECTED]
        members[0].alternatives = tuple(dict.fromkeys(one.expected() for one in members))
        members[0].kinds = frozenset(one.kind for one in members)
        yield (fitting or members)[0]


class _Finding:
    """One of pydantic's errors, with the place in the file that it is about."""

    def __init__(self, model: type[BaseModel], detail: ErrorDetails, positions: Positions) -> None:
        self.detail = detail
        self.kind = detail["type"]
        self.context: Mapping[str, Any] = detail.get("ctx", {})
        self.positions = positions
        self.alternatives: tuple[str, ...] = ()
        self.kinds = frozenset({self.kind})
        spot = _locate(model, detail["loc"])
        self.known, self.model, self.in_union = spot.known, spot.model, spot.in_union
        self.form = spot.form
        self.path = self._written(spot.path)
        if self.kind == "union_tag_invalid":
            self.path = (*self.path, "type")
        elif self.kind == "union_tag_not_found" and self._misspelt_type():
            self.kind, self.known = "extra_forbidden", ("type",)
            self.path = (*self.path, self._misspelt_type())

    def _written(self, path: Path) -> Path:
        """Without the parts of a long form of which the file has the short one."""
        kept: Path = ()
        if path[:1] not in self.positions.values and self.kind != "missing":
            # Not from the file at all, but from the environment.
            return path
        for part in path:
            there = (*kept, part) in self.positions.values
            if there or (self.kind == "missing" and part is path[-1]):
                kept = (*kept, part)
        return kept

    def _misspelt_type(self) -> str:
        data = self.detail["input"]
        names = [str(name) for name in data] if isinstance(data, Mapping) else []
        return next(iter(difflib.get_close_matches("type", names, n=1)), "")

    def expected(self) -> str:
        """The kind of value that belongs there; empty if the kind was right."""
        if self.kind in ("model_type", "model_attributes_type") and _has_short_form(self.model):
            return "a mapping (key: value) or a text"
        if self.kind == "string_type" and self.form:
            return self.form.what
        return _EXPECTED.get(self.kind, "")

    def only_counts(self, found: "list[_Finding]") -> bool:
        """Too few, but only because those that are there are wrong themselves."""
        inside = (one.path[: len(self.path)] for one in found if one.path != self.path)
        return self.kind == "too_short" and self.path in inside

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
            kinds = self.alternatives or (self.expected(),)
            said = " or ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
            return "E203", f"expected {said}, found {found}.", self._form_hint(kinds)
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

    def _form_hint(self, kinds: tuple[str, ...]) -> str:
        value = self.detail["input"]
        if value is None:
            return "Write a value, or remove the line."
        if kinds == ("a list",) and isinstance(value, str):
            return f"Write [{value}]."
        if isinstance(value, bool | int | float) and "string_type" in self.kinds:
            written = self.positions.value(self.path).text or str(value)
            if self.form is None or self.form.fits(written):
                return f'Put it in quotes: "{written}".'
        return self.form.hint if self.form else _WRITE.get(kinds[-1], "")


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


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an error is: ``known`` are the fields there, ``model`` or ``form`` what belongs in."""

    path: Path
    known: tuple[str, ...]
    model: object
    in_union: bool
    form: TextForm | None = None


def _locate(model: type[BaseModel], loc: tuple[int | str, ...]) -> _Spot:
    """The path in the file of pydantic's ``loc``.

    A loc also names the member of a union that was tried, which is not a part of the path; only
    the model's annotations tell the two apart.
    """
    path: Path = ()
    here: object = model
    known: tuple[str, ...] = ()
    in_union = False
    form: TextForm | None = None
    for part in loc:
        if part == "[key]":
            break
        here = _bare(here)
        if _is_union(here):
            member = _tagged(here, part)
            in_union = in_union or member is None
            here = member
            continue
        path = (*path, part)
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            extra = here.__annotations__.get("__pydantic_extra__")
            known = tuple(fields)
            field = fields.get(str(part))
            here = field.annotation if field else _inside(extra)
            form = _form_in(field.metadata) if field else None
        else:
            known, here, form = (), _inside(here), None
    return _Spot(path, known, _bare(here), in_union, form or _form_of(here))


def _form_in(metadata: Iterable[object]) -> TextForm | None:
    checks = [one.func for one in metadata if isinstance(one, AfterValidator)]
    return next((one for one in checks if isinstance(one, TextForm)), None)


def _form_of(annotation: object) -> TextForm | None:
    """The form of the texts that belong there, if it has one."""
    if get_origin(annotation) is Annotated:
        return _form_in(get_args(annotation)[1:]) or _form_of(get_args(annotation)[0])
    some = [arg for arg in get_args(annotation) if arg is not types.NoneType]
    return _form_of(some[0]) if _is_union(annotation) and len(some) == 1 else None


def _has_short_form(model: object) -> bool:
    """Whether a value alone may stand for the whole mapping."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return False
    validators = model.__pydantic_decorators__.model_validators.values()
    return any(one.info.mode == "before" for one in validators)


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
