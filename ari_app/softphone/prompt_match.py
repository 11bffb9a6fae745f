"""Whether a prompt file was heard.

Decides by equal bytes: with a-law from end to end Asterisk passes a prompt's frames unchanged,
so equality is stronger than any likeness. Knows no sockets.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ari_app.softphone.alaw import FRAME, FRAME_S
from ari_app.softphone.hearing import Packet


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


def _telling(octets: bytes) -> bool:
    return len(octets) == FRAME and len(set(octets)) > 8


def match_prompt(received: Iterable[Packet], prompt_file: Path) -> PromptMatch:
    """Find the prompt's longest run of frames, in order, in what was received."""
    prompt = prompt_file.read_bytes()
    whole_s = len(prompt) / FRAME * FRAME_S
    best = PromptMatch(0.0, whole_s, 0.0, 0.0)
    began, began_at, expected = 0, 0.0, -1
    for packet in received:
        if expected < 0 or prompt[expected : expected + FRAME] != packet.octets:
            expected = prompt.find(packet.octets) if _telling(packet.octets) else -1
            began, began_at = expected, packet.at
            # A prompt may begin with silence, which cannot be recognised on its own.
            if expected > 0 and not any(_telling(f) for f in _frames(prompt[:expected])):
                began = 0
        if expected >= 0:
            expected += FRAME
            matched_s = (min(expected, len(prompt)) - began) / FRAME * FRAME_S
            if matched_s > best.matched_s:
                best = PromptMatch(matched_s, whole_s, began / FRAME * FRAME_S, began_at)
            if expected >= len(prompt):
                expected = -1
    return best


def _frames(octets: bytes) -> list[bytes]:
    return [octets[at : at + FRAME] for at in range(0, len(octets) - FRAME + 1, FRAME)]
