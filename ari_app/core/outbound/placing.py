"""The call that an entry becomes: whom it rings, for how long, and what the pop says of it.

Pure: an entry in, the entry with one more attempt and the order to the call engine out.
"""

from ari_app.core.outbound.entry import Entry
from ari_app.core.outbound.policy import DutyList, Policy
from ari_app.core.records import Json
from ari_app.core.seam import CallPlaced
from ari_app.core.values import Caller, CallId

TICKET_FIELD = "repeat_of"
"""The field that the duty tree reads digit by digit: the ticket's number, its digits alone."""
SPOKEN_DIGITS = 8


def place(
    entry: Entry, policy: Policy, units: DutyList, now: float
) -> tuple[Entry, CallPlaced] | None:
    """None when there is no phone left to ring."""
    match entry.kind:
        case "callback" | "missed":
            begun = entry.begun(now, entry.number)
            return begun, _back(begun, policy)
        case "visit":
            begun = entry.begun(now, entry.number)
            tree, ring_s = policy.pace.tree, policy.visits.ring_s
            return begun, _for_tree(begun, entry.number, ring_s, tree, ())
        case "duty":
            return _duty(entry, policy, units, now)


def _duty(
    entry: Entry, policy: Policy, units: DutyList, now: float
) -> tuple[Entry, CallPlaced] | None:
    phones = units.duty_phones(entry.unit)
    if not phones:
        return None
    phone = phones[min(entry.phone, len(phones) - 1)]
    begun = entry.begun(now, phone.number)
    fields = [(TICKET_FIELD, spoken(entry.ticket_id))]
    if entry.urgency:
        fields.append(("urgency", entry.urgency))
    tree = policy.duty.tree
    return begun, _for_tree(begun, phone.number, phone.ring_s, tree, tuple(fields))


def spoken(ticket_id: str) -> str:
    """The last digits of the ticket's number: what can be said, and found again."""
    return "".join(filter(str.isdigit, ticket_id))[-SPOKEN_DIGITS:]


def _for_tree(
    entry: Entry, number: str, ring_s: float, tree: str, fields: tuple[tuple[str, str], ...]
) -> CallPlaced:
    return CallPlaced(
        CallId(entry.call),
        entry.kind,
        entry.ticket_id,
        Caller(number),
        entry.dialled,
        ring_s,
        language=entry.language,
        tree=tree,
        fields=fields,
    )


def _back(entry: Entry, policy: Policy) -> CallPlaced:
    card: dict[str, Json] = {
        "entry": entry.entry_id,
        "kind": entry.kind,
        "since": entry.queued_at,
        "asked_at": entry.created_at,
        "attempt": len(entry.attempts),
        "ticket_id": entry.ticket_id,
        "of_call": entry.of_call,
    }
    return CallPlaced(
        CallId(entry.call),
        entry.kind,
        entry.ticket_id,
        Caller(entry.number, entry.name),
        entry.dialled,
        policy.callbacks.ring_s,
        language=entry.language,
        notice=policy.notice,
        queue=entry.queue,
        needs=entry.needs,
        priority=entry.priority,
        queued_at=entry.queued_at,
        fields=(("urgency", entry.urgency),) if entry.urgency else (),
        card=card,
    )
