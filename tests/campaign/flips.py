"""Calls in the middle of a tree while its file flips between versions, some of them broken.

    python -m tests.campaign.flips --calls 200 --flips 50 [--seed N] [--at-once 16]

Every version has nodes, keys and words of its own, so a step in another version than the call's own
shows. The service watches the folder (``watch_flows``) and applies what is saved; half of the good
versions are saved as editors do it, the others and all broken ones are written in place. Afterwards
each ticket must name a version that was really in service, and each call must be a walk of exactly
that version: nodes, keys and what the caller heard, as the simulator plays them.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import ivr
from ari_app.configuration import Groundwork, load_groundwork
from ari_app.flow_files import load_flows
from ari_app.flows.store import sha256_of
from ari_app.passwords import load_passwords
from ari_app.softphone.alaw import FRAME_S
from ari_app.softphone.citizen import Citizen
from ivr.actions import Prompt
from ivr.facts import FixedFacts
from ivr.play.simulate import Player
from recordings.prompts import Prompts
from tests.asterisk.hall import eventually
from tests.campaign.listening import Listener, PromptBook, Run
from tests.campaign.menus import DEPTH, WAYS, broken_tree, good_tree
from tests.campaign.places import Place, book_of, make_config, serving

INTO_S = 0.8
FACTS = FixedFacts({"emergency": False})


@dataclass(frozen=True, slots=True)
class Made:
    """One call, as its caller and its ticket tell it."""

    index: int
    keys: str
    runs: tuple[Run, ...]
    ticket: Mapping[str, Any]


@dataclass(slots=True)
class Flipped:
    """What a campaign saw."""

    good: int = 0
    broken: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    """Calls by the label of their version."""
    crossed: int = 0
    """Calls during which another version came into service."""
    wrong: list[str] = field(default_factory=list)


class Campaign:
    def __init__(self, place: Place, seed: str, words: Sequence[str]) -> None:
        self._place, self._seed, self.words = place, seed, words
        self.seen = Flipped()
        self._texts: dict[str, bytes] = {}
        self._served = ""
        self._made: list[Made] = []
        self._turns = 0
        self._all_saved = False
        self._more = asyncio.Condition()

    # --- the file ----------------------------------------------------------------------------

    def note(self, text: bytes) -> str:
        """Remember a version under the eight digits by which tickets name it."""
        digits = sha256_of({"main.yaml": text})[:8]
        self._texts[digits] = text
        return digits

    async def flip(self, flips: int, calls: int) -> None:
        """Every fourth version is broken. Between two flips some calls begin or end."""
        self._served = self.note(good_tree(0, self.words).encode())
        for version in range(1, flips + 1):
            await self._turns_taken(version * 2 * calls // (flips + 2))
            if version % 4 == 0:
                await self._save_broken(version)
            else:
                await self._save_good(version)
        self._all_saved = True

    async def _save_good(self, version: int) -> None:
        text = good_tree(version, self.words).encode()
        digits = self.note(text)
        self._save(text, at_once=version % 2 == 0)

        async def not_served() -> object:
            shown = await self._status()
            label = str(shown["version"]["label"])
            return None if label.endswith(digits) else shown

        await eventually(not_served, within_s=60.0, what=f"version {version} is not served")
        self._served = digits
        self.seen.good += 1

    async def _save_broken(self, version: int) -> None:
        before = (await self._status())["last_failure"]
        self._save(broken_tree(version, self.words).encode(), at_once=False)

        async def not_refused() -> object:
            shown = await self._status()
            is_new = shown["last_failure"] not in (None, before)
            return None if is_new and shown["version"]["label"].endswith(self._served) else shown

        await eventually(not_refused, within_s=60.0, what=f"version {version} is not refused")
        self.seen.broken += 1

    def _save(self, text: bytes, *, at_once: bool) -> None:
        file = self._place.hall.settings.config_dir / "flows" / "main.yaml"
        if at_once:
            beside = file.with_name(".main.yaml.swp")
            beside.write_bytes(text)
            beside.replace(file)
            return
        with file.open("wb") as opened:
            for start in range(0, len(text), 4096):
                opened.write(text[start : start + 4096])
                opened.flush()

    async def _status(self) -> dict[str, Any]:
        hall = self._place.hall
        token = load_passwords(hall.settings, []).operator
        shown: dict[str, Any] = await hall.get(
            "/flows/status", {"Authorization": f"Bearer {token}"}
        )
        return shown

    async def _turns_taken(self, count: int) -> None:
        async with self._more:
            await self._more.wait_for(lambda: self._turns >= count)

    async def _turn(self) -> None:
        """A call began or ended."""
        async with self._more:
            self._turns += 1
            self._more.notify_all()

    # --- the callers -------------------------------------------------------------------------

    async def call_all(self, calls: int, at_once: int) -> None:
        """So many calls, and more until all versions were saved: each must find callers."""
        numbers = count()

        async def one_after_another() -> None:
            while (index := next(numbers)) < calls or not self._all_saved:
                await self._call(index)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(at_once):
                tasks.create_task(one_after_another())

    async def _call(self, index: int) -> None:
        rng = Random(f"{self._seed} {index}")
        keys = "".join(rng.choices(WAYS, k=rng.randint(DEPTH, DEPTH + 3)))
        number = f"1380{index:07}"
        listener = Listener(self._place.book)
        async with self._place.hall.citizen(number) as citizen:
            citizen.rtp.play_silence()
            await citizen.dial()
            await citizen.wait_answered()
            await self._turn()
            served = self._served
            pressed = await _press(citizen, listener, keys)
            self.seen.crossed += served != self._served
            await citizen.hang_up()
            await self._turn()
            listener.catch_up(citizen.rtp.received)
        ticket = await self._place.hall.ticket(number)
        self._made.append(Made(index, pressed, tuple(listener.runs), ticket))

    # --- what became of them -----------------------------------------------------------------

    def judge(self) -> Flipped:
        """When all calls are over: while they are on, callers must be listened to."""
        for made in sorted(self._made, key=lambda one: one.index):
            self.seen.calls[str(made.ticket["tree_version"])] += 1
            why = self._differs(made)
            if why:
                self.seen.wrong.append(f"call {made.index}, keys {made.keys}: {why}")
        return self.seen

    def _differs(self, made: Made) -> str:
        label, path = str(made.ticket["tree_version"]), made.ticket["ivr_path"]
        text = self._texts.get(label.partition("-")[2])
        if text is None:
            return f"its ticket names {label}, which was never good"
        player = self._played(text, made.keys)
        wanted = [[node, key] for node, key in player.state.path]
        if path != wanted:
            return f"{label} goes {wanted}, the call went {path}"
        said = [self._name(one.prompt) for one in player.trace().heard]
        runs = _without_restarts([run for run in made.runs if run.heard_s >= 0.2])
        if [run.prompt for run in runs] == said:
            return ""
        heard = [f"{run.prompt} {run.first * FRAME_S:.1f}-{run.place_s:.1f} s" for run in runs]
        return f"{label} says {said}, the caller heard {heard}"

    def _played(self, text: bytes, keys: str) -> Player:
        ground = self._place.configuration
        trees = load_flows({"main.yaml": text}, ground.names, Path("flows"))
        assert isinstance(trees, ivr.Trees), trees
        player = Player(trees.for_dialled("12345"), self._length_s, facts=FACTS)
        for key in keys:
            player.wait(INTO_S)
            player.press(key)
        player.wait(INTO_S)
        player.hang_up()
        return player

    def _length_s(self, prompt: Prompt) -> float:
        return self._place.configuration.prompts.duration_s(prompt.id, prompt.language)

    def _name(self, prompt: Prompt) -> str:
        folder = self._place.configuration.prompts.played_language(prompt.id, prompt.language)
        return self._place.book.name_of[f"{folder}/{prompt.id}"]


def _without_restarts(runs: list[Run]) -> list[Run]:
    """Words that began again, without what was heard of them before.

    A service that has lost its link to Asterisk for a moment says them again from the beginning.
    No key was pressed before: a caller listens for longer.
    """
    pairs = zip(runs, [*runs[1:], None], strict=True)
    return [
        run
        for run, then in pairs
        if then is None or run.prompt != then.prompt or run.heard_s >= INTO_S
    ]


def long_words(prompts: Prompts, book: PromptBook) -> list[str]:
    """Prompts into which a key can be pressed at leisure, each unlike all others."""
    return sorted(
        name
        for name in prompts.catalogue.prompts
        if prompts.played_language(name, "zh_CN") == "zh_CN"
        and 2.5 <= prompts.duration_s(name, "zh_CN") <= 12.0
        and book.name_of[f"zh_CN/{name}"] == f"zh_CN/{name}"
    )


async def _press(citizen: Citizen, listener: Listener, keys: str) -> str:
    """Each key into the words that follow the key before; until a person is looked for."""
    for pressed, key in enumerate(keys):
        last = await _words(citizen, listener)
        if last == "zh_CN/connecting":
            return keys[:pressed]
        await citizen.press(key)
    await _words(citizen, listener)
    return keys


async def _words(citizen: Citizen, listener: Listener) -> str:
    """Wait until something new was heard for a while; what it was."""
    since = len(listener.runs)

    def spoken() -> str | None:
        listener.catch_up(citizen.rtp.received)
        new = listener.runs[since:]
        return new[-1].prompt if new and new[-1].heard_s >= INTO_S else None

    return await citizen.rtp.bulletin.until(
        spoken,
        within_s=60.0,
        what=f"{citizen.number}: nothing new is said after {listener.runs}",
        hopeless=lambda: "the call has ended" if citizen.has_ended else None,
    )


async def campaign(folder: Path, seed: str, *, calls: int, flips: int, at_once: int) -> Flipped:
    config = make_config("default", folder, "24h")
    ground = load_groundwork(config)
    assert isinstance(ground, Groundwork), ground
    words = long_words(ground.prompts, book_of(config / "prompts"))
    for old in (config / "flows").iterdir():
        old.unlink()
    (config / "flows" / "main.yaml").write_text(good_tree(0, words), encoding="utf-8")
    async with serving("default", config, folder, HOTLINE_WATCH_FLOWS="1") as place:
        running = Campaign(place, seed, words)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(running.flip(flips, calls))
            tasks.create_task(running.call_all(calls, at_once))
    return running.judge()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.flips")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--flips", type=int, default=50)
    parser.add_argument("--seed", default=str(SystemRandom().randrange(10**6)))
    parser.add_argument("--at-once", type=int, default=16)
    given = parser.parse_args()
    print(f"flips: seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="flips-") as folder:
        seen = asyncio.run(
            campaign(
                Path(folder), given.seed,
                calls=given.calls, flips=given.flips, at_once=given.at_once,
            )
        )  # fmt: skip
    print(
        f"  {sum(seen.calls.values())} calls in {len(seen.calls)} versions, {seen.crossed} of them "
        f"while another version came into service; {seen.good} good versions served, "
        f"{seen.broken} broken ones refused; {len(seen.wrong)} calls went wrong"
    )
    for one in seen.wrong:
        print(f"  {one}")
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
