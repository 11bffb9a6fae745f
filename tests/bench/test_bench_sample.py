"""The bench itself: a few seconds of every system on a real Asterisk, and its arithmetic."""

import json
import socket

import pytest

from bench import __main__ as bench
from bench.stats import milliseconds, nearest, next_after
from bench.systems import SYSTEMS

BASE_PORTS = (5060, 8080, 8088)
OFFSETS = range(20_000, 30_000, 10)


@pytest.fixture
def port_offset(monkeypatch: pytest.MonkeyPatch) -> str:
    """One at which nothing else listens."""
    offset = next(str(one) for one in OFFSETS if all(map(_is_free, (b + one for b in BASE_PORTS))))
    monkeypatch.setenv("HOTLINE_PORT_OFFSET", offset)
    return offset


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@pytest.mark.asterisk
@pytest.mark.usefixtures("port_offset")
def test_a_short_run_serves_every_call_on_every_system(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Short, because Asterisk's control socket must fit below it.
    folder = tmp_path_factory.mktemp("b")
    monkeypatch.setattr("bench.report.OUT", folder / "out")
    names = ["service", "queue", "ari-client"]
    short = ["--rates", "2", "--seconds", "3", "--agents", "12", "--talk", "1"]
    solo = ["--samples", "2", "--waiting", "2"]
    work = ["--folder", str(folder / "run"), "--systems", ",".join(names)]

    assert bench.main([*short, *solo, *work, "--json"]) == 0

    run = json.loads(capsys.readouterr().out)
    assert [one["system"] for one in run["results"]] == names
    for one in run["results"]:
        assert (one["offered"], one["failed"], one["leftovers"]) == (6, 0, 0), one
        assert one["asterisk_ms_per_call"] > 0
        assert (one["app_ms_per_call"] > 0) == (one["system"] != "queue")
        assert one["first_audio_ms"]["n"] == 1
        assert one["ring_to_pop_ms"]["n"] == (6 if one["system"] == "service" else 0)
    assert {name: run["freed_agent_to_ring_ms"][name]["n"] for name in names} == dict.fromkeys(
        names, 2
    )
    assert len(list((folder / "out").glob("*.json"))) == 1


def test_every_system_that_can_be_asked_for_is_known() -> None:
    assert set(SYSTEMS) == {"service", "queue", "queue-bare", "ari-client"}


def test_an_unknown_system_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.parse(["--systems", "quue"])
    assert "no quue; known: service, queue" in capsys.readouterr().err


def test_percentiles_are_values_that_were_measured() -> None:
    assert milliseconds(n / 1000 for n in range(1, 101)) == {
        "n": 100, "p50": 50.0, "p99": 99.0, "max": 100.0,
    }  # fmt: skip
    assert milliseconds([]) == {"n": 0, "p50": None, "p99": None, "max": None}


def test_a_freed_agent_whom_nobody_rings_before_the_next_hang_up_is_not_counted() -> None:
    assert next_after([1.0, 2.0, 5.0], [1.25, 4.5]) == [0.25, 2.5]
    assert next_after([1.0, 2.0], [2.5]) == [0.5]


def test_a_pop_before_the_ring_gives_a_negative_time() -> None:
    rings = [("1001", 10.0), ("1002", 10.0), ("1001", 20.0)]
    pops = [("1001", 9.75), ("1001", 20.5)]
    assert nearest(rings, pops) == [-0.25, 0.5]
