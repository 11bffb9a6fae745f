"""What people and departments do with a ticket: fill in, dispatch, sign, join, close, reopen.

Decides over the ticket's row and its work orders what changes, or why nothing may. Must not know
who keeps them, nor how a change is told to others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ari_app.tickets.clocks import WorkTime
from ari_app.tickets.rules import Rules
from ari_app.tickets.sla import Card, card, clock, deadlines
from ari_app.tickets.words import NEEDS_SUPERVISOR, URGENCIES
from ari_app.tickets.work_order import Asked, Refused, Step, WorkOrder, moved

Fields = Mapping[str, Any]


class What(StrEnum):
    """What happened to a ticket, as the journal names it."""

    TAKEN_IN = "ticket.taken_in"
    EDITED = "ticket.edited"
    DISPATCHED = "ticket.dispatched"
    SIGNED = "ticket.signed"
    RESPONDED = "ticket.responded"
    EXTENDED = "ticket.extended"
    RETURNED = "ticket.returned"
    HANDLED = "ticket.handled"
    CLOSED = "ticket.closed"
    REOPENED = "ticket.reopened"
    JOINED = "ticket.joined"
    REPEATED = "ticket.repeated"


_AFTER: Final = {
    Step.SIGN: What.SIGNED,
    Step.RESPOND: What.RESPONDED,
    Step.EXTEND: What.EXTENDED,
    Step.RETURN: What.RETURNED,
    Step.CLOSE: What.HANDLED,
}

EDITABLE: Final = frozenset(
    {
        "caller_name", "caller_address", "matter_cause", "matter_course", "matter_address",
        "case_type", "category_code", "urgency", "disposition", "named_supervisor", "topic_tags",
        "confidential", "linked_110_case", "callback_number", "language",
    }
)  # fmt: skip
"""What people fill in; everything else of a ticket the program knows by itself."""

_OF_DISPATCH: Final = ("work_order_id", "unit", "profile", "sign_by", "respond_by", "due_at")
"""What the journal's line says: the ends too, for ``sla.yaml`` may be another one tomorrow."""

_CARDS: Final = {None: 0, "yellow": 1, "red": 2}


@dataclass(frozen=True, slots=True)
class Centre:
    """What a decision goes by: the centre's rules, its calendar, and the instant."""

    rules: Rules
    time: WorkTime
    now: float


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket as it is, by the product's field names, with all its work orders, oldest first."""

    ticket: Fields
    orders: tuple[WorkOrder, ...] = ()

    @property
    def ticket_id(self) -> str:
        return str(self.ticket["ticket_id"])

    @property
    def live(self) -> tuple[WorkOrder, ...]:
        return tuple(order for order in self.orders if order.is_live)

    @property
    def is_closed(self) -> bool:
        return self.ticket.get("closed_at") is not None


@dataclass(frozen=True, slots=True)
class Change:
    """What a ticket becomes: its changed fields, the changed orders, one line of the journal each.

    ``data`` are the lines' own words; what people wrote is not among them, for a line stays for
    ever. ``note`` is kept in the ticket's own history.
    """

    what: What
    fields: Fields = field(default_factory=dict)
    orders: tuple[WorkOrder, ...] = ()
    data: Sequence[Fields] = ({},)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who asks: their number, whether they supervise, and the call they are on with its ticket."""

    who: str
    is_supervisor: bool
    on_ticket: str | None = None
    on_call: str | None = None


def may_work_on(ticket: Fields, editor: Editor) -> bool:
    """Its own agent, whoever talks to its citizen, a supervisor; anybody when it is nobody's."""
    owner = ticket.get("agent_id")
    is_theirs = owner in (None, "", editor.who) or ticket["ticket_id"] == editor.on_ticket
    return editor.is_supervisor or is_theirs


NOT_YOURS: Final = Refused(
    "not_yours", "这不是您的工单，只有受理人、正在通话的话务员和班长可以操作。"
)


def edited(case: Case, fields: Fields) -> Change | Refused | None:
    """Fill fields in; None when that changes nothing."""
    unknown = sorted(fields.keys() - EDITABLE)
    if unknown:
        return Refused("not_editable", f"这些字段不能修改：{'、'.join(unknown)}。")
    changed = {name: one for name, one in fields.items() if case.ticket.get(name) != one}
    if not changed:
        return None
    after = {**case.ticket, **changed}
    if after.get("disposition") == NEEDS_SUPERVISOR and not after.get("named_supervisor"):
        return Refused("needs_supervisor", "紧急办理必须指定督办负责人（named_supervisor）。")
    return Change(What.EDITED, changed, data=({"fields": sorted(changed)},))


