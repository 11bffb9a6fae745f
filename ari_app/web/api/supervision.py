"""What a supervisor does with a live call, and the audit."""

from aiohttp import web

from ari_app.core.desk_events import RecordingAsked, SuperviseAsked
from ari_app.core.values import CallId
from ari_app.web.context import CONTEXT, ME, ask, parse, parse_query, render
from ari_app.web.supervision_models import AuditQuery, Supervise


async def supervise(request: web.Request) -> web.Response:
    body = await parse(request, Supervise)
    call = CallId(request.match_info["call_id"])
    await ask(request, SuperviseAsked(request[ME].agent, call, body.how, body.reason))
    return render({"call": call, "how": body.how})


async def pause_recording(request: web.Request) -> web.Response:
    return await _recording(request, pause=True)


async def resume_recording(request: web.Request) -> web.Response:
    return await _recording(request, pause=False)


async def _recording(request: web.Request, *, pause: bool) -> web.Response:
    me, call = request[ME], CallId(request.match_info["call_id"])
    await ask(request, RecordingAsked(me.agent, call, pause, any_call=me.role != "agent"))
    return render({"call": call, "pause": pause})


async def audit(request: web.Request) -> web.Response:
    query = parse_query(request, AuditQuery)
    audits = request.app[CONTEXT].audits
    rows = await audits.audit_rows(limit=query.limit, before=query.before, who=query.who or "")
    return render({"rows": rows})
