"""Is the prover itself right? 200 defects in good trees, all found; 200 edits, none blamed."""

import random
from collections import Counter
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from tree_edits import DEFECTS, HARMLESS, Edit, Files, commented, sites, written

from ivr import Prompt, load_trees
from ivr.link import Trees
from ivr.problems import Problem, render_problems
from ivr.proof.prove import prove_trees
from ivr.yaml_source import parse

COUNT = 200
PROVED = Path(__file__).parent / "proved"


def seconds(prompt: Prompt) -> float:
    return 3.0


def problems_of(texts: dict[str, str]) -> list[Problem]:
    """As ``hotline ivr check`` and ``prove`` find them."""
    trees = load_trees(texts)
    return list(prove_trees(trees, seconds).problems) if isinstance(trees, Trees) else trees


@cache
def bases() -> tuple[Files, ...]:
    """Folders of good trees that use every kind of node between them."""
    folders = (("city.yaml",), ("lines.yaml", "topics.yaml"))
    texts = [{name: (PROVED / name).read_text(encoding="utf-8") for name in one} for one in folders]
    return tuple({name: _parsed(text) for name, text in folder.items()} for folder in texts)


def _parsed(text: str) -> dict[str, Any]:
    """As the program reads it: yes and no are texts."""
    read = parse(text, "tree.yaml")
    assert isinstance(read, tuple)
    assert isinstance(read[0], dict)
    return read[0]


def edited(edits: tuple[Edit, ...]) -> list[tuple[str, dict[str, str]]]:
    """So many trees, each edit in turn at another place; the same ones every time."""
    by_edit = []
    for number, edit in enumerate(edits):
        found = [
            (f"{number} {edit.__name__} of {base}/{file}, {node}", changed)
            for base, files in enumerate(bases())
            for file, node in sites(files)
            if (changed := edit(files, file, node)) is not None
        ]
        random.Random(12345).shuffle(found)
        by_edit.append(found)
    in_turn = [one for row in zip_longest(*by_edit) for one in row if one is not None]
    return [(name, written(files)) for name, files in in_turn[:COUNT]]


def test_the_good_trees_are_good() -> None:
    for files in bases():
        assert not problems_of(written(files)), render_problems(problems_of(written(files)))


def test_every_one_of_200_seeded_defects_is_found() -> None:
    trees = edited(DEFECTS)
    assert len(trees) == COUNT
    found = {name: {one.code for one in problems_of(texts)} for name, texts in trees}
    missed = [name for name, codes in found.items() if not codes]
    assert not missed, missed
    kinds = Counter(code for codes in found.values() for code in codes)
    wanted = {"E301", "E306", "E401", "E402", "E602", "E603", "E604", "E606", "E607", "E609"}
    assert wanted | {"W601", "W602", "W603"} <= kinds.keys(), kinds


def test_none_of_200_harmless_edits_is_blamed() -> None:
    trees = edited(HARMLESS)
    assert len(trees) == COUNT
    blamed = {
        name: render_problems(found) for name, texts in trees if (found := problems_of(texts))
    }
    assert not blamed, blamed


@pytest.mark.parametrize("files", bases(), ids=lambda files: f"{len(files)} files")
def test_comments_change_nothing(files: Files) -> None:
    assert not problems_of({name: commented(text) for name, text in written(files).items()})
