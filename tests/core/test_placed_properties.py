"""The rules of ``test_engine_properties.py`` with calls that we place among those that come in.

Whoever is called back answers, does not, or hangs up at any moment; agents do to such a talk what
they do to any other; and a kill may come while the citizen is being rung.
"""

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from ari_app.core.agent import AgentState
from ari_app.core.call import Phase
from ari_app.core.call_parts import ThirdState
from ari_app.core.commands import Command, DialOut, RingAgent
from ari_app.core.desk_events import AgentDeclined, AgentHungUp, AgentSignedOut
from ari_app.core.events import AsteriskSeen, LegDown, LegUp
from ari_app.core.seam import CallPlaced, CallWithdrawn
from ari_app.core.values import Caller, CallId, LegId, LegSeen
from tests.core.fake_asterisk import NORMAL, FakeAsterisk
from tests.core.test_engine_properties import WITH_AGENT, Hotline, picks


@dataclass
class DiallingAsterisk(FakeAsterisk):
    """``citizens`` are being rung."""

    citizens: set[CallId] = field(default_factory=set)

    def reach(self, call: CallId) -> None:
        self.citizens.discard(call)
        self.callers.add(call)
        self.happen(call, LegUp(LegId(call)))

    def end(self, leg: LegId, cause: int = NORMAL) -> None:
        if leg in self.citizens:
            self.citizens.discard(CallId(leg))
            self.happen(CallId(leg), LegDown(leg, cause))
        super().end(leg, cause)

    def seen(self, *, is_resync: bool) -> AsteriskSeen:
        seen = super().seen(is_resync=is_resync)
        ringing = tuple(LegSeen(LegId(call), False) for call in sorted(self.citizens))
        return replace(seen, legs=(*seen.legs, *ringing))

    def _do(self, command: Command) -> None:
        if isinstance(command, DialOut):
            call = CallId(command.leg)
            assert call not in self.citizens | self.callers, f"{call} is called twice"
            self.citizens.add(call)
        else:
            super()._do(command)

    def _ring(self, command: RingAgent) -> None:
        if command.is_first and command.agent not in self.phones.values():
            self.phones[command.leg] = command.agent
        else:
            super()._ring(command)


class Placing(Hotline):
    def __init__(self) -> None:
        super().__init__()
        self.asterisk: DiallingAsterisk = DiallingAsterisk()
        self.placed = 0

    @precondition(lambda self: self.asterisk.has_link and self.placed < 6)
    @rule(notice=st.sampled_from(["", "callback_notice"]))
    def somebody_is_to_be_called_back(self, notice: str) -> None:
        self.placed += 1
        said = CallPlaced(
            CallId(f"callback-{self.placed}.1"), "callback", "t-1", Caller("138"), "12345", 25.0,
            notice=notice, queue="general", queued_at=self.now - 100.0,
        )  # fmt: skip
        self.carry_out(self.engine._pump([said], self.now))

    @precondition(lambda self: self.asterisk.citizens)
    @rule(pick=picks, cause=st.sampled_from([None, None, None, 17, 19]))
    def a_citizen_answers_or_not(self, pick: int, cause: int | None) -> None:
        ringing = sorted(self.asterisk.citizens)
        call = ringing[pick % len(ringing)]
        if cause is None:
            self.asterisk.reach(call)
        else:
            self.asterisk.end(LegId(call), cause)

    @precondition(lambda self: self.asterisk.has_link and self.placed < 6)
    @rule(pick=picks, notice=st.sampled_from(["", "callback_notice"]))
    def a_callback_gets_as_far_as_possible(self, pick: int, notice: str) -> None:
        self.somebody_is_to_be_called_back(notice)
        if set(self.asterisk.phones) - self.asterisk.up:
            self.a_phone_is_answered_or_not(pick, None)
            self.everything_is_heard()
        if self.asterisk.citizens and pick % 4:
            self.a_citizen_answers_or_not(pick, None)
            self.everything_is_heard()
        for play in list(self.asterisk.plays) if pick % 3 else ():
            self.asterisk.finish(play)
            self.everything_is_heard()

    @rule(pick=picks, about=st.sampled_from([AgentDeclined, AgentHungUp, AgentSignedOut]))
    def the_agent_of_a_callback_wants_to_be_rid_of_it(self, pick: int, about) -> None:
        live = [c for c in self.engine.call_engine.calls.values() if c.placed and c.agent]
        if live:
            call = live[pick % len(live)]
            assert call.agent is not None
            named = () if about is AgentSignedOut else (call.call_id,)
            self.feed(about(call.agent, *named))

    @rule(pick=picks)
    def a_callback_is_withdrawn(self, pick: int) -> None:
        call = CallId(f"callback-{pick % 6}.1")
        if not self.is_blind:
            self.carry_out(self.engine._pump([CallWithdrawn(call)], self.now))

    # --- what always holds, with one phase more -----------------------------------------------

    @invariant()
    def no_agent_has_two_calls(self) -> None:
        live = self.engine.call_engine.calls.values()
        held = [c.agent for c in live if c.phase in (*WITH_AGENT, Phase.DIALLING) and c.agent]
        held += [c.third.agent for c in live if c.third is not None and c.third.agent]
        if not self.is_blind:
            assert len(held) == len(set(held)), held

    @invariant()
    def calls_and_agents_know_each_other(self) -> None:
        if self.is_blind:
            return
        dispatcher, live = self.engine.dispatcher, self.engine.call_engine.calls.values()
        reserved = (Phase.OFFERED, Phase.CONNECTING, Phase.DIALLING)
        for state, phases in (
            (AgentState.OFFERED, reserved),
            (AgentState.TALKING, (Phase.TALKING,)),
        ):
            by_agent = {
                (a.agent_id, a.call) for a in dispatcher.agents.values() if a.state is state
            }
            by_call = {(c.agent, c.call_id) for c in live if c.phase in phases}
            by_call |= {
                (c.third.agent, c.call_id)
                for c in live
                if c.third is not None and c.third.agent
                if (c.third.state is ThirdState.IN) == (state is AgentState.TALKING)
            }
            assert by_agent == by_call
        assert set(dispatcher.waiting) == {c.call_id for c in live if c.phase is Phase.QUEUED}
        assert set(dispatcher.offers) == {c.call_id for c in live if c.phase in reserved}

    @invariant()
    def whoever_is_being_called_is_not_called_for_ever(self) -> None:
        for call in () if self.is_blind else self.engine.call_engine.calls.values():
            assert call.phase is not Phase.DIALLING or call.deadline() is not None, call

    def teardown(self) -> None:
        for call in sorted(self.asterisk.citizens):
            self.asterisk.end(LegId(call))
        if not self.asterisk.has_link:
            self.the_link_is_back()
        self.everything_is_heard()
        for call in list(self.engine.call_engine.calls):
            self.carry_out(self.engine._pump([CallWithdrawn(call)], self.now))
        super().teardown()
        assert not self.asterisk.citizens


class TestPlacing(Placing.TestCase):
    settings = settings(max_examples=60, stateful_step_count=50, deadline=None, derandomize=True)
