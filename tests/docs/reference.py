"""The reference manual of the IVR language, made from the models: docs/ivr-reference.md.

Decides its form only: every word about a field is the field's own description, every example a file
of docs/examples that the tests load and walk.
"""

import re
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as bounds
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from ari_app.settings import PROJECT_DIR
from ivr.facts import FORMS, HOURS
from ivr.fields import PromptRef, Strict, TextForm
from ivr.model import Flow, Line
from ivr.nodes import AnyNode

REFERENCE = PROJECT_DIR / "docs" / "ivr-reference.md"
EXAMPLES = PROJECT_DIR / "docs" / "examples"
NODES: dict[str, type[BaseModel]] = {
    get_args(node.model_fields["type"].annotation)[0]: node for node in get_args(AnyNode)
}
PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false"}
KINDS = {
    "yes_no": "true or false",
    "number": "number",
    "text": "text",
    "hours": " / ".join(HOURS),
}
HEAD = """\
# Reference of the IVR language

Generated from the models by `python -m tests.docs.generate`; do not edit. An introduction is in
[ivr.md](ivr.md). The examples are the files of `docs/examples/`; the tests load and walk each.

Every `on_...` and every place that may be left out leads to the tree's last resort, unless its line
says otherwise. Times are seconds.
"""


def reference() -> str:
    kinds = ", ".join(f"[{name}](#{name})" for name in NODES)
    parts = [HEAD, "## A file\n", *_section(Flow, "tree"), _part(Line), "## Nodes\n", f"{kinds}.\n"]
    for name, node in NODES.items():
        parts += [f"### {name}\n", *_section(node, name)]
    parts += ["## Parts of nodes\n"]
    parts += [_part(part) for part in _parts()]
    parts += ["## Facts\n", _facts(), "## Messages\n", _codes()]
    return "\n".join(parts).rstrip() + "\n"


def _section(model: type[BaseModel], example: str) -> Iterator[str]:
    yield f"{_about(model)}\n"
    if set(model.model_fields) - {"type"}:
        yield _table(model)
    text = (EXAMPLES / f"{example}.yaml").read_text(encoding="utf-8")
    shown = "".join(line for line in text.splitlines(keepends=True) if "$schema=" not in line)
    yield f"```yaml\n{shown}```\n"


def _part(model: type[BaseModel]) -> str:
    return f"### {model.__name__}\n\n{_about(model)}\n\n{_table(model)}"


def _about(model: type[BaseModel]) -> str:
    return re.sub(r"``", "`", "\n".join(map(str.strip, (model.__doc__ or "").splitlines()))).strip()


def _table(model: type[BaseModel]) -> str:
    rows = [
        f"| `{field.alias or name}` | {_kind(field)} | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
        if name != "type"
    ]
    return "\n".join(["| field | value | left out | |", "|---|---|---|---|", *rows, ""])


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "required"
    if value is None or value in ((), {}, "") or isinstance(value, BaseModel):
        return "-"
    if isinstance(value, dict):
        return "`{" + ", ".join(f"{key}: {one}" for key, one in value.items()) + "}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _kind(field: FieldInfo) -> str:
    return _words(field.annotation, field.metadata)


def _words(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """What may stand there, in a few words."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _words(inner, [*more, *metadata])
    metadata = list(_flat(metadata))
    checks = [one.func for one in metadata if isinstance(one, AfterValidator)]
    form = next((one for one in checks if isinstance(one, TextForm)), None)
    if form:
        return re.sub(r"^an? |'s name$", "", form.what)
    arguments = [one for one in get_args(annotation) if one not in (types.NoneType, Ellipsis)]
    if get_origin(annotation) in (Union, types.UnionType):
        if all(isinstance(one, type) and issubclass(one, Strict) for one in map(_bare, arguments)):
            return "[nodes](#nodes)" if len(arguments) > 1 else _words(arguments[0])
        return " or ".join(dict.fromkeys(_words(one, metadata) for one in arguments))
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{one}`" for one in arguments)
    if get_origin(annotation) is tuple:
        return f"list of {_words(arguments[0])}{_range(metadata)}"
    if get_origin(annotation) is dict:
        return f"{_words(arguments[0])}: {_words(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return f"{PLAIN[annotation]}{_range(metadata, ' characters' if annotation is str else '')}"


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for one in metadata:
        yield from _flat(one.metadata) if isinstance(one, FieldInfo) else [one]


BOUNDS = {bounds.Gt: "gt", bounds.Ge: "ge", bounds.Le: "le"} | {
    bounds.MinLen: "min_length",
    bounds.MaxLen: "max_length",
}


def _range(metadata: Iterable[Any], unit: str = "") -> str:
    limits = {BOUNDS[type(one)]: one for one in metadata if type(one) in BOUNDS}
    said = {name: f"{getattr(one, name):g}" for name, one in limits.items()}
    low = said.get("ge", said.get("min_length", f"more than {said['gt']}" if "gt" in said else ""))
    high = said.get("le", said.get("max_length", ""))
    if low and high:
        return f", {low} to {high}{unit}"
    return f", up to {high}{unit}" if high else f", at least {low}{unit}" if low else ""


def _parts() -> list[type[BaseModel]]:
    """The models inside nodes, each once, in the order in which nodes name them."""
    found: dict[type[BaseModel], None] = {PromptRef: None}
    for node in NODES.values():
        for inner in _models(node):
            found.setdefault(inner, None)
    return list(found)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        for one in _leaves(field.annotation):
            if isinstance(one, type) and issubclass(one, BaseModel):
                yield one
                yield from _models(one)


def _leaves(annotation: Any) -> Iterator[Any]:
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    for one in arguments:
        yield from _leaves(one)


def _facts() -> str:
    rows = [
        f"| `{form.pattern}` | {KINDS[form.kind]} | {'' if form.steady else 'yes'} | {form.about} |"
        for form in FORMS
    ]
    about = (
        "What a branch may ask. A fact that is not known fits no test. The service answers from\n"
        "the call, the queues, the clock and the lists.\n\n"
    )
    head = ["| fact | value | may change during a call | |", "|---|---|---|---|"]
    return about + "\n".join([*head, *rows, ""])


def _codes() -> str:
    """The table of admins.md, as far as it is about trees."""
    text = (PROJECT_DIR / "docs" / "admins.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [EW]\d{3} \|.*$", text, re.M)
    return "\n".join(["| code | what is wrong | what to do |", "|---|---|---|", *rows, ""])


def write(path: Path = REFERENCE) -> None:
    path.write_text(reference(), encoding="utf-8")
