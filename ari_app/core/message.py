"""The message that a caller leaves: begun, ended, overdue; and what that does to the call.

Decides when a message counts as left. Asterisk writes the file; what is in it is looked at when the
call has ended.
"""

from dataclasses import replace

import ivr
from ari_app.core.call import Call, Outcome, Phase
from ari_app.core.call_parts import Message
from ari_app.core.commands import DropMessage, RecordMessage, StopMessage, Write
from ari_app.core.events import MessageEnded
from ari_app.core.heard import MESSAGE
from ari_app.core.legs import Out, leave_queue, renewed, silence
from ari_app.core.outcome import better
from ari_app.core.values import LegId, MessageId, message_of

Moved = tuple[Call, Out, ivr.Event | None]

STOPPED_BY = ("*", "#")
"""Keys with which Asterisk itself ends a recording."""


GRACE_S = 10.0
"""Beyond its greatest length: the beep, and Asterisk's report that the file is written."""


def begin(call: Call, action: ivr.TakeMessage, now: float) -> tuple[Call, Out]:
    """Nothing else may sound while the caller speaks."""
    call, out = leave_queue(call, now)
    call, quiet = silence(call)
    name = message_of(call.call_id, call.recorded + 1)
    record = RecordMessage(
        LegId(call.call_id), name, action.max_s, action.silence_s, action.end_key
    )
    call = replace(
        call,
        phase=Phase.RECORDING,
        recorded=call.recorded + 1,
        message=Message(name, action.end_key),
        until=now + action.max_s + GRACE_S,
    )
    return call, [*out, *quiet, record]


def key(message: Message, digit: str) -> Out:
    """The caller's own end of the message, where Asterisk does not see to it."""
    is_end = digit == message.end_key and digit not in STOPPED_BY
    return [StopMessage(message.name)] if is_end else []


def ended(call: Call, event: MessageEnded, now: float) -> Moved:
    """Asterisk has the message, or tells why not."""
    if event.ok:
        call = _kept(call, event.message, event.seconds)
        call = replace(call, outcome=better(call.outcome, Outcome.MESSAGE_LEFT))
        call = call.noting(now, MESSAGE, event.seconds)
        return call, [Write(call.saved()), renewed(call)], ivr.MessageTaken(event.seconds)
    call = replace(call, phase=Phase.IN_FLOW, message=None, until=None)
    call = call.noting(now, MESSAGE, event.reason)
    # Where nobody knows what became of the request, it may be recording after all.
    out: Out = [StopMessage(event.message), DropMessage(event.message), renewed(call)]
    return call, out, ivr.MessageFailed(event.reason)


def overdue(call: Call, message: Message, now: float) -> Moved:
    """Its end was never told. What was said may be there: the file is looked at later."""
    call = _kept(call, message.name, 0.0).noting(now, MESSAGE, "overdue")
    return call, [StopMessage(message.name), renewed(call)], ivr.MessageFailed("overdue")


def left_during(call: Call) -> Call:
    """The caller's channel went before Asterisk told of the message."""
    return _kept(call, call.message.name, 0.0) if call.message else call


def _kept(call: Call, name: MessageId, seconds: float) -> Call:
    kept = (*call.messages, (name, seconds))
    return replace(call, phase=Phase.IN_FLOW, message=None, until=None, messages=kept)
