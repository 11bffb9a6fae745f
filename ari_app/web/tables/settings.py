"""The configuration's files, and passwords: what an admin edits beside the trees."""

from ari_app.web import settings_models as m
from ari_app.web.api import settings
from ari_app.web.route import V1, Route

_FILE = f"{V1}/config/{{file}}"
_ENTRY = f"{_FILE}/{{section}}/{{entry}}"
_REFUSED = (404, 409, 413, 422, 428)

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/config", settings.listed, "admin",
          "The files of the configuration, and whether they are in service", m.ConfigFiles),
    Route("POST", f"{V1}/config/reload", settings.reload, "admin",
          "Put into service what lies in the folder", m.ConfigReloaded, refusals=(409, 422)),
    Route("POST", f"{V1}/config/passwords/{{agent_id}}", settings.renew_password, "admin",
          "A new password for an agent, shown once", m.NewPassword, body=m.PasswordWanted),
    Route("GET", _FILE, settings.show, "admin", "One file: its text and what it says",
          m.ConfigFile, refusals=(409,)),
    Route("POST", f"{_FILE}/check", settings.check, "admin",
          "What would be said if this were saved", m.ConfigChecked, body=m.ConfigText,
          is_large=True),
    Route("PUT", _FILE, settings.write, "admin",
          "Save a file and put it into service; If-Match names the text that was read",
          m.ConfigSaved, body=m.ConfigText, refusals=_REFUSED, is_large=True),
    Route("PUT", _ENTRY, settings.put, "admin",
          "Save one entry; the rest of the file stays as it is", m.ConfigSaved,
          body=m.ConfigEntry, refusals=_REFUSED),
    Route("DELETE", _ENTRY, settings.remove, "admin", "Remove one entry", m.ConfigSaved,
          refusals=_REFUSED),
)  # fmt: skip
