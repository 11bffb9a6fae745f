"""Which prompts a caller hears, told from the packets alone.

Decides by equal frames, as ``prompt_match`` does: a prompt's frames reach the ear unchanged.
Knows no tree and nothing of the service.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_app.softphone.alaw import FRAME, FRAME_S
from ari_app.softphone.hearing import Packet
from ari_app.softphone.prompt_match import prompt_octets

TOLERANCE = 6
"""Frames that may be missing at the beginning of what still counts as begun from the start."""
HOLE = 50
"""Frames by which a run may be broken and still be one: a packet that got lost, no repetition."""


@dataclass(slots=True)
class Run:
    """One prompt, heard without a break. Frames are counted from the file's first."""

    prompt: str
    first: int
    last: int
    began_at: float

    @property
    def heard_s(self) -> float:
        return (self.last - self.first + 1) * FRAME_S

    @property
    def place_s(self) -> float:
        """How far into the prompt it went."""
        return (self.last + 1) * FRAME_S


class PromptBook:
    """Every prompt's frames. Files of equal content are one prompt, named by the first."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.name_of: dict[str, str] = {}
        self.frames: dict[str, list[bytes]] = {}
        self.lead: dict[str, int] = {}
        self._where: dict[bytes, tuple[str, int] | None] = {}
        seen: dict[bytes, str] = {}
        for name, path in sorted(files.items()):
            octets = prompt_octets(path)
            self.name_of[name] = seen.setdefault(octets, name)
            if seen[octets] == name:
                self._add(name, octets)

    def _add(self, name: str, octets: bytes) -> None:
        frames = [octets[at : at + FRAME] for at in range(0, len(octets), FRAME)]
        self.frames[name] = frames
        telling = [place for place, frame in enumerate(frames) if _is_telling(frame)]
        self.lead[name] = telling[0] if telling else 0
        for place in telling:
            # A frame that stands at two places tells neither.
            known = frames[place] in self._where
            self._where[frames[place]] = None if known else (name, place)

    def find(self, frame: bytes) -> tuple[str, int] | None:
        return self._where.get(frame)

    def goes_on(self, run: Run, frame: bytes) -> bool:
        frames = self.frames[run.prompt]
        following = run.last + 1
        return following < len(frames) and frames[following].startswith(frame)

    def is_from_start(self, run: Run) -> bool:
        return run.first <= self.lead[run.prompt] + TOLERANCE


class Listener:
    """Takes packets one after another; ``runs`` is what was heard so far, in order."""

    def __init__(self, book: PromptBook) -> None:
        self._book = book
        self.runs: list[Run] = []
        self._is_open = False
        self._fed = 0

    def catch_up(self, received: Sequence[Packet]) -> None:
        """Hear what came since the last time; ``received`` only grows."""
        for packet in received[self._fed :]:
            self._hear(packet)
        self._fed = len(received)

    def _hear(self, packet: Packet) -> None:
        if self._is_open and self._book.goes_on(self.runs[-1], packet.octets):
            self.runs[-1].last += 1
            return
        self._is_open = False
        found = self._book.find(packet.octets)
        if found is None:
            return
        prompt, place = found
        self._is_open = True
        before = self.runs[-1] if self.runs else None
        if before and before.prompt == prompt and 0 < place - before.last <= HOLE:
            before.last = place
            return
        # Silence before the first sound cannot be recognised on its own.
        first = 0 if place <= self._book.lead[prompt] else place
        self.runs.append(Run(prompt, first, place, packet.at))

    def begun(self, prompt: str, since: int) -> Iterator[Run]:
        """The times at which this prompt began, among the runs from number ``since`` on."""
        for run in self.runs[since:]:
            if run.prompt == prompt and self._book.is_from_start(run):
                yield run


def _is_telling(frame: bytes) -> bool:
    return len(frame) == FRAME and len(set(frame)) > 8
