"""The telephone in the agent's page."""

from ari_app.web import phone_models as m
from ari_app.web import sip_line
from ari_app.web.api import phone
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("POST", f"{V1}/agent/phone", phone.login, "phone",
          "A login for the phone in the own page; ends the one before", m.PhoneLoginGiven,
          refusals=(409,)),
    Route("GET", phone.SOCKET, sip_line.sip, "desk",
          "WebSocket, subprotocol `sip`: the page's phone speaks to Asterisk through it", None,
          refusals=(400, 401, 403, 409, 503)),
)  # fmt: skip
