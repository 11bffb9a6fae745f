"""`python -m tests.lanes`: all tests; with more than two cores in two lanes side by side.

Tests with the real Asterisk wait most of the time, and what they play must not be late. All others
compute without a pause: they are the second lane, which gives way and is told about at its end. On
two cores they would take from the first what it needs; `--side-by-side` does it all the same.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CORES_OF_ONE_LANE: Final = 2
SIDE_BY_SIDE: Final = "--side-by-side"
PYTEST: Final = (sys.executable, "-m", "pytest", "-q")
ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "TERM", "--")
GIVES_WAY: Final = ("nice", "-n", "19", "ionice", "-c", "3")
NONE_CHOSEN: Final = 5
"""What pytest ends with when a choice of tests has none in a lane."""


def main(arguments: Sequence[str]) -> int:
    """The worst exit code; other arguments are pytest's."""
    chosen = [one for one in arguments if one != SIDE_BY_SIDE]
    if SIDE_BY_SIDE in arguments or len(os.sched_getaffinity(0)) > CORES_OF_ONE_LANE:
        return side_by_side(chosen)
    return subprocess.run([*ENDS_WITH_US, *PYTEST, *chosen], check=False).returncode


def side_by_side(chosen: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.txt"
        with told.open("wb") as output:
            computing = subprocess.Popen(
                [*ENDS_WITH_US, *GIVES_WAY, *PYTEST, "-m", "not asterisk", *chosen],
                stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        print("Tests with the real Asterisk; all others run beside them:", flush=True)
        live = subprocess.run([*ENDS_WITH_US, *PYTEST, "-m", "asterisk", *chosen], check=False)
        codes = {live.returncode, computing.wait()}
        print("\nAll other tests:", flush=True)
        sys.stdout.write(told.read_text(encoding="utf-8", errors="replace"))
    return max(codes - {NONE_CHOSEN}, default=NONE_CHOSEN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
