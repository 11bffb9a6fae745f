"""What an agent does with a live call."""

from ari_app.web import models as m
from ari_app.web import verb_models as v
from ari_app.web.api import verbs
from ari_app.web.route import V1, Route

_CALL = f"{V1}/calls/{{call_id}}"
_PLAIN: tuple[tuple[v.PlainName, str], ...] = (
    ("hold", "The citizen hears music, nobody hears the other"),
    ("resume", "Take the citizen back, from hold or from a transfer that still rings"),
    ("mute", "Nobody hears the agent"),
    ("unmute", "The agent is heard again"),
    ("complete_transfer", "Leave the citizen to whoever was consulted or joined"),
    ("end_consult", "Send the consulted away, take the citizen back"),
    ("drop_third", "Send the third away, go on with the citizen"),
    ("to_survey", "End the talk; the citizen is asked how it was"),
)

ROUTES: tuple[Route, ...] = (
    *(
        Route("POST", f"{_CALL}/{name.replace('_', '-')}", verbs.plain(name), "agent", summary,
              m.OwnState, refusals=(409,))
        for name, summary in _PLAIN
    ),
    Route("POST", f"{_CALL}/send-keys", verbs.send_keys, "agent", "Press keys towards the other",
          m.OwnState, body=v.Keys, refusals=(409,)),
    Route("POST", f"{_CALL}/consult", verbs.consult, "agent",
          "Talk to an agent, a queue or a number while the citizen waits with music", m.OwnState,
          body=v.Target, refusals=(409,)),
    Route("POST", f"{_CALL}/transfer", verbs.transfer, "agent",
          "Hand the citizen on to an agent, a queue or a number", m.OwnState, body=v.Target,
          refusals=(409,)),
    Route("POST", f"{_CALL}/three-way", verbs.three_way, "agent",
          "Call an agent, a queue or a number into the talk", m.OwnState, body=v.ThirdParty,
          refusals=(409,)),
    Route("POST", f"{_CALL}/mark-urgent", verbs.mark_urgent, "agent", "How urgent the case is",
          m.OwnState, body=v.UrgencyMark, refusals=(409,)),
    Route("POST", f"{_CALL}/mark-confidential", verbs.mark_confidential, "agent",
          "Whether the citizen's name may leave the hotline", m.OwnState, body=v.ConfidentialMark,
          refusals=(409,)),
)  # fmt: skip
