"""Reads and writes the few SIP messages that a phone of the bench needs.

It must not know sockets, time, or which side of a call it is on.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    first_line: str
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.first_line.split(" ", 2)[1]) if self.first_line.startswith("SIP/") else 0

    @property
    def method(self) -> str:
        """Of a response: the method that it answers."""
        return self.header("CSeq").split()[-1] if self.status else self.first_line.split(" ", 1)[0]

    @property
    def user(self) -> str:
        """The user part of a request's address."""
        return self.first_line.split(" ", 2)[1].removeprefix("sip:").split("@", 1)[0]


def parse(data: bytes) -> Message | None:
    """None for what is no SIP, such as a keep-alive of two line ends."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    lines = head.split("\r\n")
    if "SIP/2.0" not in lines[0]:
        return None
    pairs = (line.partition(":") for line in lines[1:] if ":" in line)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return Message(lines[0], headers, body)


def response(request: Message, status: str, *, tag: str, contact: str, body: str = "") -> bytes:
    """`status` is the whole of it, such as `200 OK`."""
    copied = [(k, v) for k, v in request.headers if k.lower() in {"via", "record-route"}]
    to = request.header("To")
    return _render(
        f"SIP/2.0 {status}",
        [
            *copied,
            ("From", request.header("From")),
            ("To", to if ";tag=" in to else f"{to};tag={tag}"),
            ("Call-ID", request.header("Call-ID")),
            ("CSeq", request.header("CSeq")),
            ("Contact", f"<{contact}>"),
        ],
        body,
    )


def request(
    line: tuple[str, str],
    via: str,
    dialog: tuple[str, str, str],
    cseq: int,
    *,
    contact: str,
    body: str = "",
) -> bytes:
    """`line` is method and address; `via` is `host:port;branch`; `dialog` is From, To, Call-ID."""
    method, address = line
    return _render(
        f"{method} {address} SIP/2.0",
        [
            ("Via", f"SIP/2.0/UDP {via}"),
            ("Max-Forwards", "70"),
            ("From", dialog[0]),
            ("To", dialog[1]),
            ("Call-ID", dialog[2]),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<{contact}>"),
        ],
        body,
    )


def audio_offer(host: str, port: int) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
    )


def bare_address(header: str) -> str:
    """The address in a From, To or Contact header, without name and parameters."""
    return header.partition("<")[2].partition(">")[0] if "<" in header else header.split(";")[0]


def _render(first_line: str, headers: list[tuple[str, str]], body: str) -> bytes:
    if body:
        headers = [*headers, ("Content-Type", "application/sdp")]
    lines = [first_line, *(f"{name}: {value}" for name, value in headers)]
    lines += [f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()
