"""The queues as they stand."""

from ari_app.web import queue_models as q
from ari_app.web.api import queues
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/queues", queues.live, "supervisor",
          "Who waits where, how long, and who is there for them", q.LiveQueues),
)  # fmt: skip
