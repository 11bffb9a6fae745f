"""What one end of an audio path has heard, and judgements on it.

Decides whether a tone, a sound or a key arrived, and when. Knows no sockets: packets are given.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from ari_app.softphone.alaw import FRAME_S, decode
from ari_app.softphone.tones import QUIET_RMS, Span, frame_has_tone, loudness, spans_of
from ari_app.softphone.waiting import Bulletin, NotSeen

T = TypeVar("T")

LATE_S = 0.5
"""A longer hole between two packets of a tone means that it was not sent meanwhile."""
MAX_OTHERS = 3
"""More packets without the tone end it."""


@dataclass(frozen=True, slots=True)
class Packet:
    """Received audio: the kernel's arrival time (epoch seconds) and the a-law octets."""

    at: float
    octets: bytes


class Ear:
    """Keeps received packets and digits; ``where`` names it in messages."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.received: list[Packet] = []
        self.digits = ""
        self.bulletin = Bulletin()

    def spans(self, frequency: int, *, since: float = 0.0, min_s: float = 0.3) -> list[Span]:
        """When (epoch seconds) this tone was heard, one span for each time it was sent."""
        marks = ((p.at, frame_has_tone(p.octets, frequency)) for p in self._since(since))
        return [s for s in spans_of(marks, bridge_s=LATE_S) if s.length_s >= min_s]

    def heard(self, frequency: int, *, since: float = 0.0, min_s: float = 0.3) -> bool:
        """Whether this tone was heard for at least ``min_s``."""
        return bool(self.spans(frequency, since=since, min_s=min_s))

    def gaps(self, *, longer_than_s: float, since: float = 0.0) -> list[Span]:
        """Stretches without sound between the first and the last sound heard."""
        loud = [p.at for p in self._since(since) if _is_loud(p)]
        pairs = pairwise(loud)
        return [Span(a + FRAME_S, b) for a, b in pairs if b - a - FRAME_S > longer_than_s]

    async def wait_heard(
        self, frequency: int, within_s: float, *, since: float = 0.0, min_s: float = 0.3
    ) -> Span:
        """Wait for so much of this tone; looks at the newest packets only.

        Counts packets: a busy machine delivers late, and in bursts, what was sent in time.
        """
        run: list[Packet] = []
        others = 0
        place = next((i for i, p in enumerate(self.received) if p.at >= since), len(self.received))

        def find() -> Span | None:
            nonlocal place, others
            for packet in self.received[place:]:
                place += 1
                has_tone = frame_has_tone(packet.octets, frequency)
                others = 0 if has_tone else others + 1
                if run and (others > MAX_OTHERS or packet.at - run[-1].at > LATE_S):
                    run.clear()
                if not has_tone:
                    continue
                run.append(packet)
                if len(run) * FRAME_S >= min_s:
                    return Span(run[0].at, run[-1].at + FRAME_S)
            return None

        return await self._wait(find, within_s, f"tone of {frequency} Hz at {self.where}")

    async def wait_audio(self, within_s: float, *, since: float = 0.0) -> Packet:
        """Wait for the first packet that is not silence."""
        return await self._wait(
            lambda: next((p for p in self._since(since) if _is_loud(p)), None),
            within_s,
            f"any sound at {self.where}",
        )

    async def wait_digits(self, keys: str, within_s: float) -> str:
        """Wait until exactly these keys or more have arrived as telephone events."""
        return await self._wait(
            lambda: self.digits if keys in self.digits else None,
            within_s,
            f"keys {keys!r} at {self.where}",
        )

    async def _wait(self, find: Callable[[], T | None], within_s: float, what: str) -> T:
        try:
            return await self.bulletin.until(find, within_s=within_s, what=what)
        except NotSeen as missing:
            told = f"{len(self.received)} packets came, keys {self.digits!r}"
            raise NotSeen(f"{missing} ({told})") from None

    def _since(self, since: float) -> Iterator[Packet]:
        return (packet for packet in self.received if packet.at >= since)


def _is_loud(packet: Packet) -> bool:
    return loudness(decode(packet.octets)) >= QUIET_RMS
