"""The dashboard file: every expression names a metric that the service exports."""

import json
import re

import pytest
from prometheus_client import generate_latest

from ari_app.core.journal_lines import Kind, line
from ari_app.core.records import CloseCall, Journaled
from ari_app.metrics import Metrics
from ari_app.runtime.meter import Meter
from ari_app.settings import PROJECT_DIR

DASHBOARD = json.loads((PROJECT_DIR / "deploy/grafana/hotline.json").read_text(encoding="utf-8"))
EXPRESSIONS = [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])
]


def exported() -> set[str]:
    """Names as Prometheus stores them."""
    found = set()
    for family in Metrics().registry.collect():
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        found |= {family.name + end for end in ends.get(family.type, ("",))}
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_exported_metrics_alone(expression: str):
    names = set(re.findall(r"\bhotline_\w+", expression))
    assert names
    assert names <= exported()


def test_the_panels_do_not_overlap_and_have_numbers_of_their_own():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def lines(*found: Journaled) -> str:
    metrics = Metrics()
    meter = Meter(metrics)
    for one in found:
        meter.saw(one)
    meter.saw(CloseCall("c.1", 99.0, "answered"))
    assert not meter._waiting
    return generate_latest(metrics.registry).decode()


def queued(at: float, queue: str = "general") -> Journaled:
    return line(Kind.CALL_QUEUED, at, call="c.1", queue=queue, data={"since": 10.0})


def test_a_wait_is_measured_once_from_the_first_queue_to_the_first_agent():
    text = lines(
        queued(10.0),
        queued(11.0),
        line(Kind.CALL_CONNECTED, 24.0, call="c.1", agent="a"),
        queued(30.0, "water"),
        line(Kind.CALL_CONNECTED, 40.0, call="c.1", agent="b"),
    )
    assert 'hotline_queued_calls_total{queue="general"} 1.0' in text
    assert 'hotline_queued_calls_total{queue="water"} 1.0' in text
    assert 'hotline_wait_seconds_bucket{le="10.0",queue="general"} 0.0' in text
    assert 'hotline_wait_seconds_bucket{le="15.0",queue="general"} 1.0' in text
    assert 'hotline_wait_seconds_count{queue="water"}' not in text


def test_a_callback_that_waits_is_no_further_caller_in_the_queue():
    back = line(Kind.CALL_QUEUED, 12.0, call="callback-1.1", queue="general", data={"since": 1.0})
    assert 'hotline_queued_calls_total{queue="general"}' not in lines(back)


def test_offers_talks_and_wrap_ups_are_counted_from_the_journal():
    text = lines(
        line(Kind.OFFER_ENDED, 1.0, call="c.1", agent="a", data={"reason": "no_answer"}),
        line(Kind.CALL_TALK_ENDED, 2.0, call="c.1", agent="a", data={"talk_s": 61.0}),
        line(Kind.WRAP_UP_ENDED, 3.0, call="c.1", agent="a", data={"lasted_s": 30.0}),
        line(Kind.CALL_HEARD, 1.0, call="c.1", data={"by": "prompt", "ring_s": None}),
    )
    assert 'hotline_offers_total{reason="no_answer"} 1.0' in text
    assert "hotline_talk_seconds_sum 61.0" in text
    assert 'hotline_wrap_up_seconds_bucket{le="30.0"} 1.0' in text
    assert "hotline_first_audio_seconds_count 0.0" in text
