"""JSON Schemas of the configuration files, by which editors complete and check while typing.

Decides how a model's rules are said in JSON Schema: forms of texts as patterns, short forms (a
prompt's id alone) beside the long ones. Whatever only whole trees can break is left to the check.
Must not know any particular model.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ivr.facts import FORMS
from ivr.fields import FactRef, TextForm

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

# What a short form may be; where it ends up in the long one tells what it must look like.
_SAMPLES: Final[tuple[Any, ...]] = ("a", 1, True, ["a"])


def schema_of(model: type[BaseModel], about: str) -> dict[str, Any]:
    """The schema of a file that this model reads."""
    made = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": DIALECT, **made, "title": about}


class _Generator(GenerateJsonSchema):
    """Pydantic's own, with patterns, short forms and closed mappings."""

    def function_after_schema(
        self, schema: core_schema.AfterValidatorFunctionSchema
    ) -> JsonSchemaValue:
        made = super().function_after_schema(schema)
        form = schema["function"]["function"]
        if isinstance(form, TextForm):
            made = {**made, "pattern": f"^({form.pattern})$"}
        return made

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        made = super().function_before_schema(schema)
        # The validators of this project take the value alone.
        short = _short_forms(schema["function"]["function"], made)  # type: ignore[arg-type]
        return {"anyOf": [*short, made]} if short else made

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        if "anyOf" in made and "additionalProperties" in made:
            # That no other fields are allowed is said of the long form, not of the short ones.
            *short, long = made["anyOf"]
            long = {**long, "additionalProperties": made.pop("additionalProperties")}
            made["anyOf"] = [*short, long]
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        keys: Mapping[str, Any] = schema.get("keys_schema", {})
        form = keys.get("function", {}).get("function")
        patterns = dict(made.pop("patternProperties", {}))
        if isinstance(form, TextForm) and form.kind is FactRef:
            made |= _facts(patterns.popitem()[1])
        elif keys.get("type") == "int":
            made["patternProperties"] = {"^(0|[1-9][0-9]*)$": made.pop("additionalProperties", {})}
        elif patterns:
            made["patternProperties"] = patterns
        return made if "additionalProperties" in made else {**made, "additionalProperties": False}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default", ...) is None:
            made.pop("default")
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A field's title would only be its name in other letters."""
        return False


def _facts(test: Any) -> JsonSchemaValue:
    """Keys that are facts: those with a whole name are offered by the editor."""
    whole = {
        form.pattern: {"allOf": [test], "description": form.about}
        for form in FORMS
        if not form.slot()
    }
    others = {
        re.sub(r"<\w+>", "[a-z][a-z0-9_]*", f"^{form.pattern}$").replace(".", r"\."): test
        for form in FORMS
        if form.slot()
    }
    return {"properties": whole, "patternProperties": others}


def _short_forms(unfold: Callable[[object], object], long: JsonSchemaValue) -> list[Any]:
    """The schemas of what ``unfold`` makes into the long form."""
    forms: list[Any] = []
    for sample in _SAMPLES:
        try:
            made = unfold(sample)
        except (TypeError, ValueError):
            continue
        form = None if made == sample else _at_sample(long, made, sample)
        if form is not None and form not in forms:
            forms.append(form)
    return forms


def _at_sample(schema: Any, made: object, sample: object) -> Any | None:
    """The part of a schema that stands where the sample stands in ``made``."""
    if isinstance(made, Mapping):
        for name, value in made.items():
            inner = schema.get("properties", {}).get(name)
            found = None if inner is None else _at_sample(inner, value, sample)
            if found is not None:
                return found
        return None
    if made == sample and isinstance(made, bool) == isinstance(sample, bool):
        return _without_notes(schema)
    if isinstance(made, list) and made == [sample]:
        return _without_notes(_list_part(schema).get("items"))
    if str(sample) == made:
        return {"type": "integer"}
    return None


def _list_part(schema: Any) -> Any:
    return next((one for one in schema.get("anyOf", ()) if one.get("type") == "array"), schema)


def _without_notes(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    kept = {name: value for name, value in schema.items() if name not in ("default", "title")}
    some = [one for one in kept.pop("anyOf", ()) if one != {"type": "null"}]
    return {**kept, **(some[0] if len(some) == 1 else {"anyOf": some} if some else {})}
