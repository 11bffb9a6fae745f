"""The figures the service shows to Prometheus; whoever knows one sets it here.

Labels are queues, outcomes and states, never numbers of callers or ids of calls. Instants are
not measured here: the caller passes durations in seconds.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

AUDIO_S = (0.25, 0.5, 1, 2, 3, 5, 10, 15)
WAIT_S = (1, 3, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800)
"""15 is the limit of GB/T 33358: the share within it is read off directly."""
TALK_S = (15, 30, 60, 120, 180, 300, 600, 1200, 3600)
WRAP_UP_S = (5, 10, 20, 30, 45, 60, 120, 300)


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
        self.outbox = Gauge(
            "hotline_outbox_events", "Events for the ticket system, by state", ["state"],
            registry=registry,
        )  # fmt: skip
        self.outbox_age = Gauge(
            "hotline_outbox_age_seconds", "Age of the oldest event not taken", registry=registry
        )
        self._of_queues(registry)
        self._of_agents(registry)
        self.emergency = Gauge(
            "hotline_emergency_on", "1 while the announcement is said", registry=registry
        )

    def _of_queues(self, registry: CollectorRegistry) -> None:
        self.queued = Counter(
            "hotline_queued_calls_total", "Calls that entered a queue", ["queue"],
            registry=registry,
        )  # fmt: skip
        self.wait = Histogram(
            "hotline_wait_seconds", "From the first queue to an agent", ["queue"],
            buckets=WAIT_S, registry=registry,
        )  # fmt: skip
        self.first_audio = Histogram(
            "hotline_first_audio_seconds", "From ringing to the first sound",
            buckets=AUDIO_S, registry=registry,
        )  # fmt: skip
        self.longest_wait = Gauge(
            "hotline_longest_wait_seconds", "Of the callers who wait now, by queue", ["queue"],
            registry=registry,
        )  # fmt: skip
        self.expected_wait = Gauge(
            "hotline_expected_wait_seconds", "What a caller who came now would wait", ["queue"],
            registry=registry,
        )  # fmt: skip

    def _of_agents(self, registry: CollectorRegistry) -> None:
        self.offers = Counter(
            "hotline_offers_total", "Offers that ended, by reason", ["reason"], registry=registry
        )
        self.talk = Histogram(
            "hotline_talk_seconds", "An agent's talk, holds included", buckets=TALK_S,
            registry=registry,
        )  # fmt: skip
        self.wrap_up = Histogram(
            "hotline_wrap_up_seconds", "An agent's wrap-up", buckets=WRAP_UP_S, registry=registry
        )
        self.dial_entries = Gauge(
            "hotline_dial_entries", "Callbacks, duty phones, visits, by state", ["kind", "state"],
            registry=registry,
        )  # fmt: skip

        self.surge = Gauge(
            "hotline_surge_on", "1 while this surge mode is on", ["mode"], registry=registry
        )

    def show_surge(self, mode: str | None) -> None:
        _replace(self.surge, {mode: 1} if mode else {})

    def show_waits(
        self, longest: Mapping[str, float], expected: Mapping[str, float | None]
    ) -> None:
        _replace(self.longest_wait, longest)
        _replace(self.expected_wait, {q: s for q, s in expected.items() if s is not None})

    def show_dial_list(self, count_by_kind: Mapping[tuple[str, str], int]) -> None:
        self.dial_entries.clear()
        for (kind, state), count in count_by_kind.items():
            self.dial_entries.labels(kind, state).set(count)

    def show_agents(self, count_by_state: Mapping[str, int]) -> None:
        _replace(self.agents, count_by_state)

    def show_waiting(self, count_by_queue: Mapping[str, int]) -> None:
        _replace(self.waiting, count_by_queue)


def _replace(gauge: Gauge, counts: Mapping[str, int] | Mapping[str, float]) -> None:
    """What is not named any more is gone, instead of standing at its last value."""
    gauge.clear()
    for label, count in counts.items():
        gauge.labels(label).set(count)
