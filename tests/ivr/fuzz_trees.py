"""Good trees with seeded damage: ``python -m tests.ivr.fuzz_trees 10000 [SEED]``.

Whatever the bytes, reading them gives a tree or problems with places, never an exception. And what
is accepted is good: it fits the schema, every name in it leads somewhere, its last resort is a
queue for ever, and a caller who does and meets anything is never stuck and never raises.
"""

import copy
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

import ivr
from ivr.facts import HOURS
from ivr.fields import REPEAT, NodeRef
from ivr.model import walk
from ivr.problems import Problem
from ivr.state import MAX_HOPS
from ivr.yaml_source import parse

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261123
FOLDERS = ("tests/corpus/good", "docs/examples")
SETS = ("config/flows", "config/examples/*/flows")
WORDS = (
    "&a", "*a", "!!str", "!x ", "---\n", "...\n", "%YAML 1.1\n", "{", "}", "[", "]", ": ", "- ",
    "#", "'", '"', "|", ">", "\t", "\x00", "\ufeff", "\u2028", "\ud800", "null", "~", "true",
    "1e999", "-1", "0x1F", "99999999999999999999", "repeat", "person", "<<: ", "? ", "@", "`",
    "中文", "\r",
)  # fmt: skip
VALUES = (
    None, True, False, 0, 1, -1, 7.5, 3600, 1e9, "", "x", "repeat", "person", "main", "zh_CN", "no",
    "1", "*", "中文", [], {}, ["x"], {"x": "y"}, [["x"]], "a" * 300, {"type": "say"}, [None],
)  # fmt: skip

Texts = Mapping[str, bytes]
Way = Callable[[bytes, random.Random], bytes]


@dataclass
class Result:
    """What became of each damaged tree."""

    accepted: int
    codes: Counter[str]
    seconds: float


def sets() -> list[Texts]:
    """Every set of files that make good trees together."""
    alone = [
        {file.name: file.read_bytes()}
        for folder in FOLDERS
        for file in sorted((ROOT / folder).glob("*.yaml"))
        if file.stem not in ("call", "goto", "return")
    ]
    folders = [folder for pattern in SETS for folder in sorted(ROOT.glob(pattern))]
    return alone + [
        {file.name: file.read_bytes() for file in sorted(folder.glob("*.yaml"))}
        for folder in folders
    ]


def run(count: int, seed: int = SEED) -> Result:
    """Damage, load and judge so many trees; the first that is wrongly accepted raises."""
    chance, good = random.Random(seed), sets()
    schema = Draft202012Validator(json.loads((ROOT / "config/flow.schema.json").read_text()))
    result, started = Result(0, Counter(), 0.0), time.monotonic()
    for number in range(count):
        texts = dict(chance.choice(good))
        name = chance.choice(sorted(texts))
        texts[name] = damaged(texts[name], chance)
        try:
            found = load(texts)
            if isinstance(found, ivr.Trees):
                result.accepted += 1
                judge(found, texts, schema, chance)
            else:
                check_problems(found, texts)
                result.codes[found[0].code] += 1
        except Exception as error:
            shown = texts[name].decode("utf-8", "replace")
            raise AssertionError(f"damage {number} of seed {seed}, {name}:\n{shown}") from error
    result.seconds = time.monotonic() - started
    return result


def load(texts: Texts) -> ivr.Trees | list[Problem]:
    if len(texts) > 1:
        return ivr.load_trees(texts)
    name, text = next(iter(texts.items()))
    flow = ivr.load(text, name)
    return flow if isinstance(flow, list) else ivr.Trees({"main": flow}, {}, {})


def damaged(text: bytes, chance: random.Random) -> bytes:
    ways: tuple[Way, ...] = (in_bytes, in_lines, in_data, in_data, in_data)
    make = chance.choice(ways)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        text = make(text, chance)
    return text


