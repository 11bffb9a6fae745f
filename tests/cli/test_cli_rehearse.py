"""``hotline rehearse`` as a user runs it: side by side, drawn, for programs, and wrong usage."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_the_command_prints_both_wrap_ups_and_draws_them(
    hotline: Run,
    tmp_path: Path,
) -> None:
    drawn = tmp_path / "day.svg"
    done = hotline(
        "rehearse", "--calls", "600", "--agents", "6", "--demand", "general:zh=1*9",
        "--demand", "enterprise:enterprise=3", "--picture", str(drawn),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 席 × 55 s" in done.stdout
    assert "6 席 × 30 s" in done.stdout
    assert "6 席 × 30 s" in "".join(ET.parse(drawn).getroot().itertext())


def test_the_command_prints_json_for_programs(hotline: Run) -> None:
    done = hotline("rehearse", "--calls", "300", "--agents", "3,4", "--wrap-up", "30", "--json")
    few, more = json.loads(done.stdout)
    assert (few["plan"]["seats"], more["plan"]["seats"]) == (3, 4)
    assert few["whole"]["calls"] == 300
    assert few["erlang_c"]["agents_for_95_percent"] >= 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--day", "nromal"), "normal"),
        (("--agents", "many"), "write numbers with commas between"),
        (("--demand", "genral"), "general"),
        (("--demand", "general:zh"), "write QUEUE:skill=level*weight"),
        (("--mode", "crowed"), "crowd"),
        (("--demand", "general:zh=9"), "no agent of agents.yaml can take"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(
    hotline: Run,
    options: tuple[str, str],
    said: str,
) -> None:
    done = hotline("rehearse", *options)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_surge_mode_is_shown_beside_the_day_without_it(hotline: Run) -> None:
    done = hotline(
        "rehearse",
        "--calls",
        "400",
        "--agents",
        "4",
        "--wrap-up",
        "55",
        "--mode",
        "crowd",
        "--json",
    )
    without, surge = json.loads(done.stdout)
    assert (without["plan"]["mode"], surge["plan"]["mode"]) == ("", "crowd")
    assert surge["whole"]["mean_s"] < without["whole"]["mean_s"]
