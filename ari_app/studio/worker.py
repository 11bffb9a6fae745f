"""``python -m ari_app.studio.worker FOLDER``: checks, draws and plays, one question a line.

A process of its own, kept while somebody works at the studio: no live call waits while a big tree
is proved, and whoever asks can end it. Decides what a question asks for. JSON comes and goes.
"""

import gc
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ari_app.studio import drawing, naming, playing
from ari_app.studio.checking import Checked, Row, checked, rows, shown
from ari_app.studio.stage import draft_of

NICENESS: Final = 10
MOST_MEMORY: Final = 2 * 1024**3


class Worker:
    """Remembers the last check: the picture of the same text asks for it again."""

    def __init__(self, config_dir: Path) -> None:
        self._config_dir = config_dir
        self._last: tuple[str, Checked] | None = None

    def answer(self, asked: Mapping[str, Any]) -> Row:
        return self._ANSWERS[asked["what"]](self, asked)

    def _check(self, asked: Mapping[str, Any]) -> Row:
        self._last = None  # the files may have changed since
        return shown(self._checked(asked))

    def _draw(self, asked: Mapping[str, Any]) -> Row:
        return drawing.drawn(self._checked(asked), str(asked["file"]))

    def _play(self, asked: Mapping[str, Any]) -> Row:
        stage = draft_of(self._config_dir, asked["changed"]).stage()
        if isinstance(stage, list):
            return {"problems": rows(stage, {})}
        deeds = [playing.Deed(**one) for one in asked["deeds"]]
        script = playing.Script(asked["dialled"], asked["flow"], asked["facts"], deeds)
        try:
            return playing.played(stage, script)
        except playing.NoSuchTree as error:
            return {"no_such_tree": str(error)}

    def _names(self, asked: Mapping[str, Any]) -> Row:
        return naming.names(self._config_dir)

    def _checked(self, asked: Mapping[str, Any]) -> Checked:
        profile = str(asked.get("profile", ""))
        key = json.dumps([asked["changed"], profile], sort_keys=True)
        if self._last is None or self._last[0] != key:
            self._last = key, checked(self._config_dir, asked["changed"], profile)
        return self._last[1]

    _ANSWERS: Final[Mapping[str, Callable[["Worker", Mapping[str, Any]], Row]]] = {
        "check": _check,
        "draw": _draw,
        "play": _play,
        "names": _names,
    }


def main() -> None:
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    gc.disable()  # a graph has no circles, but very many parts to look through for some
    worker = Worker(Path(sys.argv[1]))
    for line in sys.stdin:
        answer = worker.answer(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        gc.collect()


if __name__ == "__main__":
    main()
