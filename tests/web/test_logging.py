"""Log lines: JSON off a terminal, ids readable, telephone numbers never."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ari_app.core.values import Caller
from ari_app.logging import configure, mask

NUMBER = "13912345678"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("tel:+8613800138000 called", "tel:+861****8000 called"),
        ("138 0013 8000", "138****8000"),
        ("138-0013-8000", "138****8000"),
        ("010-85551234", "010****1234"),
        ("85551234", "85****34"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("12345", "12345"),
        ("2026-11-23 12:00:00", "2026-11-23 12:00:00"),
    ],
)
def test_a_telephone_number_is_masked_however_it_is_written(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_no_number_gets_out_by_any_way() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    log = structlog.get_logger("ari_app.test")
    log.info(f"call {NUMBER}", caller=NUMBER, deep={"a": [NUMBER, (NUMBER,)], NUMBER: 1})
    log.info("call.arrived", caller=Caller(NUMBER), raw=NUMBER.encode())
    logging.getLogger("aiohttp.server").warning("GET /tickets?caller=%s", NUMBER)
    try:
        raise ValueError(NUMBER)
    except ValueError:
        log.exception("call.failed")
        logging.getLogger("asyncio").exception("task failed")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 5
    assert NUMBER not in stream.getvalue()
    assert stream.getvalue().count("139****5678") >= 8
    assert all("Traceback" in line["exception"] for line in lines[3:])


def test_ids_stay_whole_and_bound_keys_are_there() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    with structlog.contextvars.bound_contextvars(call_id="hotline-1763915000.12", agent_id="wang"):
        structlog.get_logger("x").warning("call.queued", queue="general", ms=12)
        structlog.get_logger("x").debug("call.detail")
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "call.queued", "level": "warning", "call_id": "hotline-1763915000.12",
        "agent_id": "wang", "queue": "general", "ms": 12,
    }  # fmt: skip


def test_a_terminal_gets_lines_for_people() -> None:
    stream = Terminal()
    configure(stream=stream)
    structlog.get_logger("x").info("call.queued", caller=NUMBER)
    text = stream.getvalue()
    assert "call.queued" in text
    assert NUMBER not in text
    assert not text.startswith("{")
