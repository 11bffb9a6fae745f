"""The wire forms: what goes out comes back, and no garbage raises anything but ProtocolError."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.ari.operations import OPERATIONS, Operation
from ari_app.ari.protocol import (
    MAX_FRAME_BYTES,
    Event,
    ProtocolError,
    Response,
    decode_frame,
    encode_frame,
    encode_http,
)

_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
_ids = _texts.filter(lambda text: text not in ("", ".", ".."))
_json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Operation, dict[str, object]]:
    operation = draw(st.sampled_from(list(OPERATIONS.values())))
    args: dict[str, object] = {name: draw(_ids) for name in operation.path_args}
    for name, _ in operation.query_args:
        if draw(st.booleans()):
            args[name] = draw(_texts)
    if operation.body:
        args[operation.body] = draw(st.dictionaries(_texts, _texts, max_size=3))
    return operation, args


def _expected(operation: Operation, args: dict[str, object]) -> tuple[list[Any], dict[str, Any]]:
    path = [args[name] for name in operation.path_args]
    return path, {wire: args[name] for name, wire in operation.query_args if name in args}


def _placeholders(operation: Operation, path: str) -> list[str]:
    pairs = zip(operation.template.split("/"), path.split("/"), strict=True)
    return [unquote(actual) for template, actual in pairs if template == "%s"]


def _unwrapped(operation: Operation, body: dict[str, object]) -> object:
    return body[operation.body] if operation.body in ("variables", "fields") else body


@given(requests())
def test_a_frame_carries_every_argument(request_: tuple[Operation, dict[str, object]]) -> None:
    operation, args = request_
    frame = json.loads(encode_frame(operation, args, "r1"))
    path, query = _expected(operation, args)
    assert frame["type"] == "RESTRequest"
    assert (frame["request_id"], frame["method"]) == ("r1", operation.method)
    assert _placeholders(operation, frame["uri"]) == path
    assert {item["name"]: item["value"] for item in frame.get("query_strings", [])} == query
    if operation.body:
        body = json.loads(frame["message_body"])
        assert _unwrapped(operation, body) == args[operation.body]


@given(requests())
def test_an_http_request_carries_every_argument(
    request_: tuple[Operation, dict[str, object]],
) -> None:
    operation, args = request_
    try:
        request = encode_http(operation, args)
    except ProtocolError as error:
        if "Asterisk takes" not in str(error):  # only length may be refused
            raise
        return
    parts = urlsplit(request.target)
    path, query = _expected(operation, args)
    assert request.target.isascii()
    assert _placeholders(operation, parts.path) == path
    assert dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(query))) == query


@given(st.text() | st.binary())
def test_garbage_raises_protocol_errors_only(garbage: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        _raise_for_event(decode_frame(garbage))


def _raise_for_event(decoded: Event | Response) -> None:
    raise ProtocolError(f"decoded {decoded}")


@given(_json_values, st.sampled_from(["RESTResponse", "StasisStart", 7, None]))
def test_any_json_is_decoded_or_refused(value: Any, kind: object) -> None:
    frame = {"type": kind, "request_id": value, "status_code": value, "message_body": value}
    for candidate in (value, frame, frame | {"request_id": "r", "status_code": 200}):
        try:
            decoded = decode_frame(json.dumps(candidate))
        except ProtocolError:
            continue
        if isinstance(decoded, Response):
            assert isinstance(decoded.message, str)
        else:
            assert decoded.type == candidate["type"]


@pytest.mark.parametrize(
    "frame",
    ["[" * 100_000, '{"type":' + "9" * 10_000 + "}", '{"type": "x", "n": ' + "9" * 5_000 + "}", ""],
    ids=["deep nesting", "huge number as type", "huge number", "nothing"],
)
def test_hostile_frames_are_refused(frame: str) -> None:
    with pytest.raises(ProtocolError):
        decode_frame(frame)


def test_an_unknown_event_type_is_an_event() -> None:
    assert decode_frame('{"type":"FromTheFuture","x":1}') == Event(
        "FromTheFuture", {"type": "FromTheFuture", "x": 1}
    )


def test_a_large_event_is_decoded() -> None:
    frame = json.dumps({"type": "StasisStart", "args": ["x" * 1_000_000]})
    assert isinstance(decode_frame(frame), Event)


def test_the_two_error_bodies_of_asterisk_are_understood() -> None:
    assert Response("", 404, '{"message":"Channel not found"}').message == "Channel not found"
    assert Response("", 500, '{"error":"Allocation failed"}').message == "Allocation failed"
    assert Response("", 502, "<html>").message == "<html>"
    assert Response("", 200, "").body is None


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("channels.answer", {}, "needs the argument channel_id"),
        ("channels.answer", {"channel_id": ""}, "cannot be ''"),
        ("channels.answer", {"channel_id": ".."}, "cannot be '..'"),
        ("channels.answer", {"channel_id": "c", "rang": 1}, "has no argument rang"),
        ("channels.answer", {"channel_id": "a\0b"}, "JSON cannot carry"),
        ("channels.answer", {"channel_id": "\ud800"}, "JSON cannot carry"),
        ("channels.dial", {"channel_id": "c", "caller": object()}, "cannot be a object"),
        ("bridges.createWithId", {"bridge_id": "b", "variables": {"a": object()}}, "not JSON"),
        ("bridges.createWithId", {"bridge_id": "b", "variables": {"a": "\0"}}, "NUL"),
        ("bridges.createWithId", {"bridge_id": "b", "variables": {"a": "\ud800"}}, "half a char"),
    ],
)
def test_a_request_that_asterisk_cannot_read_is_refused_here(
    name: str, args: dict[str, object], says: str
) -> None:
    operation = OPERATIONS[name]
    with pytest.raises(ProtocolError, match=says):
        encode_frame(operation, args, "1")
    with pytest.raises(ProtocolError, match=says):
        encode_http(operation, args)


def test_a_frame_that_would_close_the_lane_is_refused() -> None:
    args = {"channel_id": "c", "variable": "V", "value": "x" * MAX_FRAME_BYTES}
    with pytest.raises(ProtocolError, match="Send less at once"):
        encode_frame(OPERATIONS["channels.setChannelVar"], args, "1")


def test_values_are_written_as_asterisk_reads_them() -> None:
    args = {
        "channel_id": "a/b c",
        "media": ["sound:x", "digits:1"],
        "playback_id": "p",
        "skipms": 5,
    }
    request = encode_http(OPERATIONS["channels.playWithId"], args)
    assert request.target == "channels/a%2Fb%20c/play/p?media=sound%3Ax%2Cdigits%3A1&skipms=5"
    dropped = encode_http(OPERATIONS["channels.hangup"], {"channel_id": "c", "reason": None})
    assert dropped.target == "channels/c"
    flag = {"channel_id": "c", "name": "r", "format": "wav", "beep": True}
    assert "beep=true" in encode_http(OPERATIONS["channels.record"], flag).target
