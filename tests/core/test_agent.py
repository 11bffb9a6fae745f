"""Each row of the agents' table, what is left behind by a move, and the way back from a record."""

import json

import pytest

from ari_app.core.agent import BUSY, TRANSITIONS, Agent, AgentState, Signal, restored, shown
from ari_app.core.records import SaveAgent
from ari_app.core.values import AgentId, CallId

S, G = AgentState, Signal
WANG, C = AgentId("wang"), CallId("hotline-1.1")


@pytest.mark.parametrize(
    ("state", "signal", "target"),
    [(state, signal, to) for state, row in TRANSITIONS.items() for signal, to in row.items()],
)
def test_a_row_of_the_table_is_taken_with_its_instant(state, signal, target):
    moved = Agent(WANG, state, since=1.0).moved(signal, 5.0, reason="why")
    assert (moved.state, moved.since) == (target, 5.0)


@pytest.mark.parametrize("state", [s for s in S if s not in BUSY])
@pytest.mark.parametrize("signal", list(G))
def test_whatever_is_not_in_the_table_is_refused_when_there_is_no_call(state, signal):
    if signal not in TRANSITIONS[state]:
        assert Agent(WANG, state).moved(signal, 5.0) is None


def test_every_state_can_be_left():
    assert set(TRANSITIONS) == set(S)
    assert all(set(row.values()) - {state} for state, row in TRANSITIONS.items())


@pytest.mark.parametrize(
    ("signal", "after", "reason"),
    [(G.WANT_PAUSE, S.PAUSED, "lunch"), (G.SIGN_OUT, S.OFFLINE, "signed_out")],
)
@pytest.mark.parametrize("state", sorted(BUSY))
def test_a_wish_during_a_call_changes_only_what_comes_after(state, signal, after, reason):
    wished = Agent(WANG, state, since=1.0, call=C).moved(signal, 5.0, reason="lunch")
    assert (wished.state, wished.since, wished.call) == (state, 1.0, C)
    assert (wished.after_call, wished.after_reason) == (after, reason)


def test_a_wish_can_be_taken_back_before_the_call_ends():
    agent = Agent(WANG, S.TALKING, call=C).moved(G.WANT_PAUSE, 1.0, reason="lunch")
    agent = agent.moved(G.WANT_READY, 2.0)
    assert agent.moved(G.CALL_END, 3.0).moved(G.WRAP_UP_END, 4.0).state is S.READY


def test_who_wanted_to_pause_and_misses_the_offer_is_told_about_the_miss():
    agent = Agent(WANG, S.OFFERED, call=C).moved(G.WANT_PAUSE, 1.0, reason="lunch")
    missed = agent.moved(G.OFFER_MISSED, 2.0, reason="no_answer")
    assert (missed.state, missed.reason, missed.call) == (S.PAUSED, "no_answer", None)


def test_who_signed_out_during_an_offer_that_was_missed_is_gone():
    agent = Agent(WANG, S.OFFERED, call=C).moved(G.SIGN_OUT, 1.0)
    missed = agent.moved(G.OFFER_MISSED, 2.0, reason="no_answer")
    assert (missed.state, missed.reason) == (S.OFFLINE, "signed_out")


def test_the_call_and_the_wish_are_forgotten_when_all_is_over():
    agent = Agent(WANG, S.WRAP_UP, until=9.0, call=C).moved(G.WANT_PAUSE, 1.0, reason="lunch")
    rested = agent.moved(G.WRAP_UP_END, 9.0)
    assert rested == Agent(WANG, S.PAUSED, "lunch", 9.0)


@pytest.mark.parametrize("state", list(S))
def test_a_record_brings_an_agent_back_after_json(state):
    agent = Agent(WANG, state, "why", 3.0, 9.0, C, S.PAUSED, "lunch")
    record = agent.record()
    stored = SaveAgent(
        record.agent_id, record.state, record.reason, record.since, record.until, record.call_id,
        json.loads(json.dumps(record.snapshot)),
    )  # fmt: skip
    assert restored(stored, 50.0) == agent


def test_a_desk_that_was_connected_must_come_back_after_a_restart():
    signed_in = Agent(WANG, S.READY, has_desk=True).record()
    assert restored(signed_in, 50.0).desk_lost_at == 50.0
    signed_out = Agent(WANG, S.OFFLINE, has_desk=True).record()
    assert restored(signed_out, 50.0).desk_lost_at is None


def test_what_desks_are_shown_is_json():
    assert json.loads(json.dumps(shown(Agent(WANG, S.TALKING, call=C))))["call"] == C
