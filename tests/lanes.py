"""`python -m tests.lanes`: all tests, in three lanes side by side.

Tests with the real Asterisk and tests in a browser wait most of the time, and what they play must
not be late. All others compute without a pause: their lane gives way. The first lane is shown as it
goes, the others at their end. One core is too little for this: there all go through one lane.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PYTEST: Final = (sys.executable, "-m", "pytest", "-q")
ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "TERM", "--")
GIVES_WAY: Final = ("nice", "-n", "19", "ionice", "-c", "3")
NONE_CHOSEN: Final = 5
"""What pytest ends with when a choice of tests has none in a lane."""


@dataclass(frozen=True)
class Lane:
    name: str
    marks: str
    before: tuple[str, ...] = ()


LANES: Final = (
    Lane("Tests with the real Asterisk", "asterisk and not browser"),
    Lane("Tests in a browser", "browser"),
    Lane("All other tests", "not asterisk and not browser", GIVES_WAY),
)


def main(arguments: Sequence[str]) -> int:
    """The worst exit code; arguments are pytest's."""
    if len(os.sched_getaffinity(0)) == 1:
        return subprocess.run([*ENDS_WITH_US, *PYTEST, *arguments], check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        codes = side_by_side(arguments, Path(folder))
    return max(codes - {NONE_CHOSEN}, default=NONE_CHOSEN)


def side_by_side(arguments: Sequence[str], folder: Path) -> set[int]:
    shown, *others = LANES
    told = [folder / str(number) for number in range(len(others))]
    running = [started(lane, arguments, file) for lane, file in zip(others, told, strict=True)]
    print(f"{shown.name}; beside them: {', '.join(lane.name for lane in others)}", flush=True)
    codes = {started(shown, arguments).wait()}
    for lane, process, file in zip(others, running, told, strict=True):
        codes.add(process.wait())
        print(f"\n{lane.name}:", flush=True)
        sys.stdout.write(file.read_text(encoding="utf-8", errors="replace"))
    return codes


def started(
    lane: Lane, arguments: Sequence[str], told: Path | None = None
) -> subprocess.Popen[bytes]:
    command = [*ENDS_WITH_US, *lane.before, *PYTEST, "-m", lane.marks, *arguments]
    if told is None:
        return subprocess.Popen(command)
    with told.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
