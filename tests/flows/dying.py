"""Ends a process at its n-th line of the store, for every n: ``python -m tests.flows.dying DIR``.

Prints how many deaths there were. Ends with a traceback as soon as one left the store unusable.
"""

import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from ari_app.flows import durable, store
from ari_app.flows.store import State, Store

WATCHED = {durable.__file__, store.__file__}
OLD, NEW = {"main.yaml": b"flow: old\n"}, {"main.yaml": b"flow: new\n", "sub.yaml": b"flow: sub\n"}


class Death:
    """A trace function that kills, as a signal would: nothing is closed and nothing cleaned up."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                os._exit(9)
        return self


def change(folder: Path) -> None:
    """What a service does when it applies: tidy, add, switch, forget."""
    kept = Store(folder)
    kept.tidy()
    meta = kept.add(NEW, message="new", author="t", made_at=2.0, parent=1)
    kept.set_state(State(stable=meta.number, before=(1,), folder_sha256=meta.sha256))
    store.KEPT_VERSIONS = 1  # type: ignore[misc]
    kept.forget_old({meta.number})


def prepare(folder: Path) -> None:
    kept = Store(folder)
    kept.tidy()
    meta = kept.add(OLD, message="old", author="t", made_at=1.0, parent=None)
    kept.set_state(State(stable=meta.number, folder_sha256=meta.sha256))


def check(folder: Path) -> int:
    """Whoever starts next finds a whole version in service; its number."""
    kept = Store(folder)
    kept.tidy()
    state = kept.state()
    assert state is not None
    assert kept.files(state.stable) == (OLD if state.stable == 1 else NEW)
    assert all(kept.files(number) in (OLD, NEW) for number in kept.numbers())
    assert not [one.name for one in folder.iterdir() if one.name.startswith(durable.UNFINISHED)]
    return state.stable


def die_everywhere(folder: Path) -> list[int]:
    found = []
    for at in range(1, 10_000):
        place = folder / str(at)
        prepare(place)
        child = os.fork()
        if child == 0:
            sys.settrace(Death(at))
            change(place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        found.append(check(place))
        if os.waitstatus_to_exitcode(status) == 0:
            return found
        assert os.waitstatus_to_exitcode(status) == 9
    raise AssertionError("never came to the end")


if __name__ == "__main__":
    served = die_everywhere(Path(sys.argv[1]))
    assert served == sorted(served), "once the new version is in service it stays there"
    assert set(served) == {1, 2}
    print(len(served) - 1)
