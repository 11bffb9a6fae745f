"""YAML text to plain data with the place of every value, for every configuration file.

Decides which YAML is accepted: one document of mappings, lists and values, at most 256 KB and 20
levels, no tags, anchors or aliases, no key twice. Values follow YAML 1.2, and a digit string that
is no plain number stays text: ``no``, ``18:00``, ``010`` and ``+8610`` are texts. Keys are always
texts. Must not know what the file is about.

Built on the parser's events and not on a finished tree, so that a hostile file is refused at its
first bad level and never unfolded.
"""

import re
from collections.abc import Iterator

import yaml

from ivr.positions import Path, Place, Positions
from ivr.problems import Problem
from ivr.shapes import validate

__all__ = ["Positions", "parse", "validate"]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_PROBLEMS = 50

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")


def parse(source: str | bytes, filename: str) -> tuple[object, Positions] | list[Problem]:
    """The file's data and the place of each value, or everything that makes it unreadable."""
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KB."
        return [Problem(filename, 1, 1, "E102", message, "Split it into several files.")]
    try:
        text = raw.decode("utf-8-sig", "strict" if isinstance(source, bytes) else "surrogatepass")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = "this is not UTF-8 text."
        return [Problem(filename, line, 1, "E101", message, "Save the file as UTF-8.")]
    reader = _Reader(filename)
    try:
        data = reader.document(yaml.parse(text, Loader=_LOADER))
    except _GiveUp:
        return sorted(reader.problems)
    except yaml.MarkedYAMLError as error:
        return [*reader.problems, _syntax(filename, text, error)]
    except (yaml.YAMLError, UnicodeError) as error:
        return [*reader.problems, _unreadable(filename, text, error)]
    return sorted(reader.problems) if reader.problems else (data, reader.positions)


class _GiveUp(Exception):
    """Reading on makes no sense; the reason is among the problems."""


class _Reader:
    """Turns the parser's events into data, noting places and problems."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.positions = Positions()
        self.problems: list[Problem] = []

    def document(self, events: Iterator[yaml.Event]) -> object:
        data: object = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "E107", "a second document begins here.", "Remove the '---'.")
                if event.version or event.tags:
                    self._problem(event, "E105", "% directives are not allowed.", "Remove it.")
            elif isinstance(event, yaml.NodeEvent):
                data = self._value(event, events, ())
        if documents == 0 or data is None:
            problem = Problem(self.filename, 1, 1, "E107", "the file is empty.")
            self.problems.append(problem)
            raise _GiveUp
        return data

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> object:
        text = event.value if isinstance(event, yaml.ScalarEvent) else ""
        self.positions.values[path] = _place(event, text)
        if len(path) > MAX_DEPTH:
            self._stop(event, "E103", f"more than {MAX_DEPTH} levels deep.", "Make it flatter.")
        self._refuse_extras(event)
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        return None

    def _list(self, events: Iterator[yaml.Event], path: Path) -> list[object]:
        items: list[object] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, object]:
        entries: dict[str, object] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            place, before = _place(event, key), self.positions.keys.get((*path, key))
            # A second value gets a place of its own: its parts are not duplicates of the first's.
            spot = (*path, f"{key} again" if before else key)
            if before:
                where = f"line {before.line}, column {before.col}"
                message = f"'{_short(key)}' is here twice, first in {where}."
                self._problem(event, "E106", message, "Keep one of the two.")
            self.positions.keys[spot] = place
            value = next(events)
            entries[key] = self._value(value, events, spot)
            if not isinstance(value, yaml.ScalarEvent) or not value.value:
                self.positions.values[spot] = place
        return entries

    def _key(self, event: yaml.Event) -> str:
        self._refuse_extras(event)
        if isinstance(event, yaml.AliasEvent):
            raise _GiveUp
        if not isinstance(event, yaml.ScalarEvent) or (event.implicit[0] and not event.value):
            self._stop(event, "E108", "a key must be one word or number.", "Write 'key: value'.")
            raise AssertionError
        return str(event.value)

    def _refuse_extras(self, event: yaml.Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            message = f"'{sign}{_short(anchor)}': anchors and aliases are not allowed."
            self._problem(event, "E104", message, "Write the value out, or put it in quotes.")
        if tag is not None:
            written = tag.replace("tag:yaml.org,2002:", "!!")
            message = f"'{_short(written)}': tags are not allowed."
            self._problem(event, "E105", message, "Remove it, or put the value in quotes.")

    def _stop(self, event: yaml.Event, code: str, message: str, hint: str) -> None:
        self._problem(event, code, message, hint)
        raise _GiveUp

    def _problem(self, event: yaml.Event, code: str, message: str, hint: str) -> None:
        place = _place(event, "")
        self.problems.append(Problem(self.filename, place.line, place.col, code, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _GiveUp


def _place(event: yaml.Event, text: str) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1, text) if mark else Place(1, 1, text)


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _syntax(filename: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, col = (mark.line, mark.column) if mark else (0, 0)
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return Problem(
        filename, line + 1, col + 1, "E101", f"not YAML: {said}.", _advice(text, line, col, said)
    )


def _advice(text: str, line: int, col: int, said: str) -> str:
    lines = text.splitlines()
    written = lines[line] if line < len(lines) else ""
    if "\t" in written[: col + 1]:
        return "Indent with spaces, not with tabs."
    if "alias" in said:
        return 'Write "*" in quotes.'
    if "mapping values" in said:
        return "Put a text that holds ': ' in quotes."
    return "Look at the indentation, colons, quotes and brackets of this line and the one before."


def _unreadable(filename: str, text: str, error: yaml.YAMLError | UnicodeError) -> Problem:
    at = error.position if isinstance(error, yaml.reader.ReaderError) else 0
    at = error.start if isinstance(error, UnicodeEncodeError) else at
    before = text[:at]
    line, col = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    message = "a character here is not printable text."
    return Problem(filename, line, col, "E101", message, "Save the file as UTF-8 without it.")
