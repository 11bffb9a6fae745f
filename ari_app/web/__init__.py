"""The API for agents, supervisors and programs: HTTP, and a WebSocket for the desks.

Asks the service through ``core.ports.Ask`` and reads lists through ``ports.Reads``; knows no
Asterisk and no database.
"""

from ari_app.web.app import make_app
from ari_app.web.desks import Desks
from ari_app.web.ports import (
    Audits,
    Credential,
    Credentials,
    Editing,
    EmergencySwitch,
    Order,
    Reads,
    Session,
    Sessions,
    Trees,
    Unavailable,
    Versions,
    WebSettings,
)

__all__ = [
    "Audits",
    "Credential",
    "Credentials",
    "Desks",
    "Editing",
    "EmergencySwitch",
    "Order",
    "Reads",
    "Session",
    "Sessions",
    "Trees",
    "Unavailable",
    "Versions",
    "WebSettings",
    "make_app",
]
