"""What leaves for the city's ticket system."""

from ari_app.web import delivery_models as m
from ari_app.web.api import delivery
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/outbox", delivery.backlog, "supervisor",
          "What waits for the ticket system, and what it refused", m.Outbox, query=m.Backlog),
    Route("POST", f"{V1}/outbox/retry", delivery.retry, "admin",
          "Send a refused event once more", m.Retried, body=m.Retry, refusals=(404,)),
)  # fmt: skip
