"""Random walks through a tree, on the simulator and by telephone: both must tell the same.

    python -m tests.campaign.parity --calls 200 [--seed N] [--only TREE:WALK] [--at-once 16]

A walk is planned on the simulator, then a caller makes it on a real Asterisk: SIPp signals, keys
are RFC 4733 events, and what is said is told from the packets that arrive at the caller. Compared
are the nodes and keys of the ticket, the keys of the call's journal, the prompts that were heard,
and the ticket's fields. The seed repeats a campaign, ``--only`` one walk of it.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from ari_app.core.phone_number import region_of
from ari_app.core.world import World, is_listed
from ari_app.db.fields import ticket_values
from ari_app.softphone.alaw import FRAME_S
from ari_app.softphone.citizen import Citizen
from ari_app.softphone.waiting import NotSeen
from ivr.actions import Prompt
from ivr.facts import FactValue, form_of
from ivr.model import Flow
from tests.campaign.listening import Listener, Run
from tests.campaign.places import EXAMPLES, Place, open_place
from tests.campaign.walks import Act, Ground, Walk, cut_short, pressed, walk

TREES = ("default", *EXAMPLES)
AREAS = ("13800138", "13851500", "13815400", "13912340")
BRIEF_S, SLACK_S = 0.5, 0.3
PATIENCE_S = 90.0


@dataclass(frozen=True, slots=True)
class PlannedFacts:
    """What a caller's tree is told in a place where no agent is signed in."""

    world: World
    number: str
    dialled: str
    now: float

    def value(self, name: str) -> FactValue | None:
        match name:
            case "dialled":
                return self.dialled
            case "emergency":
                return False
            case "caller.region":
                return region_of(self.number) or None
            case "caller.has_number":
                return True
            case "caller.is_repeat":
                return False
            case "caller.is_vip":
                return is_listed(self.world.vip, self.number, self.now)
            case "caller.is_nuisance":
                return is_listed(self.world.nuisance, self.number, self.now)
        form, which = form_of(name) or (None, "")
        if form is not None and form.pattern.startswith("schedule."):
            return self.world.calendar.hours(which, self.now)
        return 0 if form is not None and form.pattern.startswith("agents.") else None


@dataclass(frozen=True, slots=True)
class Told:
    """What one side tells of a walk."""

    path: tuple[str, ...]
    keys: tuple[str, ...]
    prompts: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    walk: Walk
    name: str
    simulated: Told
    live: Told
    why: str

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.why}; {self.walk.number} dialled {self.walk.dialled}"]
        lines += [f"  {act}" for act in self.walk.acts]
        for part in ("path", "keys", "prompts", "fields"):
            left, right = getattr(self.simulated, part), getattr(self.live, part)
            lines.append(f"  {part:42} | the telephone" if part == "path" else f"  {part:42} |")
            for one, other in zip_longest(left, right, fillvalue=""):
                lines.append(f"  {'  ' if one == other else '! '}{one:40} | {other}")
        return "\n".join(lines)


# --- one walk -----------------------------------------------------------------------------------


