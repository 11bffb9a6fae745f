"""What a supervisor does with a live call, and the audit."""

from ari_app.web import supervision_models as m
from ari_app.web.api import supervision
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("POST", f"{V1}/calls/{{call_id}}/supervise", supervision.supervise, "listener",
          "Listen to a talk, whisper to its agent, barge in, take it over, leave it",
          m.Supervised, body=m.Supervise, refusals=(409,)),
    Route("POST", f"{V1}/calls/{{call_id}}/pause-recording", supervision.pause_recording, "agent",
          "Record nothing for a while, 300 s at most; a supervisor: of any talk",
          m.RecordingSet, refusals=(409,)),
    Route("POST", f"{V1}/calls/{{call_id}}/resume-recording", supervision.resume_recording,
          "agent", "Go on recording", m.RecordingSet, refusals=(409,)),
    Route("GET", f"{V1}/audit", supervision.audit, "auditor",
          "Who did what, newest first", m.AuditRows, query=m.AuditQuery),
)  # fmt: skip