def in_bytes(text: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    end = min(len(text), at + chance.choice((1, 1, 2, 5, 40)))
    word = chance.choice(WORDS).encode("utf-8", "surrogatepass")
    return chance.choice(
        (
            text[:at] + word + text[at:],
            text[:at] + text[end:],
            text[:at] + bytes([chance.randrange(256)]) + text[end:],
            text[:end] + text[at:],
            text[:at],
        )
    )


def in_lines(text: bytes, chance: random.Random) -> bytes:
    lines = text.splitlines(keepends=True) or [b""]
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = b"  " + lines[at]
        case _:
            lines[at] = lines[at].removeprefix(b"  ")
    return b"".join(lines)


def in_data(text: bytes, chance: random.Random) -> bytes:
    parsed = parse(text, "")
    if isinstance(parsed, list) or not isinstance(parsed[0], dict):
        return in_bytes(text, chance)
    data = copy.deepcopy(parsed[0])
    places = list(_places(data))
    inside, key = chance.choice(places)
    other, from_key = chance.choice(places)
    match chance.randrange(5):
        case 0:
            del inside[key]
        case 1:
            inside[key] = chance.choice(VALUES)
        case 2:
            inside[key] = copy.deepcopy(other[from_key])
        case 3 if isinstance(inside, dict):
            inside[str(chance.choice((from_key, "next", "x")))] = inside.pop(key)
        case _:
            inside[key] = chance.choice(([inside[key]], {"id": inside[key]}))
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)


def check_problems(found: list[Problem], texts: Texts) -> None:
    assert found
    for problem in found:
        lines = texts[problem.file].count(b"\n") + texts[problem.file].count(b"\r") + 2
        assert 1 <= problem.line <= lines + 1, problem
        assert problem.col >= 1, problem
        assert problem.message, problem


def judge(
    trees: ivr.Trees, texts: Texts, schema: Draft202012Validator, chance: random.Random
) -> None:
    """Is what was accepted good? By the schema, by its names, by calls."""
    for name, text in texts.items():
        parsed = parse(text, name)
        assert isinstance(parsed, tuple)
        schema.validate(parsed[0])
    for flow in trees.flows.values():
        for path, value in walk(flow):
            if isinstance(value, NodeRef):
                assert value in flow.nodes or (value == REPEAT and "keys" in path), path
        resort = flow.nodes[NodeRef(flow.last_resort or "")]
        assert isinstance(resort, ivr.QueueNode)
        assert resort.max_wait_s is None
        for _ in range(3):
            call(flow, chance)


def call(flow: ivr.Flow, chance: random.Random) -> None:
    """A caller who does anything, then nothing: never stuck."""
    facts = AnyFacts(chance)
    state, now = ivr.start(flow, chance.choice([*flow.lines, ""])), 1000.0
    state, _ = ivr.step(flow, state, ivr.Entered(), now, facts)
    for _ in range(chance.randrange(25)):
        now += chance.choice((0.0, 1.0, 10.0, 200.0))
        state, _ = ivr.step(flow, state, any_event(chance), now, facts)
    for _ in range(MAX_HOPS * 20):
        if state.phase == "ended" or (state.phase == "queued" and state.until is None):
            return
        assert state.deadline is not None, state
        now = max(now, state.deadline)
        state, _ = ivr.step(flow, state, ivr.TimedOut(), now, facts)
    raise AssertionError(f"still moving: {state}")


def any_event(chance: random.Random) -> ivr.Event:
    if chance.random() < 0.5:
        return ivr.Key(chance.choice("0123456789*#A"))
    return chance.choice(
        (
            ivr.PromptEnded(), ivr.PromptFailed(), ivr.TimedOut(), ivr.QueueFailed("full"),
            ivr.TransferFailed("busy"), ivr.TransferEnded(), ivr.MessageTaken(3.0),
            ivr.MessageFailed("disk"), ivr.TalkEnded(),
        )
    )  # fmt: skip


class AnyFacts:
    """Any answer that a fact can have, none included; another one each time."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def value(self, name: str) -> ivr.FactValue | None:
        texts = ("12345", "江苏南京", "")
        return self.chance.choice((None, True, False, 0, 1, 7, 1000, 2.5, *HOURS, *texts))


if __name__ == "__main__":
    done = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
    refused = ", ".join(f"{code} {count}" for code, count in sorted(done.codes.items()))
    print(f"{done.accepted} still good, the others refused in {done.seconds:.0f} s: {refused}")
