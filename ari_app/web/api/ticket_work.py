"""Tickets filled in, dispatched, joined and closed; what other channels bring in.

parse -> the ticket desk -> render; the version of a ticket travels as its ETag (RFC 9110, 8.8.3).
"""

from collections.abc import Iterable
from typing import Final, cast

from aiohttp import web

from ari_app.core.outbound.asked import DutyAsked
from ari_app.core.records import Json
from ari_app.tickets.case import Editor
from ari_app.tickets.work_order import Asked, Step
from ari_app.web import ticket_work_models as m
from ari_app.web.context import CONTEXT, ME, parse, parse_query, render
from ari_app.web.ports import Row, TicketDesk
from ari_app.web.problems import Problem

RING_DUTY_FOR: Final = "紧急"
"""An urgent order nobody looks at is worth nothing: the department's duty phones ring."""
DISPATCHED: Final = "dispatched"
"""Whoever has signed for an order has looked at it already."""


async def ticket(request: web.Request) -> web.Response:
    return _rendered(await _desk(request).find(request.match_info["ticket_id"], editor(request)))


async def edit(request: web.Request) -> web.Response:
    body = await parse(request, m.EditTicket)
    fields = body.model_dump(include=body.model_fields_set)
    row = await _desk(request).edit(
        request.match_info["ticket_id"], _seen_version(request), fields, editor(request)
    )
    if fields.get("urgency") == RING_DUTY_FOR:
        orders = cast(list[Row], row["work_orders"])
        units = [str(one["unit"]) for one in orders if one["state"] == DISPATCHED]
        row = await _with_duty_calls(request, row, units)
    return _rendered(row)


async def dispatch(request: web.Request) -> web.Response:
    body = await parse(request, m.Dispatch)
    ticket_id = request.match_info["ticket_id"]
    units = list(dict.fromkeys(body.units))
    row = await _desk(request).dispatch(ticket_id, units, body.profile, editor(request))
    if row.get("urgency") == RING_DUTY_FOR:
        row = await _with_duty_calls(request, row, units)
    return _rendered(row)


async def _with_duty_calls(request: web.Request, row: Row, units: Iterable[str]) -> Row:
    return {**row, "duty_calls": {unit: await _ring_duty(request, row, unit) for unit in units}}


async def _ring_duty(request: web.Request, row: Row, unit: str) -> Json:
    """Why the unit's duty phones are not rung; None when they are. The dispatch stands anyway."""
    wanted = DutyAsked(str(row["ticket_id"]), unit, RING_DUTY_FOR)
    try:
        refused = await request.app[CONTEXT].wish(wanted)
    except (TimeoutError, OSError):
        return "值班电话暂时无法呼叫，请人工电话通知。"
    return None if refused is None else refused.message


async def close(request: web.Request) -> web.Response:
    body = await parse(request, m.CloseCase)
    ticket_id = request.match_info["ticket_id"]
    return _rendered(await _desk(request).close(ticket_id, body.disposition, editor(request)))


async def reopen(request: web.Request) -> web.Response:
    body = await parse(request, m.Reasoned)
    ticket_id = request.match_info["ticket_id"]
    return _rendered(await _desk(request).reopen(ticket_id, body.reason, editor(request)))


async def join(request: web.Request) -> web.Response:
    body = await parse(request, m.Join)
    ticket_id = request.match_info["ticket_id"]
    return _rendered(await _desk(request).join(ticket_id, body.repeat_of, editor(request)))


async def repeats(request: web.Request) -> web.Response:
    return render(await _desk(request).repeats(request.match_info["ticket_id"]))


async def work_orders(request: web.Request) -> web.Response:
    query = parse_query(request, m.WorkOrderQuery)
    return render({"work_orders": await _desk(request).work_orders(query.unit, query.limit)})


async def units(request: web.Request) -> web.Response:
    return render(_desk(request).units())


async def sign(request: web.Request) -> web.Response:
    return await _step(request, Asked(Step.SIGN))


async def respond(request: web.Request) -> web.Response:
    return await _step(request, Asked(Step.RESPOND))


async def extend(request: web.Request) -> web.Response:
    body = await parse(request, m.Extend)
    return await _step(request, Asked(Step.EXTEND, body.reason, body.until))


async def give_back(request: web.Request) -> web.Response:
    body = await parse(request, m.Reasoned)
    return await _step(request, Asked(Step.RETURN, body.reason))


async def handled(request: web.Request) -> web.Response:
    body = await parse(request, m.Handled)
    return await _step(request, Asked(Step.CLOSE, body.result))


async def take_in(request: web.Request) -> web.Response:
    body = await parse(request, m.Intake)
    given = body.model_dump(exclude_none=True)
    channel, key = given.pop("channel"), given.pop("intake_key")
    arrived_at = given.pop("arrived_at", None)
    return render(await _desk(request).take_in(channel, key, arrived_at, given))


async def _step(request: web.Request, asked: Asked) -> web.Response:
    work_order_id = request.match_info["work_order_id"]
    return render(await _desk(request).step(work_order_id, asked, request[ME].agent))


def editor(request: web.Request) -> Editor:
    """Who asks, with the call that they are on."""
    me = request[ME]
    state = request.app[CONTEXT].ask.agent(me.agent) or {}
    call = state.get("call")
    is_supervisor = me.role in ("supervisor", "admin", "operator")
    return Editor(me.agent, is_supervisor, on_call=call if isinstance(call, str) else None)


def _desk(request: web.Request) -> TicketDesk:
    return request.app[CONTEXT].tickets


def _rendered(row: Row) -> web.Response:
    response = render(row)
    response.headers["ETag"] = f'"{row["version"]}"'
    return response


def _seen_version(request: web.Request) -> int | None:
    """The version that the desk shows; None for ``*``, which overwrites whatever is there."""
    said = request.headers.get("If-Match", "").strip()
    if said == "*":
        return None
    number = said.strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        detail = (
            '请在 If-Match 中带上工单的版本号，例如 If-Match: "3"；版本号在 ETag 和 version 中。'
        )
        raise Problem(428, "no_version", detail)
    return int(number)
