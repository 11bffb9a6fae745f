"""What the agents' page keeps and asks for beside the call."""

from ari_app.web import draft_models as m
from ari_app.web.api import drafts
from ari_app.web.models import Directory
from ari_app.web.route import V1, Route

_DRAFT = f"{V1}/tickets/{{ticket_id}}/draft"

ROUTES: tuple[Route, ...] = (
    Route("GET", _DRAFT, drafts.draft, "agent", "What the agent has typed and not saved", m.Draft,
          refusals=(403, 404)),
    Route("PUT", _DRAFT, drafts.keep, "agent",
          "Keep what is being typed; saving or closing the ticket ends the draft", m.Draft,
          body=m.KeepDraft, refusals=(403, 404, 409), is_audited=False),
    Route("GET", f"{V1}/agent/ticket", drafts.in_hand, "agent",
          "The ticket of the call in hand, with the draft", m.InHand),
    Route("GET", f"{V1}/agent/calls", drafts.own_calls, "agent",
          "The agent's own calls, newest first", m.OwnCalls, query=m.OwnCallsQuery),
    Route("GET", f"{V1}/directory", drafts.directory, "agent",
          "Numbers outside and queues that a talk can be handed to", Directory),
)  # fmt: skip
