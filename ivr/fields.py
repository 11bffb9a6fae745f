"""The words from which node types are made: names, seconds, levels, prompts, the base model.

Decides the form of each value. Names of different kinds are different ``str`` classes, so that
one walk over any node finds what it refers to, and a new node type cannot forget to report it.
Must not know which names exist.
"""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ivr.events import Event
from ivr.state import State
from ivr.turn import Turn

# The key target that means "say the menu once more"; so no node may have this name.
REPEAT = "repeat"
KEYS = "0123456789*#"

_NAME_HINT = "Use small letters, digits and _, a letter first, at most 64."


class NodeRef(str):
    """The name of a node to go to."""

    __slots__ = ()


class QueueRef(str):
    """The name of a queue."""

    __slots__ = ()


class SkillRef(str):
    """The name of a skill."""

    __slots__ = ()


class LanguageRef(str):
    """A language code, as the prompt folders are named."""

    __slots__ = ()


def checked(kind: type[str], pattern: str, what: str, hint: str) -> Callable[[str], str]:
    """A validator for texts of one form, whose problem says what was expected."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            context = {"text": repr(value), "what": what, "hint": hint}
            raise PydanticCustomError("form", "{text} is not {what}", context)
        return kind(value)

    return check


_NAME = r"[a-z][a-z0-9_]{0,63}"
Name = Annotated[str, AfterValidator(checked(str, _NAME, "a name", _NAME_HINT))]
Target = Annotated[str, AfterValidator(checked(NodeRef, _NAME, "a node's name", _NAME_HINT))]
QueueName = Annotated[str, AfterValidator(checked(QueueRef, _NAME, "a queue's name", _NAME_HINT))]
SkillName = Annotated[str, AfterValidator(checked(SkillRef, _NAME, "a skill's name", _NAME_HINT))]
Language = Annotated[
    str,
    AfterValidator(
        checked(
            LanguageRef,
            r"[a-z]{2,3}(_[A-Z]{2})?",
            "a language code",
            "Write it like zh_CN, yue or en, with _ and not -.",
        )
    ),
]
Digit = Annotated[
    str,
    AfterValidator(
        checked(str, r"[0-9*#]", "a key", 'Use one of 0 to 9, "*" or "#" (these two in quotes).')
    ),
]
Seconds = Annotated[float, Field(strict=True, gt=0, le=3600, allow_inf_nan=False)]
Level = Annotated[int, Field(strict=True, ge=1, le=5)]


class Strict(BaseModel):
    """What every part of a tree has in common: unknown fields are errors, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PromptRef(Strict):
    """A prompt to say: its id alone, or with the language in which this one is always said."""

    id: Name = Field(description="The prompt's id in prompts.yaml.")
    language: Language | None = Field(default=None, description="Default: the caller's language.")

    @model_validator(mode="before")
    @classmethod
    def _id_alone(cls, data: object) -> object:
        return {"id": data} if isinstance(data, str) else data


Prompts = Annotated[tuple[PromptRef, ...], Field(max_length=20)]
SomePrompts = Annotated[tuple[PromptRef, ...], Field(min_length=1, max_length=20)]


class BaseNode(Strict):
    """One step of a tree. Each type is one file in ``ivr/nodes``."""

    def step(self, state: State, event: Event, now: float) -> Turn | None:
        """What happens here; None when the event means nothing to this node now."""
        raise NotImplementedError

    def unattended(self) -> str | None:
        """Where a caller comes who does nothing at all; None if the tree ends here."""
        raise NotImplementedError
