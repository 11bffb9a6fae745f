"""A receiver of the hotline's events, to copy from: python receiver.py SECRET [PORT] [FILE].

It checks each signature, keeps each event once however often it is sent, and writes them to a file,
one JSON line each. Needs nothing but Python. The contract is docs/webhook.md.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

OLDEST_S = 300
"""A signature older than this may be a repetition by somebody else."""


class Events:
    """What has arrived, by its id; the file is read again at a start."""

    def __init__(self, file: Path) -> None:
        self._file, self._lock = file, Lock()
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._known = {json.loads(line)["id"] for line in lines}

    def keep(self, event_id: str, event: object) -> bool:
        """False when it was here before. On the disk before the sender hears of it."""
        with self._lock:
            if event_id in self._known:
                return False
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"id": event_id, "event": event}) + "\n")
                out.flush()
                os.fsync(out.fileno())
            self._known.add(event_id)
            return True


def is_ours(secret: bytes, event_id: str, timestamp: str, body: bytes, signatures: str) -> bool:
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > OLDEST_S:
        return False
    signed = event_id.encode() + b"." + timestamp.encode() + b"." + body
    wanted = "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(wanted, one) for one in signatures.split(" "))


def handler(secret: bytes, events: Events) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            event_id = self.headers.get("webhook-id", "")
            timestamp = self.headers.get("webhook-timestamp", "")
            signatures = self.headers.get("webhook-signature", "")
            if not event_id or not is_ours(secret, event_id, timestamp, body, signatures):
                return self.answer(401, "the signature is not that of this body")
            try:
                event = json.loads(body)
                ticket = event["data"]["ticket_id"]
            except (ValueError, KeyError, TypeError):
                return self.answer(422, "expected an event with a ticket in 'data'")
            is_new = events.keep(event_id, event)
            print(f"{'new' if is_new else 'again'} {event['type']} {ticket}", flush=True)
            return self.answer(200, "kept" if is_new else "was here before")

        def answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Callers' numbers do not belong into a log."""

    return Handler


def main() -> None:
    secret = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 9000
    events = Events(Path(sys.argv[3] if len(sys.argv) > 3 else "events.jsonl"))
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(secret, events))
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
