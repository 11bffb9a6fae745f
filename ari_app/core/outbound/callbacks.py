"""Which calls that came in are to be called back, with which place, and which need not be.

Pure functions of what is told of an ended call. A promise keeps the place in the line; a missed
call takes the place of the moment at which it falls due, behind everybody who waits then.
"""

from ari_app.core.outbound.asked import CallbackAsked, CallMissed
from ari_app.core.outbound.entry import Entry
from ari_app.core.outbound.policy import Policy
from ari_app.core.outcome import Outcome
from ari_app.core.records import ticket_of
from ari_app.core.seam import CallOver
from ari_app.core.world import number_key

ABANDONED = frozenset(
    {
        Outcome.ABANDONED_IN_FLOW.value,
        Outcome.ABANDONED_WAITING.value,
        Outcome.ABANDONED_RINGING.value,
        Outcome.FAILED.value,
    }
)
SERVED = frozenset({Outcome.ANSWERED.value, Outcome.TRANSFERRED_OUT.value})


def promised(over: CallOver, entry_id: str, policy: Policy) -> Entry | None:
    """What the tree promised: the exact place, queue, needs and language."""
    promise = over.promise
    if promise is None or over.outcome != Outcome.CALLBACK_PROMISED.value or not promise.number:
        return None
    return Entry(
        entry_id,
        "callback",
        over.ticket_id,
        promise.number,
        created_at=over.at,
        due_at=policy.callbacks.window.next_open(over.at),
        language=over.language,
        dialled=over.dialled,
        queue=promise.queue,
        needs=promise.needs,
        priority=promise.priority,
        queued_at=promise.queued_at,
        urgency=dict(over.fields).get("urgency", ""),
        of_call=over.call,
        name=over.name,
    )


def missed(over: CallOver, entry_id: str, policy: Policy) -> Entry | None:
    if not policy.missed.is_enabled or over.outcome not in ABANDONED or not over.number:
        return None
    due_at = policy.callbacks.window.next_open(over.at + policy.missed.not_before_s)
    return Entry(
        entry_id,
        "missed",
        over.ticket_id,
        over.number,
        created_at=over.at,
        due_at=due_at,
        language=over.language,
        dialled=over.dialled,
        queue=over.queue or policy.missed.queue,
        needs=over.needs,
        priority=over.priority,
        queued_at=due_at,
        of_call=over.call,
        name=over.name,
    )


def found(said: CallMissed, entry_id: str, policy: Policy, now: float) -> Entry | None:
    """The service was down: the event log knows who called."""
    if not policy.missed.is_enabled or not said.number:
        return None
    due_at = policy.callbacks.window.next_open(max(now, said.at + policy.missed.not_before_s))
    return Entry(
        entry_id,
        "missed",
        ticket_of(said.call),
        said.number,
        created_at=now,
        due_at=due_at,
        dialled=said.dialled,
        queue=policy.missed.queue,
        queued_at=due_at,
        of_call=said.call,
    )


def asked(said: CallbackAsked, entry_id: str, policy: Policy, now: float) -> Entry:
    """Somebody at a desk asks for it: its place is now, or when it falls due."""
    due_at = max(now, said.not_before)
    if not said.is_urgent:
        due_at = policy.callbacks.window.next_open(due_at)
    return Entry(
        entry_id,
        "callback",
        said.ticket_id,
        said.number,
        created_at=now,
        due_at=due_at,
        language=said.language,
        queue=said.queue,
        needs=said.needs,
        priority=said.priority,
        queued_at=due_at,
        is_urgent=said.is_urgent,
    )


def is_same(entry: Entry, number: str) -> bool:
    """An open call-back of this number."""
    is_back = entry.kind in ("callback", "missed") and not entry.is_final
    return is_back and number_key(entry.number) == number_key(number)
