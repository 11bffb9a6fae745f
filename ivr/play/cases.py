"""Scripted calls for a tree: the form of config/flows/tests/*.yaml, read and written.

Decides what a case may say: who calls, what the caller and the world do, what must come of it.
Must not play anything. ``write_case`` makes the text of a case, so that a tool which found a way
that goes wrong can keep it as a test.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from ivr.fields import Digit, Level, Name, Strict, checked
from ivr.play.world import TransferResult
from ivr.problems import Problem
from ivr.yaml_source import Positions, parse, validate

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")


def _as_text(value: object) -> object:
    """A plain 3 in the file is meant as a key."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _result_alone(data: object) -> object:
    return {"result": data} if isinstance(data, str) else data


def _list_alone(data: object) -> object:
    return {"exactly": data} if isinstance(data, list | tuple) else data


Press = Annotated[Digit, BeforeValidator(_as_text)]
Keys = Annotated[
    str,
    BeforeValidator(_as_text),
    AfterValidator(checked(str, r"[0-9*#]{0,100}", "a row of keys", "Write keys alone: 12*#.")),
]
Number = Annotated[str, BeforeValidator(_as_text), Field(max_length=32)]
Wait = Annotated[float, Field(strict=True, ge=0, le=14_400, allow_inf_nan=False)]
_SPOKEN = r"[a-z][a-z0-9_]{0,63}(@[a-z]{2,3}(_[A-Z]{2})?)?"
Spoken = Annotated[
    str, AfterValidator(checked(str, _SPOKEN, "a prompt", "Write its id, or id@language."))
]
_NODE = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*"
NodeName = Annotated[
    str, AfterValidator(checked(str, _NODE, "a node's name", "Write it as the tree has it."))
]
CaseName = Annotated[str, Field(min_length=1, max_length=120)]


class QueueStep(Strict):
    """From here on queues do this with the caller; also with one who waits already."""

    answers_after_s: Wait | None = Field(
        default=None, description="An agent is there so long after the caller began to wait."
    )
    fails: str = Field(default="", description="Queues take nobody; a word for why.")
    talk_s: Wait | None = Field(default=None, description="The agent hangs up first after this.")
    only: str = Field(default="", description="The only queue that is meant. Default: every one.")


class TransferStep(Strict):
    """From here on outside numbers answer so. A result alone is enough: ``transfer: busy``."""

    result: TransferResult = Field(default="answered", description="How the number answers.")
    after_s: Wait | None = Field(default=None, description="How long it rings before that.")
    talk_s: Wait | None = Field(default=None, description="The other side hangs up after this.")

    _alone = model_validator(mode="before")(_result_alone)


class MessageStep(Strict):
    """What becomes of the caller's message."""

    seconds: Wait = Field(default=10.0, description="How long the caller speaks.")
    fails: str = Field(default="", description="Nothing is recorded; a word for why.")


