"""The words from which node types are made: names, seconds, levels, prompts, the base model.

Decides the form of each value. Names of different kinds are different ``str`` classes, so that
one walk over any node finds what it refers to, and a new node type cannot forget to report it.
Must not know which names exist.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ivr.actions import Prompt
from ivr.events import Event
from ivr.facts import Facts
from ivr.state import State, field_of
from ivr.turn import Moment, Turn

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


class FlowRef(str):
    """The name of another tree of the folder."""

    __slots__ = ()


class ScheduleRef(str):
    """The name of a schedule of hours.yaml."""

    __slots__ = ()


class NumberRef(str):
    """The name of an outside number of numbers.yaml."""

    __slots__ = ()


class FieldRef(str):
    """The name of a field of the ticket."""

    __slots__ = ()


class FactRef(str):
    """The name of a fact, as ``ivr.facts`` lists them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TextForm:
    """A validator for texts of one form, whose problem says what was expected."""

    kind: type[str]
    pattern: str
    what: str
    hint: str

    def fits(self, value: str) -> bool:
        return re.fullmatch(self.pattern, value) is not None

    def __call__(self, value: str) -> str:
        if not self.fits(value):
            context = {"text": repr(value), "what": self.what, "hint": self.hint}
            raise PydanticCustomError("form", "{text} is not {what}", context)
        return self.kind(value)


def checked(kind: type[str], pattern: str, what: str, hint: str) -> TextForm:
    """``what`` names the form with its article; the schema for editors has the pattern too."""
    return TextForm(kind, pattern, what, hint)


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
FlowName = Annotated[str, AfterValidator(checked(FlowRef, _NAME, "a tree's name", _NAME_HINT))]
ScheduleName = Annotated[
    str, AfterValidator(checked(ScheduleRef, _NAME, "a schedule's name", _NAME_HINT))
]
NumberName = Annotated[
    str,
    AfterValidator(
        checked(
            NumberRef,
            r"[a-z0-9][a-z0-9_]{0,63}",
            "a number's name",
            'Name one of numbers.yaml, such as "110" (in quotes).',
        )
    ),
]
FieldName = Annotated[str, AfterValidator(checked(FieldRef, _NAME, "a field's name", _NAME_HINT))]
FactName = Annotated[
    str,
    AfterValidator(
        checked(
            FactRef,
            r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}",
            "a fact's name",
            "Write it like caller.region or queue.general.waiting.",
        )
    ),
]
Dialled = Annotated[
    str,
    AfterValidator(
        checked(str, r"[0-9]{3,20}", "a dialled number", 'Write 3 to 20 digits in quotes: "12345".')
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
Bound = Annotated[int, Field(ge=0, le=100_000)]
Priority = Annotated[int, Field(strict=True, ge=0, le=9)]
Tries = Annotated[int, Field(strict=True, ge=1, le=9)]

DIGIT_PROMPTS = tuple(f"digit_{digit}" for digit in range(10))


class Strict(BaseModel):
    """What every part of a tree has in common: unknown fields are errors, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Speaks(Strict):
    """A part of a tree by which recordings are said."""

    def prompt_ids(self) -> tuple[str, ...]:
        """Every prompt that may be said."""
        raise NotImplementedError


class PromptRef(Speaks):
    """A prompt to say: its id alone, or with a language; or one chosen by a number.

    Numbers are whole recorded sentences: the first bound of ``up_to`` that the fact's value does
    not exceed names the prompt, ``above`` is for all that are greater. Nothing is said while the
    fact is unknown. ``digits_of`` reads a ticket field digit by digit.
    """

    id: Name | None = Field(default=None, description="The prompt's id in prompts.yaml.")
    language: Language | None = Field(default=None, description="Default: the caller's language.")
    fact: FactName | None = Field(default=None, description="The fact whose number chooses.")
    up_to: dict[Bound, Name] = Field(
        default={}, description="For each greatest number the prompt that is said."
    )
    above: Name | None = Field(default=None, description="Said for all greater numbers.")
    digits_of: FieldName | None = Field(
        default=None, description="A ticket field, read by the prompts digit_0 to digit_9."
    )

    @model_validator(mode="before")
    @classmethod
    def _id_alone(cls, data: object) -> object:
        return {"id": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.id, self.fact, self.digits_of]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("write one of id, fact and digits_of, and no second one.")
        if (self.fact is not None) != bool(self.up_to):
            raise ValueError("fact and up_to belong together. Write both.")
        return self

    def prompt_ids(self) -> tuple[str, ...]:
        if self.digits_of is not None:
            return DIGIT_PROMPTS
        some = (self.id, *self.up_to.values(), self.above)
        return tuple(one for one in some if one is not None)

    def chosen(self, state: State, facts: Facts) -> tuple[Prompt, ...]:
        """What is said to this caller now."""
        language = self.language or state.language
        if self.id is not None:
            return (_prompt(self.id, language),)
        if self.digits_of is not None:
            return digit_prompts(field_of(state, self.digits_of) or "", language)
        value = facts.value(self.fact) if self.fact else None
        if isinstance(value, str) or value is None:
            return ()
        bound = min((bound for bound in self.up_to if value <= bound), default=None)
        id_ = self.above if bound is None else self.up_to[bound]
        return (_prompt(id_, language),) if id_ else ()


@lru_cache(4096)
def _prompt(id_: str, language: str) -> Prompt:
    """The same prompts are said over and over."""
    return Prompt(id_, language)


def digit_prompts(digits: str, language: str) -> tuple[Prompt, ...]:
    """Digits one by one; what is no digit is left out."""
    return tuple(_prompt(f"digit_{one}", language) for one in digits if one in "0123456789")


def _one_is_always_said(prompts: tuple[PromptRef, ...]) -> tuple[PromptRef, ...]:
    if not any(prompt.id for prompt in prompts):
        raise ValueError("nothing of this is said for certain. Add a prompt by its id.")
    return prompts


Prompts = Annotated[tuple[PromptRef, ...], Field(max_length=20)]
SomePrompts = Annotated[
    tuple[PromptRef, ...], Field(min_length=1, max_length=20), AfterValidator(_one_is_always_said)
]


class SeeksAgent(Strict):
    """Which agent is looked for, and before whom."""

    queue: QueueName = Field(description="A queue of queues.yaml.")
    needs: dict[SkillName, Level] = Field(
        default={}, description="Skills the agent must have, each with its lowest level (1 to 5)."
    )
    priority: Priority = Field(default=0, description="0 to 9; a higher one is served earlier.")

    def sorted_needs(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(self.needs.items()))


class BaseNode(Strict):
    """One step of a tree. Each type is one file in ``ivr/nodes``."""

    def step(self, state: State, event: Event, at: Moment) -> Turn | None:
        """What happens here; None when the event means nothing to this node now."""
        raise NotImplementedError

    def unattended(self) -> tuple[str, ...]:
        """Where a caller may come who does nothing at all; empty if the tree ends here."""
        raise NotImplementedError
