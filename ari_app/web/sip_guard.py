"""Which SIP messages of a page may go on to Asterisk: those of a telephone that is only rung.

A page registers its own user and takes part in calls that were placed to it. It places none, and
speaks for nobody else: Asterisk sees all pages come from one address, perhaps the trunk's. Reads
strictly, so that Asterisk cannot read another message out of the same octets. Knows no socket.
"""

import re
from collections.abc import Mapping

KEEP_ALIVE, ALIVE = b"\r\n\r\n", "\r\n"
"""A page asks whether the line is still there, and what it hears (RFC 7118)."""
_BEGUN_BY_PAGES = b"REGISTER"
_SHORT = {b"f": b"from", b"t": b"to", b"l": b"content-length"}
_ONCE = (b"from", b"to", b"content-length")
_FIRST_LINE = re.compile(rb"(?:([A-Z]+) [^\s]+ SIP/2\.0|SIP/2\.0 [1-6][0-9]{2} [^\r\n]*)")
_USER = re.compile(rb"[^<>]*<?sips?:([^@<>:;,\s]+)@[^@]*")


def wrong_with(message: bytes, user: str) -> str:
    """Why this frame of ``user``'s page must not go on; empty when it may."""
    head, found, body = message.partition(b"\r\n\r\n")
    first, _, lines = head.partition(b"\r\n")
    line = _FIRST_LINE.fullmatch(first)
    if not found or line is None:
        return "no SIP message"
    if b"\n" in head.replace(b"\r\n", b"") or b"\r" in head.replace(b"\r\n", b""):
        return "lines do not end as SIP says"
    fields = _fields(lines)
    if fields is None:
        return "a header more than once, or on two lines"
    if fields.get(b"content-length") != b"%d" % len(body):
        return "the length of the body is wrong"
    method = line[1]
    return _wrong_request(method, fields, user.encode()) if method else ""


def _fields(lines: bytes) -> Mapping[bytes, bytes] | None:
    """Headers by their long names; None where a reader could choose between two."""
    found: dict[bytes, bytes] = {}
    for line in lines.split(b"\r\n"):
        if line[:1] in (b" ", b"\t", b""):
            return None
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        name = _SHORT.get(name, name)
        if name in _ONCE and name in found:
            return None
        found[name] = value.strip()
    return found


def _wrong_request(method: bytes, fields: Mapping[bytes, bytes], user: bytes) -> str:
    to = fields.get(b"to", b"")
    if method == _BEGUN_BY_PAGES:
        same = all(_user(fields.get(name, b"")) == user for name in (b"from", b"to"))
        return "" if same else "another user than the own"
    # Without a tag it would begin something; with one that nobody gave out Asterisk knows no call.
    # Who speaks inside a call was settled when it began, and has a name made up for it.
    return "" if re.search(rb";\s*tag=[^;\s]", to) else "pages are called, they do not call"


def _user(address: bytes) -> bytes:
    found = _USER.fullmatch(address)
    return found[1] if found else b""
