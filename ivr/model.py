"""A whole tree, and a walk over everything in it.

Decides what a flow file may hold. Must not know which queues, skills and prompts exist.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from ivr.actions import Prompt
from ivr.fields import (
    Dialled,
    FieldName,
    Language,
    Name,
    PromptRef,
    Prompts,
    Speaks,
    Strict,
    Target,
)
from ivr.nodes import Node
from ivr.positions import Path

MAIN = "main"
"""The tree of every dialled number that no tree lists."""


class Line(Strict):
    """What is special about one dialled number."""

    greeting: Prompts = Field(default=(), description="What nodes of type greeting say.")
    fields: dict[FieldName, Annotated[str, Field(max_length=200)]] = Field(
        default={}, description="Written into the ticket of every call to this number."
    )
    start: Target | None = Field(
        default=None, description="The node where its calls begin. Default: the tree's start."
    )

    def written(self) -> Iterator[tuple[str, list[str]]]:
        """Each field with what is written into it."""
        return ((field, [value]) for field, value in self.fields.items())


class Flow(Strict):
    """One IVR tree, as an admin writes it in config/flows/*.yaml."""

    flow: Name = Field(description="The tree's name.")
    description: str = Field(default="", description="For people; the program ignores it.")
    language: Language = Field(
        default="zh_CN", description="The language in which every call begins."
    )
    lines: dict[Dialled, Line] = Field(
        default={}, description="The dialled numbers whose calls begin in this tree."
    )
    placed: bool = Field(
        default=False,
        description="Calls that we place begin here. Whom we call need not be led to a person.",
    )
    start: Target = Field(description="The node where every call begins.")
    last_resort: Target | None = Field(
        default=None,
        description="A queue node without max_wait_s, for whatever goes wrong in the tree. "
        "Only a tree that others call may leave it out: it has theirs then.",
    )
    after_talk: Target | None = Field(
        default=None,
        description="Where a caller goes whose agent hung up first, a survey for instance. "
        "Default: the end.",
    )
    nodes: Annotated[dict[Target, Node], Field(min_length=1)] = Field(
        description="The steps of the tree by name."
    )

    def starts(self) -> tuple[str, ...]:
        """Every node at which somebody comes in from outside."""
        lines = tuple(line.start for line in self.lines.values() if line.start)
        after = (self.after_talk,) if self.after_talk else ()
        return (self.start, *lines, *after)

    def resort_of(self, node: str) -> str:
        """The last resort of a node; empty only in a tree that was never linked."""
        return self.last_resort or ""


class LinkedFlow(Flow):
    """A tree with the nodes of all trees that it calls, as ``tree.node``."""

    resorts: Mapping[str, str] = Field(default={})
    """The last resort of each called tree that has its own."""

    def resort_of(self, node: str) -> str:
        inner, dot, _ = node.partition(".")
        return (self.resorts.get(inner) if dot else None) or self.last_resort or ""


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value in a model with its place, keys of mappings included, outside in."""
    yield path, value
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from walk(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield (*path, key), key
            yield from walk(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def needed_prompts(flow: Flow) -> frozenset[Prompt]:
    """Every prompt in every language in which some caller may have to hear it."""
    found = [value for _, value in walk(flow) if isinstance(value, Speaks)]
    spoken = {str(node.language) for node in flow.nodes.values() if node.type == "language"}
    spoken.add(flow.language)
    return frozenset(
        Prompt(prompt, language)
        for speaks in found
        for prompt in speaks.prompt_ids()
        for language in (
            [speaks.language] if isinstance(speaks, PromptRef) and speaks.language else spoken
        )
    )
