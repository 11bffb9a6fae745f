"""What supervisors order and who sits where, as rules of a stateful test, with what must hold."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ari_app.core.agent import AgentState
from ari_app.core.desk_events import (
    AgentAskedMoreWrapUp,
    AgentForced,
    AgentHandedOver,
    AgentSignedIn,
    AgentWrapUpChanged,
    SurgeChanged,
)
from ari_app.core.engine import Engine
from ari_app.core.events import Event
from ari_app.core.modes import Mode
from ari_app.core.values import AgentId

SEATS = frozenset({"s1", "s2"})
MODES = {
    "storm": Mode("台风", wrap_up_s=10.0, boost_s={"urgent": 300.0}, pools={"urgent": ("general",)})
}
people = st.sampled_from([AgentId(name) for name in ("wang", "li", "zhao", "nobody")])


class StaffRules(RuleBasedStateMachine):
    """Expects ``engine``, ``now`` and ``feed`` of the machine it is part of."""

    engine: Engine
    now: float

    def __init__(self) -> None:
        super().__init__()
        self.wrap_ups: dict[tuple[AgentId, float], float] = {}

    def feed(self, event: Event) -> None:
        raise NotImplementedError

    @rule(agent=people, state=st.sampled_from(["ready", "paused", "offline"]))
    def a_supervisor_forces_a_state(self, agent: AgentId, state) -> None:
        self.feed(AgentForced(agent, state, "training", "boss"))

    @rule(agent=people, seat=st.sampled_from(["", "s1", "s2", "s3"]))
    def an_agent_signs_in_at_a_seat(self, agent: AgentId, seat: str) -> None:
        self.feed(AgentSignedIn(agent, seat))

    @rule(agent=people, to=people, is_sign_in=st.booleans())
    def a_shift_is_handed_over(self, agent: AgentId, to: AgentId, is_sign_in: bool) -> None:
        self.feed(AgentSignedIn(to, takes_over=agent) if is_sign_in else AgentHandedOver(agent, to))

    @rule(agent=people)
    def a_wrap_up_is_lengthened(self, agent: AgentId) -> None:
        self.feed(AgentAskedMoreWrapUp(agent))

    @rule(agent=people, wrap_up_s=st.sampled_from([None, 0.0, 5.0, 90.0]))
    def an_agents_wrap_up_is_changed(self, agent: AgentId, wrap_up_s: float | None) -> None:
        self.feed(AgentWrapUpChanged(agent, wrap_up_s))

    @rule(mode=st.sampled_from(["storm", None, "flood"]), lasts_s=st.sampled_from([None, 30.0]))
    def surge_mode_is_switched(self, mode: str | None, lasts_s: float | None) -> None:
        until = None if lasts_s is None else self.now + lasts_s
        self.feed(SurgeChanged(mode, until, "boss"))

    @invariant()
    def a_seat_holds_one_agent(self) -> None:
        agents = self.engine.dispatcher.agents.values()
        there = [a.agent_id for a in agents if a.state is not AgentState.OFFLINE]
        places = [self.engine.dispatcher.endpoint(agent) for agent in there]
        assert len(places) == len(set(places)), places

    @invariant()
    def nothing_shortens_a_wrap_up(self) -> None:
        for agent in self.engine.dispatcher.agents.values():
            if agent.state is AgentState.WRAP_UP and agent.until is not None:
                known = self.wrap_ups.setdefault((agent.agent_id, agent.since), agent.until)
                assert agent.until >= known, agent
                self.wrap_ups[agent.agent_id, agent.since] = agent.until
