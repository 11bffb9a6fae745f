"""Which values a ticket column takes. Knows the columns' types, no database.

A value that does not fit is left out and reported: the rest of the ticket must not be lost for it.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from ari_app.db.models import Ticket

_log = structlog.get_logger()

# Set by the records themselves, never by a map of fields.
_FIXED = frozenset(
    {
        "ticket_id",
        "call_id",
        "intake_key",
        "version",
        "edited",
        "audit",
        "source",
        "outcome",
        "arrived_at",
    }
)
_LONGEST_NUMBER = 255  # PostgreSQL cannot index a text of several kilobytes
_BIGGEST_INTEGER = 2**31 - 1


def plain(text: str) -> str:
    """Text that both databases store: a hostile header may carry NUL or half a character."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def number(text: str) -> str:
    return plain(text)[:_LONGEST_NUMBER]


def ticket_values(call_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that can be stored, as they are stored."""
    values: dict[str, Any] = {}
    for name, value in fields.items():
        fit = _FITS.get(name)
        if fit is None:
            _refuse(call_id, name, "there is no such ticket field that may be set")
        elif value is None:
            values[name] = None
        else:
            try:
                values[name] = fit(value)
            except (TypeError, ValueError) as error:
                _refuse(call_id, name, str(error))
    return values


refused_count = 0


def _refuse(call_id: str, name: str, problem: str) -> None:
    global refused_count
    refused_count += 1
    _log.error("ticket.field_refused", call_id=call_id, field=name, problem=problem)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r}")
    return plain(value)


def _number_text(value: object) -> str:
    return number(_text(value))


def _double(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"expected a finite number, got {value!r}")
    return float(value)


def _integer(value: object) -> int:
    """A tree's fields are texts, a survey's answer too."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _BIGGEST_INTEGER:
        raise TypeError(f"expected a whole number of 32 bits, got {value!r}")
    return value


def _truth(value: object) -> bool:
    """A tree's fields are texts: true and false are those of YAML."""
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {value!r}")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, got {value!r}")
    return list(value)


_BY_TYPE: dict[type, Callable[[object], Any]] = {
    str: _text,
    float: _double,
    int: _integer,
    bool: _truth,
    object: _list,  # JSON
}
_FITS: dict[str, Callable[[object], Any]] = {
    column.name: _BY_TYPE[column.type.python_type]
    for column in Ticket.__table__.columns
    if column.name not in _FIXED
} | {"caller_number": _number_text}
