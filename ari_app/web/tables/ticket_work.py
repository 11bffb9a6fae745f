"""Tickets: filling in, dispatching, closing; what other channels bring in."""

from ari_app.web import ticket_work_models as m
from ari_app.web.api import ticket_work as work
from ari_app.web.route import V1, Route

_TICKET = f"{V1}/tickets/{{ticket_id}}"
_ORDER = f"{V1}/work-orders/{{work_order_id}}"
_REFUSED = (403, 404, 409)

ROUTES: tuple[Route, ...] = (
    Route("GET", _TICKET, work.ticket, "agent", "One ticket with its work orders", m.WorkedTicket),
    Route("PATCH", _TICKET, work.edit, "agent",
          "Fill in a ticket; If-Match names the version that is shown", m.WorkedTicket,
          body=m.EditTicket, refusals=(*_REFUSED, 428)),
    Route("POST", f"{_TICKET}/dispatch", work.dispatch, "agent",
          "Give it to units: a work order with clocks for each", m.WorkedTicket, body=m.Dispatch,
          refusals=_REFUSED),
    Route("POST", f"{_TICKET}/close", work.close, "agent", "The case is done", m.WorkedTicket,
          body=m.CloseCase, refusals=_REFUSED),
    Route("POST", f"{_TICKET}/reopen", work.reopen, "agent", "It is not done after all",
          m.WorkedTicket, body=m.Reasoned, refusals=_REFUSED),
    Route("POST", f"{_TICKET}/join", work.join, "agent",
          "Make it a repetition of an earlier ticket, and close it", m.WorkedTicket, body=m.Join,
          refusals=_REFUSED),
    Route("GET", f"{_TICKET}/repeats", work.repeats, "agent",
          "Earlier tickets of the same number, the likeliest first", m.Repeats),
    Route("GET", f"{V1}/units", work.units, "agent", "The units that tickets can be given to",
          m.Units),
    Route("GET", f"{V1}/work-orders", work.work_orders, "agent",
          "What units are working on, the first due first", m.WorkOrders, query=m.WorkOrderQuery),
    Route("POST", f"{_ORDER}/sign", work.sign, "city", "签收: the unit takes it", m.WorkOrder,
          refusals=(404, 409)),
    Route("POST", f"{_ORDER}/respond", work.respond, "city",
          "首次回应: the unit has spoken to the citizen", m.WorkOrder, refusals=(404, 409)),
    Route("POST", f"{_ORDER}/extend", work.extend, "city", "延期: more time, once", m.WorkOrder,
          body=m.Extend, refusals=(404, 409)),
    Route("POST", f"{_ORDER}/return", work.give_back, "city",
          "退回: the matter is not the unit's", m.WorkOrder, body=m.Reasoned, refusals=(404, 409)),
    Route("POST", f"{_ORDER}/close", work.handled, "city", "办结: the unit has done its share",
          m.WorkOrder, body=m.Handled, refusals=(404, 409)),
    Route("POST", f"{V1}/intake", work.take_in, "intake",
          "A matter from another channel: the same skeleton as a call's", m.TakenIn,
          body=m.Intake, refusals=(409,)),
)  # fmt: skip
