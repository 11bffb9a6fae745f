"""Calls that we place: callbacks, duty phones, return visits."""

from ari_app.web import outbound_models as m
from ari_app.web.api import outbound
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/callbacks", outbound.callbacks, "staff",
          "Who is to be called back, by place: promised and missed", m.Entries,
          query=m.EntryQuery),
    Route("POST", f"{V1}/callbacks", outbound.ask_callback, "staff",
          "Have somebody called back", body=m.AskCallback, refusals=(409,)),
    Route("DELETE", f"{V1}/callbacks/{{entry_id}}", outbound.cancel, "supervisor",
          "Call them back no more", refusals=(404, 409)),
    Route("GET", f"{V1}/duty-calls", outbound.duty_calls, "staff",
          "Which duty phones are being rung for which ticket", m.Entries, query=m.EntryQuery),
    Route("POST", f"{V1}/tickets/{{ticket_id}}/duty-call", outbound.duty_call, "staff",
          "Ring the unit's duty phones until somebody acknowledges by key", body=m.AskDuty,
          refusals=(404, 409)),
    Route("DELETE", f"{V1}/duty-calls/{{entry_id}}", outbound.cancel, "supervisor",
          "Ring no more duty phones for it", refusals=(404, 409)),
    Route("GET", f"{V1}/visits", outbound.visits, "supervisor",
          "Return visits: who is asked how content they are", m.VisitEntries,
          query=m.EntryQuery),
    Route("POST", f"{V1}/visits", outbound.ask_visits, "supervisor",
          "Visit these tickets, or all that were closed in a span of time", m.VisitsAdded,
          body=m.AskVisits, refusals=(404, 409)),
    Route("PUT", f"{V1}/visits/paused", outbound.pause, "supervisor",
          "Pause the visits, or go on with them", m.Paused, body=m.Pause, refusals=(409,)),
    Route("DELETE", f"{V1}/visits/{{entry_id}}", outbound.cancel, "supervisor",
          "Visit this one no more", refusals=(404, 409)),
)  # fmt: skip
