"""A configuration of one's own, with a folder of flows to edit."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ari_app.configuration import Groundwork, load_groundwork
from ari_app.flows.opening import Opened, Place, open_versions
from ari_app.flows.store import Store
from ari_app.settings import PROJECT_DIR

TREE = """\
flow: main
start: hello
last_resort: anybody
nodes:
  hello: {{type: say, prompts: [{prompt}], next: anybody}}
  anybody: {{type: queue, queue: general}}
"""


def tree(prompt: str) -> str:
    return TREE.format(prompt=prompt)


GOOD, OTHER, BROKEN = tree("notice_greeting"), tree("wrong_key"), tree("no_such_prompt")


@pytest.fixture(scope="session")
def ground() -> Groundwork:
    """The shipped configuration: reading its prompts takes a moment, so once."""
    found = load_groundwork(PROJECT_DIR / "config")
    assert isinstance(found, Groundwork), found
    return found


@dataclass
class Desk:
    """``write`` edits a file as an admin does, ``start`` is what a service does when it begins."""

    place: Place

    @property
    def store(self) -> Store:
        return self.place.store

    def write(self, text: str, name: str = "main.yaml") -> None:
        self.place.folder.mkdir(parents=True, exist_ok=True)
        (self.place.folder / name).write_text(text, encoding="utf-8")

    def start(self, now: float = 100.0) -> Opened:
        found = open_versions(self.place, now)
        assert isinstance(found, Opened), found
        return found

    def served(self, opened: Opened) -> str:
        """The text of what is in service."""
        return self.store.files(opened.shelf.served.number)["main.yaml"].decode()


@pytest.fixture
def desk(tmp_path: Path, ground: Groundwork) -> Desk:
    return Desk(Place(Store(tmp_path / "run" / "flows"), tmp_path / "config", ground))
