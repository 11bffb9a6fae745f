"""What queues.yaml says of places in the line and of who is asked first reaches the router."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ari_app.configuration import Configuration, load_configuration
from ari_app.core.values import QueueName
from ari_app.routing.place import Boosts
from ari_app.routing.plan import LastAgent
from tests.configuration.test_world_files import SHIPPED

GENERAL = QueueName("general")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped configuration, to be changed."""
    found = tmp_path / "config"
    shutil.copytree(SHIPPED, found)
    return found


def loaded(folder: Path, *, last_agent: object = None, **more: Any) -> Configuration:
    path = folder / "queues.yaml"
    shipped = yaml.safe_load(path.read_text("utf-8"))
    general = {**shipped["queues"]["general"]}
    general.pop("last_agent", None)
    if last_agent is not None:
        general["last_agent"] = last_agent
    text = {**shipped, **more, "queues": {**shipped["queues"], "general": general}}
    path.write_text(yaml.safe_dump(text, allow_unicode=True), "utf-8")
    found = load_configuration(folder)
    assert isinstance(found, Configuration), found
    return found


def test_the_seconds_by_which_callers_are_moved_forward_are_those_of_the_file(folder: Path):
    found = loaded(
        folder, priority_step_s=11, vip_boost_s=22, urgency_boost_s={"急": 33}, max_boost_s=44
    )
    boosts = found.centre.boosts
    assert boosts == Boosts(11.0, 22.0, {"急": 33.0}, 44.0)
    assert boosts.own_s(2, "急", is_vip=True) == 22.0 + 33.0 + 22.0
    assert boosts.own_s(0, "紧急", is_vip=False) == 0.0
    assert boosts.place(1000.0, 77.0) == 1000.0 - 44.0


def test_whoever_served_the_caller_lately_is_asked_first_as_the_file_says(folder: Path):
    plan = loaded(folder, last_agent={"within_days": 2, "wait_s": 9}).centre.queues[GENERAL].plan
    assert plan.last_agent == LastAgent(within_s=2 * 86_400.0, wait_s=9.0)


def test_without_a_word_nobody_is_waited_for_and_an_empty_one_has_the_defaults(folder: Path):
    assert loaded(folder).centre.queues[GENERAL].plan.last_agent is None
    plan = loaded(folder, last_agent={}).centre.queues[GENERAL].plan
    assert plan.last_agent == LastAgent(within_s=7 * 86_400.0, wait_s=20.0)
