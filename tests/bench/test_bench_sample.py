"""The bench itself: a few seconds of every part, on a real Asterisk, and its arithmetic."""

import json
import socket
from pathlib import Path

import pytest

import ivr
from bench import __main__ as bench
from bench.figures import Figure, earlier_figures, table_of
from bench.match import match_figures
from bench.options import parse
from bench.presser import KEYS_A_CALL
from bench.rtp import KEY_ENDS, KEY_PACKETS, key_packet
from bench.stats import milliseconds, nearest, next_after
from bench.systems import SYSTEMS
from bench.trees import big_trees

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
    solo = ["--samples", "2", "--waiting", "2", "--busy", "2"]
    work = ["--folder", str(folder / "run"), "--systems", ",".join(names)]

    assert bench.main(["--only", "calls", *short, *solo, *work, "--json"]) == 0

    run = json.loads(capsys.readouterr().out)
    assert [one["system"] for one in run["results"]] == names
    for one in run["results"]:
        assert (one["offered"], one["failed"], one["leftovers"]) == (6, 0, 0), one
        assert one["asterisk_ms_per_call"] > 0
        assert (one["app_ms_per_call"] > 0) == (one["system"] != "queue")
        assert one["first_audio_ms"]["n"] == 1
        assert one["ring_to_pop_ms"]["n"] == (6 if one["system"] == "service" else 0)
    for beside in ("freed_agent_to_ring_ms", "freed_agent_to_ring_busy_ms"):
        assert {name: run[beside][name]["n"] for name in names} == dict.fromkeys(names, 2), beside
    assert len(list((folder / "out").glob("*.json"))) == 1


@pytest.mark.asterisk
@pytest.mark.usefixtures("port_offset")
def test_keys_are_timed_while_versions_of_the_trees_are_applied(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path_factory.mktemp("b")
    monkeypatch.setattr("bench.report.OUT", folder / "out")
    short = ["--reload-rate", "2", "--seconds", "2", "--agents", "12", "--talk", "1"]
    work = ["--folder", str(folder / "run"), "--large", "60", "--rounds", "1"]

    assert bench.main(["--only", "reload", *short, *work, "--json"]) == 0

    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["reload"]}
    for kind in ("no reloads", "applying 3 nodes"):
        one = found[f"key to next prompt at 2 calls/s, {kind}, p99"]
        assert one["value"] > 0, one
    quiet = found["key to next prompt at 2 calls/s, no reloads, p99"]
    assert quiet["note"] == f"{KEYS_A_CALL} keys; 0 of 4 calls failed"
    assert found["reload of 3 nodes at 2 calls/s, p50"]["value"] > 0
    assert found["reload of 60 nodes at 2 calls/s, p50"]["value"] > 0


@pytest.mark.asterisk
@pytest.mark.usefixtures("port_offset")
def test_messages_are_timed_at_the_desks_and_boards_of_a_small_floor(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path_factory.mktemp("b")
    monkeypatch.setattr("bench.report.OUT", folder / "out")
    short = ["--people", "6", "--boards", "2", "--changes", "10", "--seconds", "2"]

    assert bench.main(["--only", "floor", *short, "--folder", str(folder / "run"), "--json"]) == 0

    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["floor"]}
    name = "6 desks, 2 boards, 10 changes/s"
    for who in ("desks", "boards"):
        one = found[f"{name}: change to message at {who}, p99"]
        assert one["value"] is not None, one
    assert found[f"{name}: the service's memory"]["value"] > 0


def test_the_interpreter_and_the_proofs_are_measured_without_asterisk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bench.report.OUT", tmp_path)

    assert bench.main(["--only", "trees", "--round", "0.001", "--nodes", "60", "--json"]) == 0

    run = json.loads(capsys.readouterr().out)
    assert run["results"] == []
    cases = run["trees"][2]["name"]
    assert cases.startswith("scripted calls, ")
    assert [(one["name"], one["unit"]) for one in run["trees"]] == [
        ("steps, the default tree", "/s"),
        ("steps, a tree of 500 nodes", "/s"),
        (cases, "/s"),
        ("load, 60 nodes", "CPU s"),
        ("prove, 60 nodes", "CPU s"),
        ("prove, 60 nodes, peak memory", "MB"),
    ]
    assert all(one["value"] > 0 for one in run["trees"])


@pytest.mark.parametrize("nodes", [60, 500])
def test_a_big_tree_has_as_many_nodes_as_was_asked_for(nodes: int) -> None:
    trees = ivr.load_trees(big_trees(nodes), ivr.Names())
    assert not isinstance(trees, list)
    assert nodes <= len(trees.for_dialled("").nodes) <= nodes * 1.1 + 20


def test_the_latest_earlier_value_of_each_figure_is_compared() -> None:
    runs = [
        {"trees": [Figure("steps", 50.0, "/s").as_dict(), Figure("calls", 7.0, "/s").as_dict()]},
        {"trees": [Figure("steps", 100.0, "/s").as_dict()]},
        {"results": []},
    ]
    earlier = earlier_figures(runs, "trees")
    assert earlier == {"steps": 100.0, "calls": 7.0}
    table = table_of("t", [Figure("steps", 150.0, "/s"), Figure("new", 1.0, "s")], earlier)
    assert list(table.columns[3].cells) == ["1.50", "-"]


def test_a_key_is_one_event_whose_end_is_said_three_times() -> None:
    packets = [key_packet("#", number, 0, 7) for number in range(KEY_PACKETS + KEY_ENDS)]
    assert [packet[1] for packet in packets] == [101 | 0x80, *[101] * 7]
    assert len({packet[4:8] for packet in packets}) == 1
    assert [packet[12] for packet in packets] == [11] * 8
    assert [packet[13] >> 7 for packet in packets] == [0] * 5 + [1] * 3
    lengths = [int.from_bytes(packet[14:16]) for packet in packets]
    assert lengths == [160, 320, 480, 640, 800, 800, 800, 800]
    assert key_packet("1", 0, 1, 7)[2:4] == bytes([0, 8])


def test_an_unknown_part_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--only", "tree"])
    assert "--only: no tree; known: trees, match, calls, reload, floor" in capsys.readouterr().err


def test_every_system_that_can_be_asked_for_is_known() -> None:
    assert set(SYSTEMS) == {"service", "queue", "queue-bare", "ari-client"}


def test_an_unknown_system_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--systems", "quue"])
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


def test_matching_is_measured_in_a_small_centre_too() -> None:
    figures = match_figures(lambda _line: None, rounds=3200, agents=60, waiting=60)
    assert len({one.name for one in figures}) == 8
    assert all(one.value is not None for one in figures)
