"""Who changed what of a ticket, and whether two people's changes meet.

A ticket carries its own short history (``audit``): one entry a change, an agent's keystrokes of a
few minutes joined into one. Decides over plain values. Must not know how a ticket is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Entry = dict[str, Any]

ONE_SITTING_S: Final = 600.0
"""Edits by the same person within so long become one entry: a desk saves while somebody types."""
LONGEST_TEXT: Final = 2000
_EDITED: Final = "ticket.edited"


def noted(
    entries: Sequence[Entry], entry: Entry, changes: Mapping[str, Sequence[Any]]
) -> tuple[list[Entry], bool]:
    """The history after a change, and whether that is a new entry.

    ``entry`` has the ticket's new ``version``, ``at``, ``by`` and ``what``; ``changes`` maps a
    field to what it was and what it is.
    """
    cut = {name: [_cut(before), _cut(after)] for name, (before, after) in changes.items()}
    last = entries[-1] if entries else None
    if last is not None and _is_one_sitting(last, entry):
        return [*entries[:-1], _merged(last, cut, entry["version"])], False
    return [*entries, {**entry, "fields": cut}], True


def _is_one_sitting(last: Entry, entry: Entry) -> bool:
    is_same = all(last[name] == entry[name] for name in ("what", "by"))
    return is_same and entry["what"] == _EDITED and entry["at"] - last["at"] <= ONE_SITTING_S


def _merged(last: Entry, changes: Mapping[str, list[Any]], version: int) -> Entry:
    fields = dict(last["fields"])
    for name, (before, after) in changes.items():
        first = fields[name][0] if name in fields else before
        fields[name] = [first, after]
    return {**last, "version": version, "fields": fields}


def _cut(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def clashes(
    entries: Sequence[Entry], seen: int, wanted: Mapping[str, Any], ticket: Mapping[str, Any]
) -> list[tuple[str, Entry]]:
    """The fields that were changed after version ``seen`` to something else than is wanted now."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry["version"] > seen:
            for name in entry["fields"].keys() & wanted.keys():
                if ticket.get(name) != wanted[name]:
                    found[name] = entry
    return sorted(found.items())


def unrepeated(
    fields: Mapping[str, Any], edited: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a call may still write over what people filled in, and what to remember of it.

    A call writes all that it knows each time. ``edited`` remembers of each field that people
    changed what the call had said before: only when it says something new does that count.
    """
    kept = {n: one for n, one in fields.items() if n not in edited or edited[n] != one}
    return kept, {**edited, **{name: kept[name] for name in kept.keys() & edited.keys()}}
