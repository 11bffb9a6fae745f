"""What people ask of the dial list, in the past tense. Each may be refused with a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """Somebody is to be called back; ``not_before`` is epoch seconds, ``urgent`` any hour."""

    number: str
    ticket_id: str
    queue: str
    language: str = ""
    needs: tuple[tuple[str, int], ...] = ()
    priority: int = 0
    not_before: float = 0.0
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class EntryCancelled:
    """Nobody need be called any more; ``reason`` is for people."""

    entry_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallMissed:
    """A call that reached only the fallback, found in Asterisk's event log."""

    call: str
    number: str
    dialled: str
    at: float


@dataclass(frozen=True, slots=True)
class DutyAsked:
    """The duty phones of this unit ring until somebody acknowledges the ticket by key."""

    ticket_id: str
    unit: str
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A citizen to be asked how content they are."""

    ticket_id: str
    number: str
    language: str = ""
    dialled: str = ""


@dataclass(frozen=True, slots=True)
class VisitsAsked:
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class VisitsPaused:
    """No further visit begins until it is taken back; those under way go on."""

    is_paused: bool


OutboundAsked = CallbackAsked | EntryCancelled | CallMissed | DutyAsked | VisitsAsked | VisitsPaused
