"""A whole tree, and a walk over everything in it.

Decides what a flow file may hold. Must not know which queues, skills and prompts exist.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from ivr.actions import Prompt
from ivr.fields import Language, Name, PromptRef, Strict, Target
from ivr.nodes import Node
from ivr.positions import Path


class Flow(Strict):
    """One IVR tree, as an admin writes it in config/flows/*.yaml."""

    flow: Name = Field(description="The tree's name.")
    description: str = Field(default="", description="For people; the program ignores it.")
    language: Language = Field(
        default="zh_CN", description="The language in which every call begins."
    )
    start: Target = Field(description="The node where every call begins.")
    last_resort: Target = Field(
        description="A queue node without max_wait_s, for whatever goes wrong in the tree."
    )
    nodes: Annotated[dict[Target, Node], Field(min_length=1)] = Field(
        description="The steps of the tree by name."
    )


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value in a model with its place, keys of mappings included, outside in."""
    yield path, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from walk(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield (*path, key), key
            yield from walk(item, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from walk(item, (*path, index))


def needed_prompts(flow: Flow) -> frozenset[Prompt]:
    """Every prompt in every language in which some caller may have to hear it."""
    found = [value for _, value in walk(flow)]
    spoken = {str(node.language) for node in flow.nodes.values() if node.type == "language"}
    spoken.add(flow.language)
    prompts = [value for value in found if isinstance(value, PromptRef)]
    return frozenset(
        Prompt(prompt.id, language)
        for prompt in prompts
        for language in ([prompt.language] if prompt.language else spoken)
    )
