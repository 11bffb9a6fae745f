"""The IVR as a pure library: a tree in, one event at a time, decisions out.

``load_trees`` makes Flows of YAML texts, ``start`` puts a caller before the first node, ``step``
answers each event with the caller's next State and the Actions to carry out. There is no clock in
here (``now`` is an argument, the next deadline a field of the state), no disk and no Asterisk;
what a tree asks about the world is an argument too (``facts``).
"""

from ivr.actions import (
    Action,
    HangUp,
    PromiseCallback,
    Prompt,
    Say,
    SetField,
    SetLanguage,
    StopSay,
    TakeMessage,
    ToQueue,
    Transfer,
)
from ivr.events import (
    CallerLeft,
    Entered,
    Event,
    Key,
    MessageFailed,
    MessageTaken,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    TalkEnded,
    TimedOut,
    TransferEnded,
    TransferFailed,
)
from ivr.facts import NO_FACTS, Facts, FactValue, FixedFacts
from ivr.link import Trees
from ivr.load import load, load_trees
from ivr.model import Flow, needed_prompts
from ivr.names import Names
from ivr.nodes import (
    AnyNode,
    BranchNode,
    CallbackNode,
    CallNode,
    CollectNode,
    GotoNode,
    GreetingNode,
    HangUpNode,
    LanguageNode,
    MenuNode,
    MessageNode,
    Node,
    QueueNode,
    ReturnNode,
    SayNode,
    ScheduleNode,
    SetNode,
    SurveyNode,
    TransferNode,
)
from ivr.problems import Problem, render_problems
from ivr.state import State, from_json, to_json
from ivr.step import start, step

__all__ = [
    "NO_FACTS",
    "Action",
    "AnyNode",
    "BranchNode",
    "CallNode",
    "CallbackNode",
    "CallerLeft",
    "CollectNode",
    "Entered",
    "Event",
    "FactValue",
    "Facts",
    "FixedFacts",
    "Flow",
    "GotoNode",
    "GreetingNode",
    "HangUp",
    "HangUpNode",
    "Key",
    "LanguageNode",
    "MenuNode",
    "MessageFailed",
    "MessageNode",
    "MessageTaken",
    "Names",
    "Node",
    "Problem",
    "PromiseCallback",
    "Prompt",
    "PromptEnded",
    "PromptFailed",
    "QueueFailed",
    "QueueNode",
    "ReturnNode",
    "Say",
    "SayNode",
    "ScheduleNode",
    "SetField",
    "SetLanguage",
    "SetNode",
    "State",
    "StopSay",
    "SurveyNode",
    "TakeMessage",
    "TalkEnded",
    "TimedOut",
    "ToQueue",
    "Transfer",
    "TransferEnded",
    "TransferFailed",
    "TransferNode",
    "Trees",
    "from_json",
    "load",
    "load_trees",
    "needed_prompts",
    "render_problems",
    "start",
    "step",
    "to_json",
]