def dispatched(case: Case, units: Sequence[str], profile: str, centre: Centre) -> Change | Refused:
    """One work order for each unit, each with its own clocks. ``profile`` empty: the unit's own."""
    refused = _not_for_dispatch(case, units, profile, centre.rules)
    if refused is not None:
        return refused
    orders = tuple(
        _new_order(case, unit, number, profile, centre)
        for number, unit in enumerate(units, start=len(case.orders) + 1)
    )
    data = [{name: getattr(one, name) for name in _OF_DISPATCH} for one in orders]
    return Change(What.DISPATCHED, _summary((*case.orders, *orders), centre), orders, data)


def _not_for_dispatch(
    case: Case, units: Sequence[str], profile: str, rules: Rules
) -> Refused | None:
    unknown = [unit for unit in units if rules.units.find(unit) is None]
    live = {order.unit for order in case.live}
    busy = [rules.units.label(unit) for unit in units if unit in live]
    if unknown:
        return Refused("no_such_unit", f"没有这些承办单位：{'、'.join(unknown)}。")
    if profile and profile not in rules.sla.profiles:
        return Refused("no_such_profile", f"没有名为 {profile} 的时限方案。")
    if case.is_closed:
        return Refused("closed", "工单已办结，请先重新打开（reopen）再派单。")
    if not case.ticket.get("matter_cause"):
        return Refused("no_matter", "派单前请填写诉求事由（matter_cause）。")
    if busy:
        return Refused("dispatched_already", f"已派给{'、'.join(busy)}且尚未办结，不能重复派单。")
    return None


def _new_order(case: Case, unit: str, number: int, profile: str, centre: Centre) -> WorkOrder:
    found = centre.rules.units.find(unit)
    named = profile or (found.profile if found else "")
    book = centre.rules.sla.profile(named)
    ticket = case.ticket
    ends = deadlines(book, ticket.get("case_type"), ticket.get("urgency"), centre.now, centre.time)
    return WorkOrder(
        work_order_id=f"{case.ticket_id}.w{number}",
        ticket_id=case.ticket_id,
        unit=unit,
        profile=book.name,
        dispatched_at=centre.now,
        sign_by=ends.sign_by,
        respond_by=ends.respond_by,
        due_at=ends.due_at,
    )


def stepped(case: Case, work_order_id: str, asked: Asked, centre: Centre) -> Change | Refused:
    """A unit's step; the ticket shows what its orders come to."""
    [order] = [one for one in case.orders if one.work_order_id == work_order_id]
    after = moved(order, asked, centre.rules.sla.profile(order.profile), centre.time, centre.now)
    if isinstance(after, Refused):
        return after
    orders = tuple(after if one is order else one for one in case.orders)
    data: dict[str, Any] = {"work_order_id": work_order_id, "unit": order.unit}
    if asked.step is Step.EXTEND:
        data["extended_to"] = after.extended_to
    return Change(_AFTER[asked.step], _summary(orders, centre), (after,), (data,))


def closed(case: Case, disposition: str | None, centre: Centre) -> Change | Refused:
    """The case is done: every unit has closed or returned its share."""
    final = disposition or case.ticket.get("disposition")
    if case.is_closed:
        return Refused("closed", "工单已经办结。")
    if case.live:
        labels = "、".join(centre.rules.units.label(order.unit) for order in case.live)
        return Refused("units_at_work", f"以下单位尚未办结：{labels}。")
    if final is None:
        return Refused("no_disposition", "请先选择处置方式：当场答复、专班协调或紧急办理。")
    if final == NEEDS_SUPERVISOR and not case.ticket.get("named_supervisor"):
        return Refused("needs_supervisor", "紧急办理必须指定督办负责人（named_supervisor）。")
    return Change(
        What.CLOSED,
        {"closed_at": centre.now, "disposition": final},
        data=({"disposition": final},),
    )


def reopened(case: Case, reason: str) -> Change | Refused:
    """The citizen was not helped: it goes on, and may be dispatched again."""
    if not case.is_closed:
        return Refused("not_closed", "工单尚未办结，无需重新打开。")
    if case.ticket.get("repeat_of"):
        return Refused("joined", f"该工单已并入 {case.ticket['repeat_of']}，请在该工单上操作。")
    return Change(What.REOPENED, {"closed_at": None}, note=reason)


