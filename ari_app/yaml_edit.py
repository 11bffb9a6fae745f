"""Changes one entry of a YAML text and leaves every other character as it is.

Decides how a value is written, and where. Comments, order and the style of what stays are the
author's. Must not know what the file is about: whoever asks says the path and the value.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from ivr.yaml_source import parse

Value = Mapping[str, "Value"] | Sequence["Value"] | str | int | float | bool | None
EntryPath = tuple[str, ...]
Pair = tuple[yaml.Node, yaml.Node]

INDENT = 2
WIDEST = 100
"""A mapping within a mapping that fits is written on one line."""

_PLAIN = re.compile(r"[^\W\d_][\w（）、·]*([ -][\w（）、·]+)*")
_NOT_PLAIN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class CannotEdit(Exception):
    """The text is written in a way in which one entry cannot be changed alone."""


def put_entry(text: str, path: EntryPath, value: Value) -> str:
    """The text with this value at this path, whether there was one or not."""
    data = _data(text)
    edited = text
    for place, part in _changes(_at(data, path), value, path):
        edited = _remove(edited, place) if part is GONE else _set(edited, place, part)
    return _sure(edited, _with(data, path, value))


def remove_entry(text: str, path: EntryPath) -> str:
    """The text without what stands at this path. KeyError when nothing does."""
    data = _data(text)
    if _at(data, path) is GONE:
        raise KeyError(path[-1])
    return _sure(_remove(text, path), _with(data, path, GONE))


class _Gone:
    """No value at all, which is something else than null."""


GONE = _Gone()
Part = Value | _Gone


def _data(text: str) -> Value:
    found = parse(text, "")
    if isinstance(found, list):
        # A file of comments alone is an empty one.
        if [one.code for one in found] == ["E107"]:
            return {}
        raise CannotEdit("the file cannot be read")
    data: Value = found[0]  # type: ignore[assignment]
    return data


def _at(data: Value, path: EntryPath) -> Part:
    found: Part = data
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return GONE
        found = found[name]
    return found


def _changes(old: Part, new: Value, path: EntryPath) -> Iterator[tuple[EntryPath, Part]]:
    """Field by field, so that what stands between fields stays; what goes, goes last."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping) and old and new):
        if _same(old) != _same(new) or old is GONE:
            yield path, new
        return
    for name, value in new.items():
        yield from _changes(old.get(name, GONE), value, (*path, name))
    for name in old:
        if name not in new:
            yield (*path, name), GONE


def _with(data: Value, path: EntryPath, value: Part) -> Value:
    """What the edited text must say."""
    inner = dict(data) if isinstance(data, Mapping) else {}
    if len(path) > 1:
        inner[path[0]] = _with(inner.get(path[0]), path[1:], value)
    elif isinstance(value, _Gone):
        inner.pop(path[0], None)
    else:
        inner[path[0]] = value
    return inner


def _sure(edited: str, wanted: Value) -> str:
    """Read again: what is not exactly what was asked for is never handed out."""
    if _same(_data(edited)) != _same(wanted):
        raise CannotEdit("this entry cannot be changed without touching others")
    return edited


def _same(value: Part) -> object:
    """Sequences alike, whatever they are made of; an empty mapping is as good as none."""
    if isinstance(value, Mapping):
        return {str(key): _same(one) for key, one in value.items()} or None
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_same(one) for one in value]
    return value


# --- one place of the text -------------------------------------------------------------------


def _set(text: str, path: EntryPath, value: Part) -> str:
    newline = _newline(text)
    node, depth = _root(text), 0
    if node is None:
        before = "" if not text or text.endswith("\n") else newline
        return text + before + _lines(_wrapped(path, value), 0, newline)
    while True:
        if not isinstance(node, yaml.MappingNode):
            raise CannotEdit("there is something else than a mapping")
        pair = _pair(node, path[depth])
        rest = _wrapped(path[depth + 1 :], value)
        if pair is None:
            return _added(text, node, path[depth], rest, newline)
        is_deeper = isinstance(pair[1], yaml.MappingNode) and pair[1].value
        if depth + 1 == len(path) or not is_deeper:
            return _replaced(text, pair, rest)
        node, depth = pair[1], depth + 1


