"""One unit's share of a ticket: what may happen to it, in which order, and by when.

``TRANSITIONS`` is the whole truth about the order of things; where an order stands follows from its
instants. Must not know who asks, nor how orders are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ari_app.tickets.clocks import WorkTime
from ari_app.tickets.sla import Card, Profile, card


class At(StrEnum):
    """Where a work order stands."""

    DISPATCHED = "dispatched"
    SIGNED = "signed"
    RESPONDED = "responded"
    RETURNED = "returned"
    CLOSED = "closed"


class Step(StrEnum):
    """What a unit does: 签收, 首次回应, 延期, 退回, 办结."""

    SIGN = "sign"
    RESPOND = "respond"
    EXTEND = "extend"
    RETURN = "return"
    CLOSE = "close"


TRANSITIONS: Final[Mapping[At, Mapping[Step, At]]] = {
    At.DISPATCHED: {Step.SIGN: At.SIGNED, Step.RETURN: At.RETURNED},
    At.SIGNED: {
        Step.RESPOND: At.RESPONDED,
        Step.EXTEND: At.SIGNED,
        Step.RETURN: At.RETURNED,
        Step.CLOSE: At.CLOSED,
    },
    At.RESPONDED: {Step.EXTEND: At.RESPONDED, Step.CLOSE: At.CLOSED},
    At.RETURNED: {},
    At.CLOSED: {},
}

_STATES: Final = {
    At.DISPATCHED: "已派单、待签收",
    At.SIGNED: "已签收",
    At.RESPONDED: "已首次回应",
    At.RETURNED: "已退回",
    At.CLOSED: "已办结",
}
_STEPS: Final = {
    Step.SIGN: "签收",
    Step.RESPOND: "首次回应",
    Step.EXTEND: "延期",
    Step.RETURN: "退回",
    Step.CLOSE: "办结",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not, for people; nothing was changed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """Instants are epoch seconds; None until it happens, or where no clock runs."""

    work_order_id: str
    ticket_id: str
    unit: str
    profile: str
    dispatched_at: float
    sign_by: float | None = None
    respond_by: float | None = None
    due_at: float | None = None
    signed_at: float | None = None
    first_response_at: float | None = None
    extended_to: float | None = None
    returned_at: float | None = None
    returned_reason: str | None = None
    closed_at: float | None = None
    result: str | None = None

    @property
    def state(self) -> At:
        if self.closed_at is not None:
            return At.CLOSED
        if self.returned_at is not None:
            return At.RETURNED
        if self.first_response_at is not None:
            return At.RESPONDED
        return At.DISPATCHED if self.signed_at is None else At.SIGNED

    @property
    def is_live(self) -> bool:
        return bool(TRANSITIONS[self.state])

    @property
    def ends_at(self) -> float | None:
        """When it has to be closed, an extension counted."""
        return self.due_at if self.extended_to is None else self.extended_to

    def card(self, profile: Profile, time: WorkTime, now: float) -> Card | None:
        """One that was returned shows none: the matter was not the unit's."""
        if self.returned_at is not None:
            return None
        return card(
            self.dispatched_at, self.ends_at, self.closed_at, profile.yellow_days, time, now
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a work order: ``text`` is the reason or the result, ``until`` an instant."""

    step: Step
    text: str = ""
    until: float | None = None


def moved(
    order: WorkOrder, asked: Asked, profile: Profile, time: WorkTime, now: float
) -> WorkOrder | Refused:
    """The order after this step, or why it may not be taken now."""
    if asked.step not in TRANSITIONS[order.state]:
        return _out_of_turn(order, asked.step)
    match asked.step:
        case Step.SIGN:
            return replace(order, signed_at=now)
        case Step.RESPOND:
            return replace(order, first_response_at=now)
        case Step.EXTEND:
            return _extended(order, asked, profile, time, now)
        case Step.RETURN:
            return _returned(order, asked, profile, time, now)
        case Step.CLOSE:
            return _closed(order, asked, now)


def _out_of_turn(order: WorkOrder, step: Step) -> Refused:
    possible = "、".join(_STEPS[one] for one in TRANSITIONS[order.state])
    then = f"现在可以：{possible}。" if possible else "此后不能再操作，如需办理请重新派单。"
    return Refused("out_of_turn", f"该派单{_STATES[order.state]}，不能{_STEPS[step]}。{then}")


def _extended(
    order: WorkOrder, asked: Asked, profile: Profile, time: WorkTime, now: float
) -> WorkOrder | Refused:
    """Only in time: what is overdue keeps its red card, whatever is asked for afterwards."""
    if order.due_at is None or profile.extend is None:
        return Refused("no_extension", "该派单的时限方案不允许延期。")
    if order.extended_to is not None:
        return Refused("extended_already", "该派单已经延期一次，不能再次延期。")
    if now > order.due_at:
        return Refused("overdue", "该派单已经超过办结期限，不能延期，请尽快办结。")
    if not asked.text:
        return Refused("no_reason", "延期需要说明理由（reason）。")
    # A clock that ended at 24:00 is extended from the day that ended then.
    latest = time.after(order.due_at - 1.0, profile.extend)
    until = latest if asked.until is None else asked.until
    if not order.due_at < until <= latest:
        return Refused("too_long", "延期须晚于原时限，且不得超过时限方案允许的最长期限。")
    return replace(order, extended_to=until)


def _returned(
    order: WorkOrder, asked: Asked, profile: Profile, time: WorkTime, now: float
) -> WorkOrder | Refused:
    if not asked.text:
        return Refused("no_reason", "退回需要说明理由（reason）。")
    if profile.give_back and now > time.after(order.dispatched_at, profile.give_back):
        return Refused("too_late", "已超过可以退回的期限，请办理或申请延期。")
    return replace(order, returned_at=now, returned_reason=asked.text)


def _closed(order: WorkOrder, asked: Asked, now: float) -> WorkOrder | Refused:
    """An answer that closes the matter is the first one, too."""
    if not asked.text:
        return Refused("no_result", "办结需要填写办理结果（result）。")
    first = now if order.first_response_at is None else order.first_response_at
    return replace(order, closed_at=now, result=asked.text, first_response_at=first)
