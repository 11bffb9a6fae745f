"""The figures the service shows to Prometheus; whoever knows one sets it here.

Labels are queues, outcomes and states, never numbers of callers or ids of calls. Instants are
not measured here: the caller passes durations in seconds.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """One set per process. Give ``registry`` to the web settings."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.calls = Counter(
            "hotline_calls_total", "Calls ended, by outcome", ["outcome"], registry=registry
        )
        self.agents = Gauge("hotline_agents", "Agents, by state", ["state"], registry=registry)
        self.waiting = Gauge(
            "hotline_waiting_calls", "Callers waiting, by queue", ["queue"], registry=registry
        )
        self.ari_link = Gauge("hotline_ari_link_up", "1 while Asterisk is there", registry=registry)
        self.event_lag = Gauge(
            "hotline_event_lag_seconds", "Age of the last event when handled", registry=registry
        )
        self.engine_errors = Counter(
            "hotline_engine_errors_total", "Steps that failed: each is a bug", registry=registry
        )
        self.journal_depth = Gauge(
            "hotline_journal_depth_records", "Records not yet in the database", registry=registry
        )
        self.tree_version = Gauge(
            "hotline_tree_version", "Version of the trees in service", registry=registry
        )
        self.canary_version = Gauge(
            "hotline_tree_canary_version", "Version on trial, 0 for none", registry=registry
        )
        self.apply_failed = Gauge(
            "hotline_tree_apply_failed", "1 while the last apply failed", registry=registry
        )
        self.reload_seconds = Gauge(
            "hotline_tree_reload_seconds", "How long the last apply took", registry=registry
        )
        self.canaries_stopped = Counter(
            "hotline_tree_canaries_stopped_total", "Trials rolled back by themselves",
            registry=registry,
        )  # fmt: skip
        self.emergency = Gauge(
            "hotline_emergency_on", "1 while the announcement is said", registry=registry
        )

    def show_agents(self, count_by_state: Mapping[str, int]) -> None:
        _replace(self.agents, count_by_state)

    def show_waiting(self, count_by_queue: Mapping[str, int]) -> None:
        _replace(self.waiting, count_by_queue)


def _replace(gauge: Gauge, counts: Mapping[str, int]) -> None:
    """What is not named any more is gone, instead of standing at its last value."""
    gauge.clear()
    for label, count in counts.items():
        gauge.labels(label).set(count)
