"""Calls that we place: what is on the list, what is put on it, what is taken off."""

from aiohttp import web

from ari_app.core.outbound.asked import (
    CallbackAsked,
    DutyAsked,
    EntryCancelled,
    OutboundAsked,
    VisitsAsked,
    VisitsPaused,
)
from ari_app.core.records import Json
from ari_app.tickets.masking import mask_number
from ari_app.web.context import CONTEXT, ME, Context, parse, parse_query, render
from ari_app.web.outbound_models import AskCallback, AskDuty, AskVisits, EntryQuery, Pause
from ari_app.web.ports import Row
from ari_app.web.problems import Problem

BACK = ("callback", "missed")
NO_TICKET = Problem(404, "no_such_ticket", "没有这个工单，请检查工单号。")


async def callbacks(request: web.Request) -> web.Response:
    return await _shown(request, BACK)


async def ask_callback(request: web.Request) -> web.Response:
    body = await parse(request, AskCallback)
    await _check_callback(request.app[CONTEXT], body)
    needs = tuple(sorted(body.needs.items()))
    await _ask(
        request,
        CallbackAsked(
            body.number,
            body.ticket_id,
            body.queue,
            body.language,
            needs,
            not_before=body.not_before,
            is_urgent=body.urgent,
        ),
    )
    return web.Response(status=204)


async def _check_callback(context: Context, body: AskCallback) -> None:
    """Nobody would ever serve a callback in a queue that there is not, or of such a skill."""
    queues = sorted(str(row["queue"]) for row in context.ask.queues())
    if body.queue not in queues:
        said = f"没有队列 {body.queue}；可用的队列：{', '.join(queues)}。"
        raise Problem(409, "no_such_queue", said)
    skills = set().union(*(skills_of(row) for row in context.ask.agents()))
    if unknown := sorted(body.needs.keys() - skills):
        said = f"没有坐席有技能 {unknown[0]}；已有的技能：{', '.join(sorted(skills))}。"
        raise Problem(409, "no_such_skill", said)
    if body.ticket_id and not await context.dials.visits_of([body.ticket_id]):
        raise NO_TICKET


def skills_of(row: Row) -> set[str]:
    skills = row["skills"]
    return set(skills) if isinstance(skills, dict) else set()


async def cancel(request: web.Request) -> web.Response:
    reason = f"cancelled by {request[ME].agent}"
    await _ask(request, EntryCancelled(request.match_info["entry_id"], reason))
    return web.Response(status=204)


async def duty_calls(request: web.Request) -> web.Response:
    return await _shown(request, ("duty",))


async def duty_call(request: web.Request) -> web.Response:
    body = await parse(request, AskDuty)
    ticket_id = request.match_info["ticket_id"]
    if not await request.app[CONTEXT].dials.visits_of([ticket_id]):
        raise NO_TICKET
    await _ask(request, DutyAsked(ticket_id, body.unit, body.urgency))
    return web.Response(status=204)


async def visits(request: web.Request) -> web.Response:
    return await _shown(request, ("visit",))


async def ask_visits(request: web.Request) -> web.Response:
    body = await parse(request, AskVisits)
    context = request.app[CONTEXT]
    if body.closed_from is not None:
        until = context.now() if body.closed_until is None else body.closed_until
        found = await context.dials.visits_closed(body.closed_from, until, body.limit)
    else:
        found = await context.dials.visits_of(body.ticket_ids)
        known = {visit.ticket_id for visit in found}
        if missing := [one for one in body.ticket_ids if one not in known]:
            raise Problem(404, "no_such_ticket", f"没有工单 {missing[0]}，请检查工单号。")
    await _ask(request, VisitsAsked(tuple(found)))
    return render({"asked": sum(bool(visit.number) for visit in found)})


async def pause(request: web.Request) -> web.Response:
    body = await parse(request, Pause)
    await _ask(request, VisitsPaused(body.is_paused))
    return render({"is_paused": body.is_paused})


async def _shown(request: web.Request, kinds: tuple[str, ...]) -> web.Response:
    query = parse_query(request, EntryQuery)
    dials = request.app[CONTEXT].dials
    if query.open_only:
        entries = dials.open_entries(kinds)[: query.limit]
    else:
        entries = await dials.entries(kinds, query.limit)
    if request[ME].role == "agent":
        entries = [_without_number(entry) for entry in entries]
    paused = {"is_paused": dials.is_paused()} if kinds == ("visit",) else {}
    return render({"entries": entries, **paused})


def _without_number(entry: Row) -> Row:
    """Whose number it is concerns the agent who calls it, and that one has the pop."""
    attempts = entry["attempts"]
    tries: list[Json] = []
    for one in attempts if isinstance(attempts, list) else []:
        tries.append(_hidden(one) if isinstance(one, dict) else one)
    return {**_hidden(entry), "attempts": tries}


def _hidden(row: Row) -> Row:
    return {**row, "number": mask_number(str(row["number"]))}


async def _ask(request: web.Request, event: OutboundAsked) -> None:
    refuse = await request.app[CONTEXT].wish(event)
    if refuse is not None:
        status = 404 if refuse.code == "no_such_entry" else 409
        raise Problem(status, refuse.code, refuse.message)
