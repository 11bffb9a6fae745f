"""The table of the API: from it come the routing, the guards, ``openapi.json`` and the docs page.

A new endpoint is one row, here or in ``tables``, and one handler.
"""

from aiohttp import web
from aiohttp.typedefs import Handler

from ari_app.web import desk as desk_socket
from ari_app.web import models as m
from ari_app.web import tree_models as t
from ari_app.web.api import agents, calls, docs, flows, queues, service, session, tickets
from ari_app.web.audit import audited, is_audited
from ari_app.web.auth import permit
from ari_app.web.context import ME, who_asks
from ari_app.web.route import BODY_BYTES, V1, Route
from ari_app.web.tables import (
    delivery,
    drafts,
    floor,
    outbound,
    phone,
    prompts,
    reports,
    settings,
    staffing,
    studio,
    supervision,
    ticket_work,
    verbs,
)
from ari_app.web.tables import (
    queues as queue_routes,
)

_PATTERNS = {
    "call_id": r"[A-Za-z0-9._:-]{1,128}",
    "ticket_id": r"[A-Za-z0-9._:-]{1,128}",
    "agent_id": r"[0-9]{2,10}",
    "work_order_id": r"[A-Za-z0-9._:-]{1,128}",
    "entry_id": r"[A-Za-z0-9._:-]{1,128}",
    "number": r"[1-9][0-9]{0,8}",
    "file": r"[a-z]{1,16}",
    "section": r"[a-z_]{1,32}",
    "entry": r"[^/\x00-\x1f\x7f]{1,64}",
    "language": r"[A-Za-z_]{1,16}",
    "prompt": r"[a-z0-9_]{1,64}",
    "queue": r"[^/\x00-\x1f\x7f]{1,64}",
    "name": r"[^/\x00-\x1f\x7f]{1,64}",
    "folder": r"flows|tests",
    "tree_file": r"[^/\x00-\x1f\x7f]{1,100}",
}

