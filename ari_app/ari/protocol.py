"""ARI's two wire forms, without I/O: requests to bytes, frames to events and responses.

Decides the encoding and what is refused before it is sent. Knows no sockets and no clock.

Whatever arrives, ``decode_frame`` returns an ``Event`` or a ``Response`` or raises
``ProtocolError``, never anything else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ari_app.ari.operations import Operation

# Asterisk closes the whole WebSocket (1009) on a longer frame, and with it everybody's requests.
MAX_FRAME_BYTES = 65_000
# Asterisk reads a request line of at most 4096 bytes and a body of 40,960.
MAX_URL_BYTES, MAX_BODY_BYTES = 4_000, 40_000

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_RESPONSE = "RESTResponse"


class ProtocolError(Exception):
    """A request that Asterisk could not read, or a frame from it that we cannot."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as Asterisk tells it."""

    type: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to one request; ``text`` is parsed only when somebody asks for it."""

    request_id: str
    status: int
    text: str = ""

    @property
    def body(self) -> Any:
        """The JSON body; None if there is none (a channel with a broken Call-ID: 200, empty)."""
        if not self.text:
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ProtocolError(f"The body of response {self.request_id!r} is not JSON") from error

    @property
    def message(self) -> str:
        """Why Asterisk refused, for people."""
        try:
            body = self.body
        except ProtocolError:
            body = None
        if not isinstance(body, dict):
            return self.text[:200]
        return str(body.get("message") or body.get("error") or self.text[:200])


class HttpRequest(NamedTuple):
    """``target`` is path and query below ``/ari/``, percent-encoded."""

    method: str
    target: str
    content: bytes | None


def encode_frame(operation: Operation, args: Mapping[str, object], request_id: str) -> bytes:
    """One text frame of REST over WebSocket."""
    path, query, body = _render(operation, args)
    frame: dict[str, object] = {
        "type": "RESTRequest",
        "request_id": request_id,
        "method": operation.method,
        "uri": path,
    }
    if query:
        frame["query_strings"] = [{"name": name, "value": value} for name, value in query]
    if body is not None:
        frame["content_type"] = "application/json"
        frame["message_body"] = _json(operation, body)
    return _limited(operation, _json(operation, frame), MAX_FRAME_BYTES)


def encode_http(operation: Operation, args: Mapping[str, object]) -> HttpRequest:
    """The same request for HTTP."""
    path, query, body = _render(operation, args)
    if query:
        path = f"{path}?{urlencode(query, quote_via=quote)}"
    _limited(operation, path, MAX_URL_BYTES)
    content = None
    if body is not None:
        content = _limited(operation, _json(operation, body), MAX_BODY_BYTES)
    return HttpRequest(operation.method, path, content)


def decode_frame(frame: str | bytes) -> Event | Response:
    """What one frame says."""
    try:
        data = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"A frame is not JSON: {frame[:80]!r}") from error
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise ProtocolError(f"A frame is not an object with a type: {frame[:80]!r}")
    if data["type"] == _RESPONSE:
        return _response(data)
    return Event(data["type"], data)


def _response(data: dict[str, Any]) -> Response:
    request_id, status = data.get("request_id"), data.get("status_code")
    text = data.get("message_body", "")
    if not (isinstance(request_id, str) and type(status) is int and isinstance(text, str)):
        raise ProtocolError("A response lacks request_id, status_code or has a strange body")
    return Response(request_id, status, text)


_Rendered = tuple[str, list[tuple[str, str]], object]


def _render(operation: Operation, args: Mapping[str, object]) -> _Rendered:
    given = {name: value for name, value in args.items() if value is not None}
    path = operation.template
    if operation.path_args:
        path %= tuple(_segment(operation, name, given) for name in operation.path_args)
    query = [
        (wire, _text(operation, name, given.pop(name)))
        for name, wire in operation.query_args
        if name in given
    ]
    body = given.pop(operation.body, None) if operation.body else None
    if operation.body in ("variables", "fields") and body is not None:
        body = {operation.body: body}
    if given:
        raise ProtocolError(f"{operation.name} has no argument {', '.join(sorted(given))}")
    return path, query, body


def _segment(operation: Operation, name: str, given: dict[str, object]) -> str:
    if name not in given:
        raise ProtocolError(f"{operation.name} needs the argument {name}")
    text = _text(operation, name, given.pop(name))
    # Dots are not encoded and an HTTP client would resolve them away: another object's path.
    if text in ("", ".", ".."):
        raise ProtocolError(f"{operation.name}: {name} cannot be {text!r}")
    return quote(text, safe="")


def _text(operation: Operation, name: str, value: object) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float):
        text = str(value)
    elif isinstance(value, list | tuple):
        text = ",".join(_text(operation, name, item) for item in value)
    else:
        raise ProtocolError(f"{operation.name}: {name} cannot be a {type(value).__name__}")
    # Asterisk's parser refuses both with an answer that names no request: we would wait in vain.
    if "\0" in text or not _is_utf8(text):
        raise ProtocolError(f"{operation.name}: {name} holds a character that JSON cannot carry")
    return text


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json(operation: Operation, value: object) -> str:
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"{operation.name}: the body is not JSON: {error}") from error
    if "\\u0000" in text:
        raise ProtocolError(f"{operation.name}: a NUL character cannot be sent")
    return text


def _limited(operation: Operation, text: str, limit: int) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise ProtocolError(f"{operation.name}: half a character in the text") from error
    if len(data) > limit:
        raise ProtocolError(
            f"{operation.name}: {len(data)} bytes, Asterisk takes {limit}. Send less at once."
        )
    return data
