"""The log of a simulated call in words.

Decides the wording only. Must not know what prompts say: it names them.
"""

from collections.abc import Iterator

from ivr.actions import (
    Action,
    HangUp,
    PromiseCallback,
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
    Key,
    MessageFailed,
    MessageTaken,
    PromptFailed,
    QueueFailed,
    TalkEnded,
    TransferEnded,
    TransferFailed,
)
from ivr.play.trace import Answered, Over, Thing, Trace, Went


def told(trace: Trace) -> Iterator[str]:
    """The call, one line for each thing that somebody would notice."""
    for entry in trace.log:
        if words := words_of(entry.thing):
            yield f"{entry.at:7.1f} s  {entry.node:<20} {words}"


def words_of(thing: Thing) -> str:
    """What happened; empty for what nobody would notice."""
    match thing:
        case Went(_, nodes, _):
            return "-> " + " -> ".join(nodes)
        case Answered(by):
            return f"answered by {by}"
        case Over(end):
            return f"the call is over: {end}"
        case Key(digit):
            return f"key {digit}"
        case CallerLeft():
            return "the caller hangs up"
        case PromptFailed():
            return "the prompt cannot be played"
        case QueueFailed(reason) | MessageFailed(reason) | TransferFailed(reason):
            return f"failed: {reason}"
        case TalkEnded() | TransferEnded():
            return "the other side hangs up"
        case MessageTaken(seconds):
            return f"message of {seconds:.0f} s"
    return _words_of_action(thing) if isinstance(thing, ACTIONS) else ""


ACTIONS = Action.__args__


def _words_of_action(action: Action) -> str:
    match action:
        case Say(prompts):
            return "says " + ", ".join(f"{one.id}@{one.language}" for one in prompts)
        case ToQueue():
            return queue_words(action)
        case Transfer(to):
            return f"calls {to}"
        case TakeMessage(max_s):
            return f"records at most {max_s:g} s"
        case PromiseCallback(number, queue):
            return f"promises to call {number or 'the caller'} back for {queue}"
        case SetLanguage(language):
            return f"speaks {language}"
        case SetField(name, value):
            return f"{name} = {value}"
        case HangUp(reason):
            return f"hangs up: {reason}"
        case StopSay():
            return ""


def queue_words(action: ToQueue) -> str:
    """``queue general, needs en: 1, priority 9``"""
    needs = ", ".join(f"{skill}: {level}" for skill, level in action.needs)
    parts = [f"queue {action.queue}", f"needs {needs}" if needs else ""]
    parts.append(f"priority {action.priority}" if action.priority else "")
    parts.append(f"together with {action.join}" if action.join else "")
    return ", ".join(part for part in parts if part)