def _replaced(text: str, pair: Pair, value: Value) -> str:
    key, node = pair
    start, end = node.start_mark.index, _end(node)
    if not _is_flow(node):
        # The value begins below its key; what is written instead stands beside it.
        start = text.index(":", key.end_mark.index) + 1
    gap = "" if text[start - 1 : start].isspace() else " "
    return text[:start] + gap + _flow(value) + text[end:]


def _added(text: str, mapping: yaml.MappingNode, name: str, value: Value, newline: str) -> str:
    if mapping.flow_style:
        at = _end(mapping.value[-1][1]) if mapping.value else _end(mapping) - 1
        comma = ", " if mapping.value else ""
        return f"{text[:at]}{comma}{_scalar(name)}: {_flow(value)}{text[at:]}"
    last_key, last = mapping.value[-1]
    at = _line_end(text, _end(last))
    before = "" if text[:at].endswith("\n") else newline
    is_block = isinstance(last, yaml.MappingNode) and not last.flow_style
    column = last_key.start_mark.column
    return text[:at] + before + _entry(name, value, column, newline, is_block) + text[at:]


def _remove(text: str, path: EntryPath) -> str:
    node: yaml.Node | None = _root(text)
    for name in path[:-1]:
        pair = _pair(node, name) if isinstance(node, yaml.MappingNode) else None
        node = pair[1] if pair else None
    if not isinstance(node, yaml.MappingNode) or (pair := _pair(node, path[-1])) is None:
        raise KeyError(path[-1])
    if node.flow_style:
        return _removed_in_flow(text, node, pair)
    start = text.rfind("\n", 0, pair[0].start_mark.index) + 1
    end = _line_end(text, _end(pair[1]))
    # Without its last entry a mapping would be nothing at all, and be read as such.
    column = " " * pair[0].start_mark.column
    empty = "" if len(node.value) > 1 else f"{column}{{}}{_newline(text)}"
    return text[:start] + empty + text[end:]


def _removed_in_flow(text: str, mapping: yaml.MappingNode, pair: Pair) -> str:
    at = mapping.value.index(pair)
    start, end = pair[0].start_mark.index, _end(pair[1])
    if at + 1 < len(mapping.value):
        end = mapping.value[at + 1][0].start_mark.index
    elif at > 0:
        start = _end(mapping.value[at - 1][1])
    return text[:start] + text[end:]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _root(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise CannotEdit("the file cannot be read") from error


def _pair(mapping: yaml.MappingNode, name: str) -> Pair | None:
    return next((pair for pair in mapping.value if str(pair[0].value) == name), None)


def _is_flow(node: yaml.Node) -> bool:
    """Whether it stands as a whole where it begins, after its key."""
    return not isinstance(node, yaml.CollectionNode) or bool(node.flow_style)


def _end(node: yaml.Node) -> int:
    """Where its own last character is: the mark of a block stands before what follows it."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, at: int) -> int:
    """After the line, with the comment that ends it."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _wrapped(path: EntryPath, value: Part) -> Value:
    assert not isinstance(value, _Gone)
    for name in reversed(path):
        value = {name: value}
    return value


# --- how a value is written ------------------------------------------------------------------


def _lines(entries: Value, column: int, newline: str) -> str:
    assert isinstance(entries, Mapping)
    return "".join(_entry(name, one, column, newline) for name, one in entries.items())


def _entry(name: str, value: Value, column: int, newline: str, is_block: bool = False) -> str:
    """One line if it fits, unless it is a section or the neighbours are blocks."""
    head = " " * column + _scalar(name) + ":"
    line = f"{head} {_flow(value)}{newline}"
    if not isinstance(value, Mapping) or not value:
        return line
    if not (is_block or column == 0 or len(line) > WIDEST):
        return line
    return head + newline + _lines(value, column + INDENT, newline)


def _flow(value: Value) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
        case str():
            return _scalar(value)
        case Sequence():
            return "[" + ", ".join(_flow(one) for one in value) + "]"
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    """In double quotes: JSON's escapes are YAML's too, but YAML breaks lines at more characters."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(
        r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", quoted
    )
