"""The figures are served under their documented names."""

import pytest
from prometheus_client import generate_latest

from ari_app.metrics import Metrics


def test_every_figure_has_a_name_of_ours_and_a_unit() -> None:
    names = {family.name for family in Metrics().registry.collect()}
    assert names == {
        "hotline_calls", "hotline_agents", "hotline_waiting_calls", "hotline_ari_link_up",
        "hotline_event_lag_seconds", "hotline_engine_errors", "hotline_journal_depth_records",
        "hotline_tree_version", "hotline_tree_canary_version", "hotline_tree_apply_failed",
        "hotline_tree_reload_seconds", "hotline_tree_canaries_stopped", "hotline_emergency_on",
        "hotline_outbox_events", "hotline_outbox_age_seconds",
        "hotline_queued_calls", "hotline_wait_seconds", "hotline_first_audio_seconds",
        "hotline_longest_wait_seconds", "hotline_expected_wait_seconds", "hotline_offers",
        "hotline_talk_seconds", "hotline_wrap_up_seconds", "hotline_dial_entries",
        "hotline_surge_on",
    }  # fmt: skip


def test_a_state_nobody_is_in_any_more_is_not_shown() -> None:
    metrics = Metrics()
    metrics.show_agents({"ready": 3, "talking": 1})
    metrics.show_agents({"ready": 4})
    text = generate_latest(metrics.registry).decode()
    assert 'hotline_agents{state="ready"} 4.0' in text
    assert "talking" not in text


def test_two_sets_do_not_disturb_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.calls.labels("answered").inc()
    assert 'outcome="answered"' in generate_latest(one.registry).decode()
    assert 'outcome="answered"' not in generate_latest(other.registry).decode()
    assert pytest.approx(0) == other.engine_errors._value.get()
