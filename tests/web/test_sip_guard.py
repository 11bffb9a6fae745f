"""What a page may say to Asterisk: it is a telephone that is rung, and nobody else's."""

import pytest

from ari_app.web.sip_guard import wrong_with

ME = "1001"


def message(first: str, *headers: str, body: str = "", end: str = "\r\n") -> bytes:
    length = f"Content-Length: {len(body.encode())}"
    return end.join([first, *headers, length, "", body]).encode()


def register(user: str = ME, to: str = ME) -> bytes:
    return message(
        "REGISTER sip:hotline.invalid SIP/2.0",
        f"From: <sip:{user}@hotline.invalid>;tag=a",
        f"To: <sip:{to}@hotline.invalid>",
    )


FROM, TO, TAGGED = "From: <sip:1001@h>;tag=a", "To: <sip:x@h>", "To: <sip:x@h>;tag=b"

GOOD = {
    "registers itself": register(),
    "with a name": message(
        "REGISTER sip:h SIP/2.0", 'From: "1001" <sip:1001@h>;tag=a', 'To: "x" <sip:1001@h>'
    ),
    "in short": message("REGISTER sip:h SIP/2.0", "f: <sip:1001@h>;tag=a", "t: <sip:1001@h>"),
    "answers": message("SIP/2.0 200 OK", "From: <sip:anybody@h>;tag=a", TAGGED, body="v=0"),
    "ends its call": message("BYE sip:x SIP/2.0", "From: <sip:made-up@h>;tag=a", TAGGED),
    "renews its call": message("INVITE sip:x SIP/2.0", FROM, TAGGED, body="v=0"),
}
BAD = {
    "registers another": register(user="1002", to="1002"),
    "speaks for another": register(user="1002"),
    "registers for another": register(to="1002"),
    "places a call": message("INVITE sip:12345@h SIP/2.0", FROM, TO, body="v=0"),
    "an empty tag": message("INVITE sip:12345@h SIP/2.0", FROM, "To: <sip:x@h>;tag=", body="v=0"),
    "a message": message("MESSAGE sip:1002@h SIP/2.0", FROM, TO),
    "asks": message("OPTIONS sip:h SIP/2.0", FROM, TO),
    "no SIP": b"GET /ari/channels HTTP/1.1\r\n\r\n",
    "nothing": b"",
    "two messages in one": register() + message("INVITE sip:1@h SIP/2.0", FROM, TO),
    "a length too small": register().replace(b"Content-Length: 0", b"Content-Length: 0") + b"x",
    "no length": b"REGISTER sip:h SIP/2.0\r\nFrom: <sip:1001@h>\r\nTo: <sip:1001@h>\r\n\r\n",
    "two senders": message("REGISTER sip:h SIP/2.0", FROM, "f: <sip:1002@h>", "To: <sip:1001@h>"),
    "a sender on two lines": message(
        "REGISTER sip:h SIP/2.0", "From:", " <sip:1002@h>;tag=a", "To: <sip:1001@h>"
    ),
    "bare line ends": message("REGISTER sip:h SIP/2.0", FROM, "To: <sip:1001@h>", end="\n"),
    "a hidden line": message("REGISTER sip:h SIP/2.0", FROM + "\nFrom: <sip:1002@h>", TO),
    "a hidden return": message("REGISTER sip:h SIP/2.0", FROM + "\rX: y", "To: <sip:1001@h>"),
    "two addresses in one": message(
        "REGISTER sip:h SIP/2.0", "From: <sip:1001@h>, <sip:1002@h>", "To: <sip:1001@h>"
    ),
}


@pytest.mark.parametrize("said", GOOD.values(), ids=GOOD)
def test_what_a_phone_says_goes_on(said: bytes):
    assert wrong_with(said, ME) == ""


@pytest.mark.parametrize("said", BAD.values(), ids=BAD)
def test_anything_else_does_not(said: bytes):
    assert wrong_with(said, ME)
