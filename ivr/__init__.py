"""The IVR as a pure library: a tree in, one event at a time, decisions out.

``load`` makes a Flow of YAML text, ``start`` puts a caller before its first node, ``step`` answers
each event with the caller's next State and the Actions to carry out. There is no clock in here
(``now`` is an argument, the next deadline a field of the state), no disk and no Asterisk.
"""

from ivr.actions import Action, HangUp, Prompt, Say, SetField, SetLanguage, StopSay, ToQueue
from ivr.events import (
    CallerLeft,
    Entered,
    Event,
    Key,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    TimedOut,
)
from ivr.load import load
from ivr.model import Flow, needed_prompts
from ivr.names import Names
from ivr.nodes import HangUpNode, LanguageNode, MenuNode, Node, QueueNode, SayNode, SetNode
from ivr.problems import Problem, render_problems
from ivr.state import State, from_json, to_json
from ivr.step import start, step

__all__ = [
    "Action",
    "CallerLeft",
    "Entered",
    "Event",
    "Flow",
    "HangUp",
    "HangUpNode",
    "Key",
    "LanguageNode",
    "MenuNode",
    "Names",
    "Node",
    "Problem",
    "Prompt",
    "PromptEnded",
    "PromptFailed",
    "QueueFailed",
    "QueueNode",
    "Say",
    "SayNode",
    "SetField",
    "SetLanguage",
    "SetNode",
    "State",
    "StopSay",
    "TimedOut",
    "ToQueue",
    "from_json",
    "load",
    "needed_prompts",
    "render_problems",
    "start",
    "step",
    "to_json",
]
