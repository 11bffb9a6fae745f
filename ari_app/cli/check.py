"""``hotline check``: is the configuration fit for service? Offline and within a second.

Exit code 0 when it is (warnings are printed), 1 with one line per fault otherwise.
"""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

from ari_app.cli import prompts as prompt_files
from ari_app.configuration import load_configuration
from ari_app.runtime.clock import Clock
from ari_app.settings import SettingsError, load_settings
from ivr.problems import Problem, render_problems


def check(config_dir: Path | None, *, as_json: bool) -> int:
    errors, warnings = _findings(config_dir)
    if as_json:
        rows = [
            {**asdict(problem), "level": level}
            for level, problems in (("error", errors), ("warning", warnings))
            for problem in problems
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 1 if errors else 0
    if errors:
        print(render_problems(errors), file=sys.stderr)
    if warnings:
        print(render_problems(warnings))
    print(f"{len(errors)} errors, {len(warnings)} warnings" if errors or warnings else "All well.")
    return 1 if errors else 0


def _findings(config_dir: Path | None) -> tuple[list[Problem], list[Problem]]:
    try:
        settings = load_settings(config_dir)
    except SettingsError as error:
        return [_from_line(line) for line in error.problems], []
    loaded = load_configuration(settings.config_dir, Clock().now())
    if isinstance(loaded, list):
        return loaded, []
    found = {*loaded.warnings, *prompt_files.check(settings.config_dir)}
    return (
        sorted(problem for problem in found if not problem.is_warning),
        sorted(problem for problem in found if problem.is_warning),
    )


_LINE = re.compile(
    r"(?P<file>.*?):(?P<line>\d+):(?:(?P<col>\d+):)? (?:(?P<code>E\d+) )?(?P<said>.*)"
)


def _from_line(text: str) -> Problem:
    """A line about the settings as a problem; what the environment says has no place."""
    match = _LINE.fullmatch(text)
    if match is None:
        file, _, said = text.partition(": ")
        return Problem(file, 1, 1, "E200", said)
    line, col = int(match["line"]), int(match["col"] or 1)
    return Problem(match["file"], line, col, match["code"] or "E200", match["said"])
