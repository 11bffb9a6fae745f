"""Whether a prompt file was heard.

Decides by equal bytes: a prompt holds only samples that a-law can say, so its frames reach the
ear unchanged, and equality is stronger than any likeness. A lost or changed frame ends a run.
Knows no sockets.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ari_app.softphone.alaw import FRAME, FRAME_S, encode
from ari_app.softphone.hearing import Ear, Packet
from ari_app.softphone.tones import read_sound
from ari_app.softphone.waiting import NotSeen


@dataclass(frozen=True, slots=True)
class PromptMatch:
    """The longest unbroken piece of the prompt that was received."""

    matched_s: float
    prompt_s: float
    starts_in_prompt_s: float
    received_at: float

    def __bool__(self) -> bool:
        return self.matched_s >= min(0.3, self.prompt_s * 0.8)

    @property
    def whole(self) -> bool:
        """Heard from the first to the last frame (silent edges do not count)."""
        return self.matched_s >= self.prompt_s - 2 * FRAME_S


class PromptMatcher:
    """Takes packets one after another; ``best`` is the longest piece so far."""

    def __init__(self, prompt: bytes) -> None:
        self._prompt = prompt
        self.best = PromptMatch(0.0, len(prompt) / FRAME * FRAME_S, 0.0, 0.0)
        self._began = 0
        self._began_at = 0.0
        self._expected = -1

    def feed(self, packet: Packet) -> None:
        goes_on = self._expected >= 0 and self._prompt.startswith(packet.octets, self._expected)
        if not goes_on:
            self._begin(packet)
        if self._expected < 0:
            return
        self._expected += len(packet.octets)
        matched_s = (min(self._expected, len(self._prompt)) - self._began) / FRAME * FRAME_S
        if matched_s > self.best.matched_s:
            start_s = self._began / FRAME * FRAME_S
            self.best = PromptMatch(matched_s, self.best.prompt_s, start_s, self._began_at)
        if self._expected >= len(self._prompt):
            self._expected = -1

    def _begin(self, packet: Packet) -> None:
        found = self._prompt.find(packet.octets) if _telling(packet.octets) else -1
        self._expected = self._began = found
        self._began_at = packet.at
        # A prompt may begin with silence, which cannot be recognised on its own.
        if found > 0 and not any(_telling(frame) for frame in _frames(self._prompt[:found])):
            self._began = 0


def prompt_octets(prompt_file: Path) -> bytes:
    """What a telephone hears of a prompt, an 8 kHz file, as a-law."""
    return encode(read_sound(prompt_file).samples)


def match_prompt(received: Iterable[Packet], prompt_file: Path) -> PromptMatch:
    """Find the prompt's longest run of frames, in order, in what was received."""
    matcher = PromptMatcher(prompt_octets(prompt_file))
    for packet in received:
        matcher.feed(packet)
    return matcher.best


async def wait_prompt(
    ear: Ear, prompt_file: Path, within_s: float, *, since: float = 0.0, whole: bool = False
) -> PromptMatch:
    """Wait until (the whole of) this prompt was heard."""
    matcher = PromptMatcher(await asyncio.to_thread(prompt_octets, prompt_file))
    place = 0

    def find() -> PromptMatch | None:
        nonlocal place
        for packet in ear.received[place:]:
            place += 1
            if packet.at >= since:
                matcher.feed(packet)
        is_enough = matcher.best.whole if whole else bool(matcher.best)
        return matcher.best if is_enough else None

    try:
        return await ear.bulletin.until(find, within_s=within_s, what=f"prompt {prompt_file.name}")
    except NotSeen as missing:
        heard = f"{matcher.best.matched_s:.2f} of {matcher.best.prompt_s:.2f} s of it were heard"
        raise NotSeen(f"{missing} at {ear.where}; {heard}") from None


def _telling(octets: bytes) -> bool:
    return len(octets) == FRAME and len(set(octets)) > 8


def _frames(octets: bytes) -> list[bytes]:
    return [octets[at : at + FRAME] for at in range(0, len(octets) - FRAME + 1, FRAME)]
