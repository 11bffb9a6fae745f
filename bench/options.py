"""What a run of the bench is asked to do. It must not know how any of it is done."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import report
from bench.proof import SIZES
from bench.reload import LARGE
from bench.systems import SYSTEMS

PARTS: Final = ("trees", "match", "calls", "reload", "floor")
_DEFAULT_SYSTEMS: Final = ("service", "queue", "ari-client")


@dataclass(frozen=True, slots=True)
class Options:
    parts: tuple[str, ...]
    rates: tuple[float, ...]
    seconds: float
    systems: tuple[str, ...]
    agents: int
    talk_s: float
    samples: int
    waiting: int
    busy: float
    folder: Path
    sizes: tuple[int, ...]
    round_s: float
    reload_rate: float
    large: int
    rounds: int
    people: tuple[int, ...]
    boards: int
    changes: float
    is_json: bool


def parse(arguments: Sequence[str], about: str | None = None) -> Options:
    parser = argparse.ArgumentParser(prog="make bench", description=about)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts: {', '.join(PARTS)}")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each load")
    parser.add_argument("--agents", type=int, default=200, help="size of the pool")
    parser.add_argument("--talk", type=float, default=2.0, help="seconds that each agent talks")
    parser.add_argument("--folder", type=Path, default=report.OUT / "run", help="working folder")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    _add_calls(parser.add_argument_group("calls"))
    _add_trees(parser.add_argument_group("trees and reload"))
    _add_floor(parser.add_argument_group("floor"))
    given = parser.parse_args(arguments)
    return Options(
        parts=_known(parser, "--only", given.only, PARTS),
        rates=tuple(sorted(float(rate) for rate in given.rates.split(","))),
        seconds=given.seconds, agents=given.agents, talk_s=given.talk,
        systems=_known(parser, "--systems", given.systems, tuple(SYSTEMS)),
        samples=given.samples, waiting=given.waiting,
        busy=given.busy, folder=given.folder.resolve(),
        sizes=tuple(int(size) for size in given.nodes.split(",")), round_s=given.round,
        reload_rate=given.reload_rate, large=given.large, rounds=given.rounds,
        people=tuple(int(count) for count in given.people.split(",")), boards=given.boards,
        changes=given.changes,
        is_json=given.json,
    )  # fmt: skip


def _add_calls(calls: argparse._ArgumentGroup) -> None:
    calls.add_argument("--rates", default="10,30,60", help="calls/s, one after another")
    calls.add_argument("--systems", default=",".join(_DEFAULT_SYSTEMS), help=", ".join(SYSTEMS))
    calls.add_argument("--samples", type=int, default=30, help="of the freed agent; 0 for none")
    calls.add_argument("--waiting", type=int, default=8, help="callers for the freed agent")
    calls.add_argument(
        "--busy", type=float, default=30.0, help="calls/s beside the freed agent; 0 for none"
    )


def _add_trees(trees: argparse._ArgumentGroup) -> None:
    sizes = ",".join(map(str, SIZES))
    trees.add_argument("--nodes", default=sizes, help="sizes of the trees that are proved")
    trees.add_argument("--round", type=float, default=1.0, help="CPU seconds of a round; 5 are run")
    trees.add_argument("--reload-rate", type=float, default=30.0, help="calls/s during reloads")
    trees.add_argument("--rounds", type=int, default=2, help="loads of each kind with reloads")
    trees.add_argument("--large", type=int, default=LARGE, help="nodes of the large reloaded tree")


def _add_floor(floor: argparse._ArgumentGroup) -> None:
    floor.add_argument("--people", default="200,500", help="agents with a desk, one after another")
    floor.add_argument("--boards", type=int, default=5, help="boards beside them")
    floor.add_argument("--changes", type=float, default=20.0, help="changes of state a second")


def _known(
    parser: argparse.ArgumentParser, option: str, given: str, known: Sequence[str]
) -> tuple[str, ...]:
    chosen = tuple(given.split(","))
    if unknown := set(chosen) - set(known):
        parser.error(f"{option}: no {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    return chosen