class Rehearsal:
    """Plans the walks of one place."""

    def __init__(self, place: Place, now: float) -> None:
        self.place = place
        self._now = now
        prompts = place.configuration.prompts

        def lengths(prompt: Prompt) -> float:
            return prompts.duration_s(prompt.id, prompt.language)

        def name_of(prompt: Prompt) -> str:
            folder = prompts.played_language(prompt.id, prompt.language)
            return place.book.name_of[f"{folder}/{prompt.id}"]

        self.lengths, self.name_of = lengths, name_of

    def plan(self, seed: str, index: int) -> Walk:
        rng = Random(f"{seed} {self.place.name} {index}")
        trees = self.place.configuration.trees
        dialled = rng.choice(sorted(trees.lines) or ["12345"]) if index % 3 == 2 else "12345"
        number = f"{rng.choice(AREAS)}{index:03}"
        listed = sorted(
            {*self.place.configuration.world.vip, *self.place.configuration.world.nuisance}
        )
        if index % 10 == 9 and index // 10 < len(listed):
            number = listed[index // 10]
        flow: Flow = trees.for_dialled(dialled)
        facts = PlannedFacts(self.place.configuration.world, number, dialled, self._now)
        ground = Ground(flow, self.lengths, self.name_of)
        return walk(ground, rng, dialled, number, facts)

    def told(self, one: Walk) -> Told:
        trace = one.trace
        said = dict(trace.state.fields)
        kept = said | ticket_values("simulated", said)
        return Told(
            path=tuple(f"{node} {key}".strip() for node, key in one.path),
            keys=tuple(pressed(trace)),
            prompts=tuple(self.name_of(heard.prompt) for heard in trace.heard),
            fields=_fields({**kept, "language": trace.state.language}),
        )

    def differs(self, one: Walk, told: Told, runs: Sequence[Run]) -> str:
        """What the telephone told otherwise; nothing if it told the same."""
        simulated = self.told(one)
        parts = [
            part
            for part in ("path", "keys", "fields")
            if getattr(simulated, part) != getattr(told, part)
        ]
        heard = self._heard_otherwise(one, runs)
        if heard:
            parts.append(f"prompts ({heard})")
        return f"other {' and '.join(parts)}" if parts else ""

    def _heard_otherwise(self, one: Walk, runs: Sequence[Run]) -> str:
        book = self.place.book
        maybe = {count: self.name_of(prompt) for count, prompt in cut_short(one.trace)}
        waiting = list(runs)
        for count, heard in enumerate(one.trace.heard, 1):
            if not waiting or waiting[0].prompt != self.name_of(heard.prompt):
                return f"no. {count}"
            run = waiting.pop(0)
            is_whole = heard.heard_s >= heard.full_s
            if not book.is_from_start(run) or (is_whole and run.place_s < heard.full_s - SLACK_S):
                return f"no. {count}: {run.first * FRAME_S:.2f} to {run.place_s:.2f} s of it"
            # The tree hears of a key a moment later: what was next may have begun.
            if waiting and maybe.get(count) == waiting[0].prompt and waiting[0].heard_s < 2.0:
                follows = one.trace.heard[count : count + 1]
                if not follows or self.name_of(follows[0].prompt) != waiting[0].prompt:
                    waiting.pop(0)
        return f"{len(waiting)} more" if waiting else ""


def _fields(fields: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for name, value in sorted(fields.items()))


# --- by telephone -------------------------------------------------------------------------------


class Caller:
    """Makes one walk by telephone."""

    def __init__(self, place: Place, one: Walk) -> None:
        self._place, self._walk = place, one
        self._listener = Listener(place.book)

    async def call(self) -> tuple[list[Run], str]:
        """What was heard, and why the walk could not be made, if it could not."""
        one = self._walk
        why = ""
        async with self._place.hall.citizen(one.number, dialled=one.dialled) as citizen:
            citizen.rtp.play_silence()
            await citizen.dial()
            await citizen.wait_answered()
            try:
                for act in one.acts:
                    await self._do(citizen, act)
                if one.trace.end != "hung_up":
                    await citizen.wait_ended(PATIENCE_S)
            except NotSeen as missing:
                why = str(missing)
            if not citizen.has_ended:
                await citizen.hang_up()
            self._listener.catch_up(citizen.rtp.received)
        return [run for run in self._listener.runs if run.heard_s >= 0.1], why

    async def _do(self, citizen: Citizen, act: Act) -> None:
        if act.prompt:
            await self._wait_for(citizen, act)
        if act.is_after or not act.prompt:
            await asyncio.sleep(act.seconds)
        if act.keys:
            await citizen.press(act.keys)
        else:
            await citizen.hang_up()

    async def _wait_for(self, citizen: Citizen, act: Act) -> None:
        since = len(self._listener.runs)
        await citizen.rtp.bulletin.until(
            lambda: self._is_time(citizen, act, since),
            within_s=PATIENCE_S,
            what=f"{act}; heard {[run.prompt for run in self._listener.runs]}",
            hopeless=lambda: "the call has ended" if citizen.has_ended else None,
        )

    def _is_time(self, citizen: Citizen, act: Act, since: int) -> bool | None:
        self._listener.catch_up(citizen.rtp.received)
        runs = self._listener.runs
        if act.time == 0:
            begun = [run for run in runs[:since] if run.prompt == act.prompt][-1:]
        else:
            some = self._listener.begun(act.prompt, since)
            begun = [run for run in some if run.heard_s >= BRIEF_S or run is runs[-1]]
        if len(begun) < max(1, act.time):
            return None
        frames = len(self._place.book.frames[act.prompt])
        wanted_s = frames * FRAME_S - 0.1 if act.is_after else act.seconds
        return True if begun[act.time - 1 if act.time else 0].place_s >= wanted_s else None


async def make(rehearsal: Rehearsal, one: Walk, name: str) -> Difference | None:
    place = rehearsal.place
    runs, why = await Caller(place, one).call()
    ticket = await place.hall.ticket(one.number)
    simulated = rehearsal.told(one)
    told = await _told(place, ticket, simulated, runs)
    why = why or rehearsal.differs(one, told, runs)
    return Difference(one, name, simulated, told, why) if why else None


async def _told(
    place: Place, ticket: Mapping[str, Any], simulated: Told, runs: Iterable[Run]
) -> Told:
    async with place.hall.reading() as repo:
        call = await repo.call(ticket["call_id"])
    assert call is not None
    rows = call.ivr_journal or []
    names = [line.partition(":")[0] for line in simulated.fields]
    return Told(
        path=tuple(f"{node} {key}".strip() for node, key in ticket["ivr_path"]),
        keys=tuple(str(row[2]) for row in rows if row[1] == "key"),
        prompts=tuple(run.prompt for run in runs),
        fields=_fields({name: ticket.get(name) for name in names}),
    )


# --- campaigns ------------------------------------------------------------------------------------


@asynccontextmanager
async def rehearsed(tree: str, folder: Path, seed: str) -> AsyncIterator[Rehearsal]:
    hours = Random(f"{seed} {tree} hours").choice(["24h", "24h", "closed"])
    async with open_place(tree, folder, hours) as place:
        yield Rehearsal(place, time.time())


async def campaign(
    tree: str, seed: str, indices: Iterable[int], folder: Path, *, at_once: int
) -> list[Difference]:
    """These walks of one tree; what differed."""
    async with rehearsed(tree, folder, seed) as rehearsal:
        walks = {index: rehearsal.plan(seed, index) for index in indices}
        return await all_differences(rehearsal, walks, seed, at_once=at_once)


async def all_differences(
    rehearsal: Rehearsal, walks: Mapping[int, Walk], seed: str, *, at_once: int
) -> list[Difference]:
    found: list[Difference] = []
    gate = asyncio.Semaphore(at_once)

    async def one(index: int, planned: Walk) -> None:
        async with gate:
            name = f"{rehearsal.place.name}:{index} of seed {seed}"
            difference = await make(rehearsal, planned, name)
        if difference is not None:
            found.append(difference)

    async with asyncio.TaskGroup() as tasks:
        for index, planned in walks.items():
            tasks.create_task(one(index, planned))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.parity")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seed", default=str(SystemRandom().randrange(10**6)))
    parser.add_argument("--only", default="", help="one walk: TREE:NUMBER")
    parser.add_argument("--at-once", type=int, default=16)
    given = parser.parse_args()
    print(f"parity: seed {given.seed}", flush=True)
    tree, _, number = given.only.partition(":")
    each = -(-given.calls // len(TREES))
    wanted = {tree: [int(number)]} if tree else {one: list(range(each)) for one in TREES}
    found: list[Difference] = []
    for one, indices in wanted.items():
        with tempfile.TemporaryDirectory(prefix="parity-") as folder:
            some = asyncio.run(
                campaign(one, given.seed, indices, Path(folder), at_once=given.at_once)
            )
        print(f"  {one}: {len(indices)} walks, {len(some)} differ", flush=True)
        found += some
    for difference in found:
        print(difference)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
