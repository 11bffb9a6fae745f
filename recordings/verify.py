"""Whether a call's recording is all there.

Decides by the file's own header and size against the time that was talked. Never raises: a file
that cannot be read is a verdict too. Knows no call, no ticket and no Asterisk.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recordings.wav import NotWav, close_header, read_header

Reason = Literal["complete", "repaired", "missing", "empty", "not_a_wav", "unreadable", "truncated"]

# Both ends of a bridge are cut by some frames, and the talk time is measured by events.
KEPT_SHARE, KEPT_SLACK_S = 0.98, 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """``repaired`` counts as ok: the sound is complete, only its header was never finished."""

    ok: bool
    duration_s: float
    reason: Reason


def verify(path: Path, talk_s: float) -> Verdict:
    """Judge one recording; an unfinished header is filled in from the file's size."""
    try:
        if path.stat().st_size == 0:
            return Verdict(False, 0.0, "empty")
        header = read_header(path)
    except FileNotFoundError:
        return Verdict(False, 0.0, "missing")
    except NotWav:
        return Verdict(False, 0.0, "not_a_wav")
    except (OSError, ValueError):
        return Verdict(False, 0.0, "unreadable")
    repaired = False
    if header.is_open:
        try:
            close_header(path, header)
            repaired = True
        except OSError:
            return Verdict(False, header.duration_s, "unreadable")
    if header.data_bytes == 0 and talk_s > 0:
        return Verdict(False, 0.0, "empty")
    if header.duration_s < KEPT_SHARE * talk_s - KEPT_SLACK_S:
        return Verdict(False, header.duration_s, "truncated")
    return Verdict(True, header.duration_s, "repaired" if repaired else "complete")