class Step(Strict):
    """One thing that happens, in the order of the list. Exactly one field."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    wait_s: Wait | None = Field(default=None, description="Seconds in which nobody does anything.")
    wait_for: Literal["prompt_end", "queue", "person", "end"] | None = Field(
        default=None, description="Until nothing is said, a queue or a person is there, or the end."
    )
    press: Press | None = Field(default=None, description="One key, now.")
    keys: Keys | None = Field(default=None, description="Keys one after another, 0.5 s apart.")
    hang_up: Literal[True] | None = Field(default=None, description="The caller hangs up.")
    queue: QueueStep | None = Field(default=None, description="What queues do from here on.")
    transfer: TransferStep | None = Field(default=None, description="How outside numbers answer.")
    message: MessageStep | None = Field(default=None, description="The caller's message.")
    prompt_fails: Literal[True] | Name | None = Field(
        default=None, description="true: what is said now or next; a prompt's id: always that one."
    )
    facts: dict[str, bool | int | float | str] | None = Field(
        default=None, description="Facts that change at this moment."
    )

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if len(self.model_fields_set) != 1:
            given = ", ".join(sorted(self.model_fields_set)) or "nothing"
            raise ValueError(f"a step is one thing, here is {given}. Begin each with its own '-'.")
        return self


class HeardOf(Strict):
    """Things in order. A list alone is ``exactly``."""

    exactly: tuple[Spoken, ...] | None = Field(default=None, description="These and no others.")
    contains: tuple[Spoken, ...] = Field(
        default=(), description="These in this order, others may be between."
    )
    without: tuple[Spoken, ...] = Field(default=(), description="None of these.")

    _alone = model_validator(mode="before")(_list_alone)


class PathOf(Strict):
    """Nodes in order. A list alone is ``exactly``."""

    exactly: tuple[NodeName, ...] | None = Field(default=None, description="These and no others.")
    contains: tuple[NodeName, ...] = Field(
        default=(), description="These in this order, others may be between."
    )
    without: tuple[NodeName, ...] = Field(default=(), description="None of these.")

    _alone = model_validator(mode="before")(_list_alone)


class Expect(Strict):
    """What must have come of the call; what is not written is not looked at."""

    ends: Literal["queued", "connected", "transferred", "finished", "hung_up"] | None = Field(
        default=None, description="How the call ends; queued: waits and the script brings nobody."
    )
    queue: str | None = Field(default=None, description="The last queue that was asked for.")
    needs: dict[str, Level] | None = Field(default=None, description="The skills asked for.")
    priority: int | None = Field(default=None, description="The priority in that queue.")
    transfer: str | None = Field(default=None, description="The last number that was called.")
    callback: Number | None = Field(default=None, description="The number promised to call back.")
    language: str | None = Field(default=None, description="The caller's language at the end.")
    heard: HeardOf | None = Field(default=None, description="Prompts, from their first word.")
    path: PathOf | None = Field(default=None, description="Nodes that were entered.")
    fields: dict[str, str] | None = Field(default=None, description="Ticket fields at the end.")
    within_s: Wait | None = Field(
        default=None,
        description="Seconds at most until a person, or until the end if there is none.",
    )
    keys: Keys | None = Field(default=None, description="All keys that were pressed.")


class Case(Strict):
    """One scripted call."""

    about: str = Field(default="", description="For people.")
    flow: Name | None = Field(default=None, description="The tree. Default: the dialled number's.")
    dialled: Number = Field(default="", description="The number that was dialled.")
    facts: dict[str, bool | int | float | str] = Field(
        default={}, description="What the tree may ask; what is not here is not known."
    )
    steps: tuple[Step, ...] = Field(default=(), description="In order. None: stays on the line.")
    expect: Expect = Field(description="What must come of it.")


class CasesFile(Strict):
    """One file of scripted calls."""

    flow: Name | None = Field(default=None, description="The tree of every case that names none.")
    cases: Annotated[dict[CaseName, Case], Field(min_length=1)] = Field(
        description="The calls by name; a sentence that says what is promised."
    )


class Cases:
    """A file that was read, and where each part of it stands."""

    def __init__(self, file: str, content: CasesFile, positions: Positions) -> None:
        self.file = file
        self.positions = positions
        self.cases: Mapping[str, Case] = {
            name: _with_flow(case, content.flow) for name, case in content.cases.items()
        }

    def line(self, name: str) -> int:
        return self.positions.key(("cases", name)).line


def _with_flow(case: Case, flow: str | None) -> Case:
    wants_default = case.flow is None and not case.dialled and flow is not None
    return case.model_copy(update={"flow": flow}) if wants_default else case


def load_cases(text: str | bytes, filename: str) -> Cases | list[Problem]:
    """The cases of one file, or everything that is wrong with its form."""
    source = parse(text, filename)
    if isinstance(source, list):
        return source
    data, positions = source
    content = validate(CasesFile, data, positions, filename)
    return content if isinstance(content, list) else Cases(filename, content, positions)


def write_case(name: str, case: Case, *, into: str = "") -> str:
    """The text of a file with this case added at its end; ``into`` is the file's text so far."""
    head = into if into.strip() else "cases:\n"
    head = head if head.endswith("\n") else head + "\n"
    data = case.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return f"{head}  {_scalar(name)}:\n" + "".join(
        f"    {line}\n" for line in _block({key: _short(value) for key, value in data.items()})
    )


def _short(value: object) -> object:
    """Without the long forms that stand for a value alone."""
    if isinstance(value, dict):
        if value.keys() in ({"exactly"}, {"result"}):
            return next(iter(value.values()))
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value] if isinstance(value, list) else value


def _block(value: Mapping[str, object]) -> list[str]:
    """One line for each field, one for each item of a list of mappings, one-line forms below."""
    lines = []
    for key, item in value.items():
        if isinstance(item, list) and item and isinstance(item[0], dict):
            lines.append(f"{key}:")
            lines += [f"  - {_inline(one)}" for one in item]
        elif key == "expect" and isinstance(item, dict):
            lines.append(f"{key}:")
            lines += [f"  {name}: {_inline(one)}" for name, one in item.items()]
        else:
            lines.append(f"{key}: {_inline(item)}")
    return lines


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(str(k))}: {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


def _scalar(text: str) -> str:
    """Bare where that can mean nothing else, in double quotes elsewhere."""
    is_word = text.lower() in ("true", "false", "null")
    if _BARE.fullmatch(text) and not is_word:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
