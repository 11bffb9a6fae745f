"""Are the campaigns themselves right: what they hear, what they tell apart, what they save."""

from dataclasses import replace
from pathlib import Path

import pytest

from ari_app.configuration import Configuration, Groundwork, load_configuration, load_groundwork
from ari_app.flows.judging import Case, judge
from ari_app.softphone.alaw import FRAME, FRAME_S, SILENCE, tone
from ari_app.softphone.hearing import Packet
from tests.campaign.flips import long_words
from tests.campaign.listening import Listener, PromptBook, Run
from tests.campaign.menus import BROKEN, broken_tree, good_tree
from tests.campaign.parity import Rehearsal, Told
from tests.campaign.places import Place, book_of, make_config

NOON = 1_795_492_800.0


def melody(*frequencies: int) -> bytes:
    sweep = b"".join(tone(f)[: FRAME * 7 + 31] for f in frequencies)
    return sweep[: len(sweep) // FRAME * FRAME]


@pytest.fixture
def book(tmp_path: Path) -> PromptBook:
    quiet = SILENCE * FRAME * 3
    sounds = {
        "one": quiet + melody(611, 702, 809), "two": melody(933, 1017, 1123) + quiet,
        "same": melody(933, 1017, 1123) + quiet,
    }  # fmt: skip
    for name, octets in sounds.items():
        (tmp_path / f"{name}.alaw").write_bytes(octets)
    return PromptBook({name: tmp_path / f"{name}.alaw" for name in sounds})


def listened(book: PromptBook, *frames: bytes) -> list[Run]:
    listener = Listener(book)
    listener.catch_up([Packet(n * FRAME_S, frame) for n, frame in enumerate(frames)])
    return listener.runs


def test_prompts_are_told_apart_and_a_repeated_one_counts_twice(book: PromptBook) -> None:
    one, same = book.frames["one"], book.frames["same"]
    runs = listened(book, *one[:12], *one, SILENCE * FRAME, *same[4:])
    assert [(run.prompt, run.first, run.last) for run in runs] == [
        ("one", 0, 11), ("one", 0, len(one) - 1), ("same", 4, len(same) - 1),
    ]  # fmt: skip
    assert book.name_of["two"] == "same"


def test_a_lost_packet_does_not_make_two_of_one(book: PromptBook) -> None:
    one = book.frames["one"]
    [run] = listened(book, *one[:8], *one[9:])
    assert (run.first, run.last) == (0, len(one) - 1)


def rehearsal(tree: str, folder: Path) -> Rehearsal:
    config = make_config(tree, folder, "24h")
    loaded = load_configuration(config)
    assert isinstance(loaded, Configuration)
    nobody_calls = None
    place = Place(tree, nobody_calls, loaded, book_of(config / "prompts"))  # type: ignore[arg-type]
    return Rehearsal(place, NOON)


def as_heard(at: Rehearsal, walk: object) -> list[Run]:
    """What a caller hears when all is well."""
    return [
        Run(at.name_of(one.prompt), 0, round(one.heard_s / FRAME_S), one.at)
        for one in walk.trace.heard  # type: ignore[attr-defined]
    ]


def test_a_walk_that_went_as_planned_does_not_differ_and_every_deviation_does(tmp_path: Path):
    at = rehearsal("big_city", tmp_path)
    walks = [at.plan("deviations", index) for index in range(20)]
    for walk in walks:
        told, runs = at.told(walk), as_heard(at, walk)
        assert at.differs(walk, told, runs) == ""
        assert "prompts" in at.differs(walk, told, runs[1:])
        assert "prompts" in at.differs(walk, told, [*runs, *runs])
        assert "path" in at.differs(walk, replace(told, path=told.path[:-1]), runs)
        assert "keys" in at.differs(walk, replace(told, keys=(*told.keys, "5")), runs)
        wrong: Told = replace(told, fields=("language: xx",))
        assert "fields" in at.differs(walk, wrong, runs)
    assert len({walk.path for walk in walks}) > 10, "walks that differ from each other"


def test_one_seed_plans_the_same_walks_again(tmp_path: Path) -> None:
    at = rehearsal("county", tmp_path)
    assert [at.plan("x", n).acts for n in range(9)] == [at.plan("x", n).acts for n in range(9)]


def test_good_versions_are_fit_for_service_and_each_kind_of_damage_is_not(tmp_path: Path) -> None:
    config = make_config("default", tmp_path, "24h")
    ground = load_groundwork(config)
    assert isinstance(ground, Groundwork)
    words = long_words(ground.prompts, book_of(config / "prompts"))
    assert len(words) > 10

    def is_fit(text: str) -> bool:
        return judge(Case({"main.yaml": text.encode()}, ground, Path("flows"))).is_fit

    assert [is_fit(good_tree(version, words)) for version in range(3)] == [True] * 3
    assert not any(is_fit(broken_tree(version, words)) for version in range(len(BROKEN)))
