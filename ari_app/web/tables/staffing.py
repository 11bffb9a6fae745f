"""Agents, wrap-up, surge mode: who works, and how."""

from ari_app.web import models as m
from ari_app.web import staffing_models as s
from ari_app.web.api import staffing
from ari_app.web.route import V1, Route

ROUTES: tuple[Route, ...] = (
    Route("POST", f"{V1}/agent/wrap-up-more", staffing.more_wrap_up, "agent",
          "Lengthen the own wrap-up", m.OwnState, refusals=(404, 409)),
    Route("GET", f"{V1}/wrap-up", staffing.wrap_ups, "supervisor",
          "How long a wrap-up lasts now, and why", s.WrapUps),
    Route("PUT", f"{V1}/agents/{{agent_id}}/wrap-up", staffing.agent_wrap_up, "supervisor",
          "Wrap-up length of one agent", s.AgentWrapUpSet, body=s.AgentWrapUp, refusals=(409,)),
    Route("PUT", f"{V1}/agents/{{agent_id}}/state", staffing.force, "supervisor",
          "Bring an agent into a state", m.Agent, body=s.ForcedState, refusals=(404, 409)),
    Route("POST", f"{V1}/agent/hand-over", staffing.hand_over, "agent",
          "Hand the own seat over without leaving the queue", m.OwnState, body=s.HandOver,
          refusals=(404, 409)),
    Route("POST", f"{V1}/agents/{{agent_id}}/hand-over", staffing.relieve, "supervisor",
          "Let somebody take this agent's seat", m.Agent, body=s.HandOver, refusals=(404, 409)),
    Route("GET", f"{V1}/staffing", staffing.staffing, "agent",
          "Reasons to pause, limits, seats, modes", s.Staffing),
    Route("GET", f"{V1}/surge", staffing.surge, "supervisor",
          "Which surge mode is on", s.SurgeState),
    Route("PUT", f"{V1}/surge", staffing.surge_on, "supervisor", "Switch a surge mode on",
          s.SurgeState, body=s.SurgeOn, refusals=(409,)),
    Route("DELETE", f"{V1}/surge", staffing.surge_off, "supervisor",
          "Undo all that the mode changed", s.SurgeState, refusals=(409,)),
)  # fmt: skip
