"""The supervisors' pages: the board, the search for calls, the recordings."""

from ari_app.web import board
from ari_app.web import floor_models as m
from ari_app.web.api import floor
from ari_app.web.route import V1, Route

_BOARD = (
    "Opens a WebSocket, signed in like the desk's; 403 for agents. First a `snapshot`, then a "
    "`change` whenever something changed, at most twenty a second. Both hold `seq`, `now`, and "
    "rows by section and key: `agents` (who is signed in), `calls` (live ones, numbers masked), "
    "`queues`, `supervisions` (by supervisor), `moment` (`surge`, `emergency`, `agents`), "
    "`alerts`, `figures` (`today`, `last_24h`) and `quarters` (by the epoch second at which the "
    "quarter of an hour begins). A row replaces the one before; `null` takes it away. "
    "Rows hold instants, not lengths. Close codes are the desk's."
)

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{V1}/board", board.board, "desk",
          "WebSocket for supervisors: the floor as it is, then what changes", None,
          refusals=(400, 401, 403), about=_BOARD),
    Route("GET", f"{V1}/calls/search", floor.search, "person",
          "Past and live calls, newest first; agents: their own", m.FoundCalls,
          query=m.CallSearched),
    Route("GET", f"{V1}/recordings/{{call_id}}", floor.recording, "playback",
          "The recording of a call that is over, whole or in ranges; agents: of their own calls",
          "audio/wav", query=m.RecordingAsked, refusals=(404,)),
    Route("GET", f"{V1}/recordings/{{call_id}}/waveform", floor.waveform, "playback",
          "Its shape to draw, with the gaps where it was paused", m.Waveform,
          query=m.WaveformAsked, refusals=(404,)),
)  # fmt: skip
