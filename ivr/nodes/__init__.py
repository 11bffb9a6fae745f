"""The node types of a tree. A new type is one file beside this one and one line here."""

from typing import Annotated

from pydantic import Field

from ivr.nodes.branch import BranchNode
from ivr.nodes.call import CallNode, LinkedCall, ReturnNode
from ivr.nodes.callback import CallbackNode
from ivr.nodes.collect import CollectNode
from ivr.nodes.goto import GotoNode
from ivr.nodes.greeting import GreetingNode
from ivr.nodes.hangup import HangUpNode
from ivr.nodes.language import LanguageNode
from ivr.nodes.menu import MenuNode
from ivr.nodes.message import MessageNode
from ivr.nodes.queue import QueueNode
from ivr.nodes.say import SayNode
from ivr.nodes.schedule import ScheduleNode
from ivr.nodes.set import SetNode
from ivr.nodes.survey import SurveyNode
from ivr.nodes.transfer import TransferNode

AnyNode = (
    SayNode
    | MenuNode
    | CollectNode
    | LanguageNode
    | ScheduleNode
    | BranchNode
    | QueueNode
    | TransferNode
    | CallbackNode
    | MessageNode
    | SurveyNode
    | CallNode
    | ReturnNode
    | GotoNode
    | GreetingNode
    | SetNode
    | HangUpNode
)

Node = Annotated[AnyNode, Field(discriminator="type")]

__all__ = [
    "AnyNode",
    "BranchNode",
    "CallNode",
    "CallbackNode",
    "CollectNode",
    "GotoNode",
    "GreetingNode",
    "HangUpNode",
    "LanguageNode",
    "LinkedCall",
    "MenuNode",
    "MessageNode",
    "Node",
    "QueueNode",
    "ReturnNode",
    "SayNode",
    "ScheduleNode",
    "SetNode",
    "SurveyNode",
    "TransferNode",
]
