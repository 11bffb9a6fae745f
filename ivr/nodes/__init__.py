"""The node types of a tree. A new type is one file beside this one and one line here."""

from typing import Annotated

from pydantic import Field

from ivr.nodes.hangup import HangUpNode
from ivr.nodes.language import LanguageNode
from ivr.nodes.menu import MenuNode
from ivr.nodes.queue import QueueNode
from ivr.nodes.say import SayNode
from ivr.nodes.set import SetNode

AnyNode = SayNode | MenuNode | LanguageNode | QueueNode | SetNode | HangUpNode

Node = Annotated[AnyNode, Field(discriminator="type")]

__all__ = [
    "AnyNode",
    "HangUpNode",
    "LanguageNode",
    "MenuNode",
    "Node",
    "QueueNode",
    "SayNode",
    "SetNode",
]