ROUTES = (
    Route("GET", "/livez", service.livez, "nobody", "Is the process alive", "text/plain"),
    Route("GET", "/readyz", service.readyz, "nobody", "Can calls be taken", m.Readiness,
          refusals=(503,)),
    Route("GET", "/status", service.status, "nobody", "Each part of the service", m.Status),
    Route("GET", "/metrics", service.metrics, "nobody", "Figures for Prometheus", "text/plain"),
    Route("GET", f"{V1}/openapi.json", docs.document, "nobody", "This description",
          "application/json"),
    Route("GET", f"{V1}/docs", docs.page, "nobody", "This description for people", "text/html"),
    Route("POST", f"{V1}/sign-in", session.sign_in, "nobody", "Sign in, get a token", m.SignedIn,
          body=m.SignIn, refusals=(401, 403, 409, 429)),
    Route("POST", f"{V1}/sign-out", session.sign_out, "person", "Sign out, end the session",
          refusals=(409,)),
    Route("GET", f"{V1}/me", session.who_am_i, "person", "Who is signed in, and what they may",
          m.Me),
    Route("GET", f"{V1}/agent", agents.agent, "phone", "Own state and open screen-pop", m.OwnState,
          refusals=(404,)),
    Route("POST", f"{V1}/agent/ready", agents.ready, "agent", "Take calls", m.OwnState,
          refusals=(404, 409)),
    Route("POST", f"{V1}/agent/not-ready", agents.not_ready, "agent",
          "Take no calls; during a call: from its end on", m.OwnState, body=m.NotReady,
          refusals=(404, 409)),
    Route("POST", f"{V1}/agent/wrap-up-done", agents.wrap_up_done, "agent",
          "End the wrap-up early", m.OwnState, refusals=(404, 409)),
    Route("GET", f"{V1}/agents", agents.agents, "phone", "Everybody's state", m.Agents),
    Route("GET", f"{V1}/calls", calls.live, "person", "The calls alive now", m.LiveCalls),
    Route("GET", f"{V1}/calls/recent", calls.recent, "person", "Past calls, newest first",
          m.PastCalls, query=m.RecentCalls),
    Route("POST", f"{V1}/calls/{{call_id}}/accept", calls.accept, "agent",
          "Accept the offered call at the desk", m.OwnState, refusals=(409,)),
    Route("POST", f"{V1}/calls/{{call_id}}/decline", calls.decline, "agent",
          "Decline the offered call", m.OwnState, refusals=(409,)),
    Route("POST", f"{V1}/calls/{{call_id}}/hang-up", calls.hang_up, "agent",
          "End the own call", m.OwnState, refusals=(409,)),
    Route("GET", f"{V1}/tickets", tickets.tickets, "agent", "Ticket skeletons, newest first",
          m.Tickets, query=m.RecentTickets),
    Route("PUT", f"{V1}/wrap-up", queues.wrap_up, "supervisor", "Wrap-up length of every queue",
          m.WrapUpSet, body=m.WrapUpLength, refusals=(409,)),
    Route("PUT", f"{V1}/queues/{{queue}}/wrap-up", queues.wrap_up, "supervisor",
          "Wrap-up length of one queue", m.WrapUpSet, body=m.WrapUpLength, refusals=(409,)),
    Route("GET", f"{V1}/flows/status", flows.status, "supervisor",
          "Which version of the trees is served", t.TreesStatus),
    Route("GET", f"{V1}/flows/versions", flows.history, "supervisor",
          "All versions of the trees, newest first", t.TreeHistory),
    Route("GET", f"{V1}/flows/versions/{{number}}", flows.files, "supervisor",
          "One version with its files", t.TreeFiles),
    Route("POST", f"{V1}/flows/versions", flows.apply, "admin",
          "Apply the folder of flows as a new version", t.AppliedTrees, body=t.ApplyTrees,
          refusals=(409,)),
    Route("POST", f"{V1}/flows/promote", flows.promote, "admin",
          "Bring the version on trial into service", t.TreeVersion, body=t.Promote,
          refusals=(409,)),
    Route("POST", f"{V1}/flows/rollback", flows.rollback, "admin",
          "End the trial, or go back to an earlier version", t.TreeVersion, body=t.RollBack,
          refusals=(404, 409)),
    Route("GET", f"{V1}/emergency", flows.emergency, "supervisor",
          "Is an emergency announcement on", t.EmergencyState),
    Route("GET", f"{V1}/emergency/announcements", flows.announcements, "supervisor",
          "What can be announced", t.Announcements),
    Route("PUT", f"{V1}/emergency", flows.emergency_on, "supervisor",
          "Say this before everything else, in all trees", t.EmergencyState, body=t.EmergencyOn,
          refusals=(409,)),
    Route("DELETE", f"{V1}/emergency", flows.emergency_off, "supervisor",
          "Say it no more", t.EmergencyState, refusals=(409,)),
    Route("GET", f"{V1}/desk", desk_socket.desk, "desk",
          "WebSocket: screen-pops and states as they happen, actions back", None,
          refusals=(400, 401, 403)),
    *verbs.ROUTES,
    *supervision.ROUTES,
    *staffing.ROUTES,
    *outbound.ROUTES,
    *queue_routes.ROUTES,
    *ticket_work.ROUTES,
    *drafts.ROUTES,
    *phone.ROUTES,
    *delivery.ROUTES,
    *reports.ROUTES,
    *floor.ROUTES,
    *settings.ROUTES,
    *prompts.ROUTES,
    *studio.ROUTES,
)  # fmt: skip


def add_routes(app: web.Application) -> None:
    for route in ROUTES:
        path = route.path
        for name, pattern in _PATTERNS.items():
            path = path.replace(f"{{{name}}}", f"{{{name}:{pattern}}}")
        app.router.add_route(route.method, path, _guarded(route))


def _guarded(route: Route) -> Handler:
    if route.role == "nobody" or route.role == "desk":
        return route.handler
    needed = route.role

    async def guarded(request: web.Request) -> web.StreamResponse:
        if route.most_bytes != BODY_BYTES:
            request = request.clone(client_max_size=route.most_bytes)
        me = await who_asks(request)
        request[ME] = me

        async def serve() -> web.StreamResponse:
            permit(me, needed)
            return await route.handler(request)

        return await audited(request, route, me, serve) if is_audited(route, me) else await serve()

    return guarded
