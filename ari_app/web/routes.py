"""The table of the API: from it come the routing, the guards, ``openapi.json`` and the docs page.

A new endpoint is one row here and one handler. ``role`` has no default: nothing is open by
oversight.
"""

from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from ari_app.web import desk as desk_socket
from ari_app.web import models as m
from ari_app.web import tree_models as t
from ari_app.web.api import agents, calls, docs, flows, queues, service, session, tickets
from ari_app.web.auth import identify, permit
from ari_app.web.context import CONTEXT, ME

Guard = Literal["nobody", "agent", "supervisor", "admin", "desk"]
"""``nobody``: no login. ``desk``: the socket asks for the token itself."""

_PATTERNS = {
    "call_id": r"[A-Za-z0-9._:-]{1,128}",
    "ticket_id": r"[A-Za-z0-9._:-]{1,128}",
    "number": r"[1-9][0-9]{0,8}",
    "queue": r"[^/\x00-\x1f\x7f]{1,64}",
}
V1 = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: Handler
    role: Guard
    summary: str
    answer: type[BaseModel] | str | None = None
    """A model for JSON, a media type for anything else, None for no body (204)."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    """Beyond those that follow from role, body, query and path."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


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
          body=m.SignIn, refusals=(401, 409, 429)),
    Route("POST", f"{V1}/sign-out", session.sign_out, "agent", "Sign out, end the token",
          refusals=(409,)),
    Route("GET", f"{V1}/agent", agents.agent, "agent", "Own state and open screen-pop", m.OwnState,
          refusals=(404,)),
    Route("POST", f"{V1}/agent/ready", agents.ready, "agent", "Take calls", m.OwnState,
          refusals=(404, 409)),
    Route("POST", f"{V1}/agent/not-ready", agents.not_ready, "agent",
          "Take no calls; during a call: from its end on", m.OwnState, body=m.NotReady,
          refusals=(404, 409)),
    Route("POST", f"{V1}/agent/wrap-up-done", agents.wrap_up_done, "agent",
          "End the wrap-up early", m.OwnState, refusals=(404, 409)),
    Route("GET", f"{V1}/agents", agents.agents, "agent", "Everybody's state", m.Agents),
    Route("GET", f"{V1}/calls", calls.live, "agent", "The calls alive now", m.LiveCalls),
    Route("GET", f"{V1}/calls/recent", calls.recent, "agent", "Past calls, newest first",
          m.PastCalls, query=m.RecentCalls),
    Route("POST", f"{V1}/calls/{{call_id}}/accept", calls.accept, "agent",
          "Accept the offered call at the desk", m.OwnState, refusals=(409,)),
    Route("POST", f"{V1}/calls/{{call_id}}/decline", calls.decline, "agent",
          "Decline the offered call", m.OwnState, refusals=(409,)),
    Route("POST", f"{V1}/calls/{{call_id}}/hang-up", calls.hang_up, "agent",
          "End the own call", m.OwnState, refusals=(409,)),
    Route("GET", f"{V1}/tickets", tickets.tickets, "agent", "Ticket skeletons, newest first",
          m.Tickets, query=m.RecentTickets),
    Route("GET", f"{V1}/tickets/{{ticket_id}}", tickets.ticket, "agent", "One ticket skeleton",
          m.Ticket),
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
    Route("PUT", f"{V1}/emergency", flows.emergency_on, "supervisor",
          "Say this before everything else, in all trees", t.EmergencyState, body=t.EmergencyOn,
          refusals=(409,)),
    Route("DELETE", f"{V1}/emergency", flows.emergency_off, "supervisor",
          "Say it no more", t.EmergencyState, refusals=(409,)),
    Route("GET", f"{V1}/desk", desk_socket.desk, "desk",
          "WebSocket: screen-pops and states as they happen, actions back", None,
          refusals=(400, 401, 403)),
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
        context = request.app[CONTEXT]
        header = request.headers.get("Authorization")
        me = await identify(header, context.tokens, context.credentials)
        permit(me, needed)
        request[ME] = me
        return await route.handler(request)

    return guarded
