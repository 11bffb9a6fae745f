"""How log lines look: JSON lines for machines, colours on a terminal, no telephone number ever.

An event is ``noun.verb``; its keys are call_id leg_id agent_id queue node outcome ms.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

# Mobile numbers also with spaces or hyphens between their groups; else any run of seven digits.
_NUMBER = re.compile(r"(?<!\d)1[3-9]\d[ -]\d{4}[ -]\d{4}(?!\d)|\d{3,4}-\d{7,8}(?!\d)|\d{7,}")
_IDS = frozenset({"call_id", "leg_id", "timestamp"})  # made by Asterisk and us: seconds, counters


def mask(text: str) -> str:
    """``13800138000`` becomes ``138****8000``."""
    return _NUMBER.sub(lambda found: _hide(re.sub(r"\D", "", found[0])), text)


def _hide(digits: str) -> str:
    return (
        f"{digits[:3]}****{digits[-4:]}" if len(digits) > 10 else f"{digits[:2]}****{digits[-2:]}"
    )


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(value if isinstance(value, str) else repr(value))


def mask_numbers(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {k: v if k in _IDS or k.startswith("_") else _masked(v) for k, v in event.items()}


def configure(level: str = "INFO", *, stream: TextIO = sys.stderr) -> None:
    """For our own loggers and those of the libraries. Call it once, at start."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    first: list[Any] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level]
    first += [stamp, structlog.processors.format_exc_info, mask_numbers]
    last = (
        structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
    )
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[meta, last], foreign_pre_chain=first)
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    # Its line for every event sent would name the receiver's address, with a token in it, maybe.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
