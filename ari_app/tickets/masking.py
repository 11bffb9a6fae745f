"""What of a ticket may be seen by whom: personal fields are masked unless somebody needs them.

Decides by lists of what may leave, never of what may not: a field that nobody has thought about
stays here (PIPL, articles 6 and 23). A confidential ticket (GB/T 33358) tells no unit who called.
"""

from collections.abc import Mapping
from typing import Any, Final

PERSONAL: Final = frozenset({"caller_number", "caller_name", "caller_address", "matter_address"})
"""Who the citizen is and where; ``matter_address`` may be the citizen's own."""

FOR_UNITS: Final = frozenset(
    {
        "ticket_id", "version", "channel", "source", "language", "caller_region", "arrived_at",
        "confidential", "matter_cause", "matter_course", "case_type", "category_code", "urgency",
        "disposition", "named_supervisor", "target_units", "dispatched_at", "due_at", "extended_to",
        "signed_at", "first_response_at", "returned_at", "returned_reason", "closed_at", "card",
        "repeat_of", "repeat_count_30d", "linked_110_case", "topic_tags", "work_orders", "outcome",
        "revisit_at", "revisit_score", "survey_score",
    }
)  # fmt: skip
"""What a department gets of every ticket."""

CALLERS_OWN: Final = frozenset({"caller_number", "caller_name", "caller_address"})
"""What tells who called: hidden of a confidential ticket from all who do not work on it."""


def outgoing(ticket: Mapping[str, Any], sees: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The ticket as it leaves for one target, which needs the personal fields ``sees``."""
    is_secret = bool(ticket.get("confidential"))
    shown = {name: value for name, value in ticket.items() if name in FOR_UNITS}
    for name in PERSONAL & ticket.keys():
        open_to_it = name in sees and not (is_secret and name in CALLERS_OWN)
        shown[name] = ticket[name] if open_to_it else masked(name, ticket[name])
    return shown


def for_city(ticket: Mapping[str, Any], sees: frozenset[str]) -> dict[str, Any]:
    """The whole ticket for the city's ticket system, with the personal fields that it needs.

    The number that a citizen wants to be called at is shown to whom the caller's number is.
    """
    is_secret = bool(ticket.get("confidential"))
    shown = dict(ticket)
    for name in (PERSONAL | {"callback_number"}) & ticket.keys():
        asked = "caller_number" if name == "callback_number" else name
        if asked not in sees or (is_secret and asked in CALLERS_OWN):
            shown[name] = masked(name, ticket[name])
    return shown


def for_reader(ticket: Mapping[str, Any], *, is_concerned: bool) -> dict[str, Any]:
    """The ticket in the centre's own lists. Hides only who called, and only if confidential."""
    if is_concerned or not ticket.get("confidential"):
        return dict(ticket)
    hidden = CALLERS_OWN | {"callback_number", "audit", "recording_ref"}
    return {
        name: (masked(name, value) if name in hidden else value) for name, value in ticket.items()
    }


def masked(name: str, value: Any) -> Any:
    """``138****8000``, ``王**``, and of anything else nothing but that it is there."""
    if not isinstance(value, str) or not value:
        return None
    match name:
        case "caller_number" | "callback_number":
            return mask_number(value)
        case "caller_name":
            return value[0] + "**"
        case _:
            return "****"


def mask_number(number: str) -> str:
    """The first three and last four digits of a long number; nothing of a short one."""
    if len(number) < 9:
        return "****"
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