def joined(
    case: Case, first: Case, joined_before: int, centre: Centre, *, brought: int = 0
) -> Sequence[Change] | Refused:
    """This ticket becomes a repetition of ``first``: what changes of the one, and of the other.

    ``joined_before`` are the tickets that ``first`` already took in, ``brought`` those that this
    one did: they come along. From ``escalate_at`` tickets on one matter (the first counts) it
    becomes a step more urgent with each.
    """
    refused = _not_to_be_joined(case, first)
    if refused is not None:
        return refused
    count = joined_before + 1 + brought
    before = urgency = first.ticket.get("urgency")
    for number in range(joined_before + 2, count + 2):
        if number >= centre.rules.sla.escalate_at and urgency != URGENCIES[-1]:
            urgency = more_urgent(urgency)
    urgent = {} if urgency == before else {"urgency": urgency}
    ends = {"closed_at": centre.now, "repeat_of": first.ticket_id}
    return (
        Change(What.JOINED, ends, data=({"repeat_of": first.ticket_id},)),
        Change(What.REPEATED, urgent, data=({"count": count, "by": case.ticket_id, **urgent},)),
    )


def _not_to_be_joined(case: Case, first: Case) -> Refused | None:
    if case.ticket_id == first.ticket_id:
        return Refused("itself", "工单不能并入自己。")
    if case.ticket.get("repeat_of"):
        return Refused("joined", f"该工单已并入 {case.ticket['repeat_of']}。")
    if first.ticket.get("repeat_of"):
        said = f"{first.ticket_id} 已并入 {first.ticket['repeat_of']}，请并入后者。"
        return Refused("not_the_first", said)
    if first.is_closed:
        return Refused("closed", f"{first.ticket_id} 已办结，请先重新打开再并入。")
    if case.is_closed:
        return Refused("closed", "该工单已办结，不能再并入其他工单。")
    if case.live:
        return Refused("units_at_work", "该工单已派单且尚未办结，不能并入其他工单。")
    return None


def more_urgent(urgency: str | None) -> str:
    place = URGENCIES.index(urgency) if urgency in URGENCIES else 0
    return URGENCIES[min(place + 1, len(URGENCIES) - 1)]


def _summary(orders: Sequence[WorkOrder], centre: Centre) -> dict[str, Any]:
    """What the ticket says of its orders: those returned count only as returned.

    It is signed and answered when all units have; it is due when the last of them is.
    """
    taken = [order for order in orders if order.returned_at is None]
    back = [order for order in orders if order.returned_at is not None]
    last = max(back, key=lambda order: order.returned_at or 0.0, default=None)
    return {
        "target_units": list(dict.fromkeys(order.unit for order in taken)),
        "dispatched_at": min(order.dispatched_at for order in orders),
        "signed_at": _latest(order.signed_at for order in taken),
        "first_response_at": _latest(order.first_response_at for order in taken),
        "due_at": _last_of(order.due_at for order in taken),
        "extended_to": _last_of(order.extended_to for order in taken),
        "returned_at": last.returned_at if last else None,
        "returned_reason": last.returned_reason if last else None,
        "card": worst_card(taken, centre),
    }


def dispatch_by(case: Case, centre: Centre) -> float | None:
    """When the centre has to have dispatched it, by the default profile: no unit is known yet.

    None once it was, and of a call that said nothing: there may be nothing to dispatch.
    """
    ticket = case.ticket
    if case.orders or not (ticket.get("matter_cause") or ticket.get("urgency")):
        return None
    rules = centre.rules.sla.profile("").dispatch
    kind, urgency = ticket.get("case_type"), ticket.get("urgency")
    return clock(rules, kind, urgency, ticket["arrived_at"], centre.time)


def card_of(case: Case, centre: Centre) -> Card | None:
    """The gravest of its orders; without any that of the dispatch, which a close ends, too."""
    if case.orders:
        return worst_card(case.orders, centre)
    ticket, days = case.ticket, centre.rules.sla.profile("").yellow_days
    by, closed_at = dispatch_by(case, centre), ticket.get("closed_at")
    return card(ticket["arrived_at"], by, closed_at, days, centre.time, centre.now)


def worst_card(orders: Sequence[WorkOrder], centre: Centre) -> Card | None:
    """The gravest card of these orders, now."""
    shown = [
        order.card(centre.rules.sla.profile(order.profile), centre.time, centre.now)
        for order in orders
    ]
    return max(shown, key=_CARDS.__getitem__, default=None)


def _latest(instants: Any) -> float | None:
    """The last of them, once all have come."""
    found = list(instants)
    return None if not found or None in found else max(found)


def _last_of(instants: Any) -> float | None:
    return max((one for one in instants if one is not None), default=None)
