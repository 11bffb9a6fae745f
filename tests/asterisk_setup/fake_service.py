"""A service that only answers /readyz, and dies or hangs on demand: `fake_service.py <mode>`."""

import http.server
import os
import sys
import threading
import time

from ari_app.settings import load_settings


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def main(mode: str) -> None:
    if mode == "crash":
        raise SystemExit("no such table: calls")
    if mode == "misconfigured":
        print("flows/main.yaml:5: there is no node 'welcom' (did you mean 'welcome'?)")
        raise SystemExit(78)
    settings = load_settings()
    assert settings.watchdog_fd is not None
    server = http.server.ThreadingHTTPServer(settings.web, Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        os.write(settings.watchdog_fd, b".")
        time.sleep(0.2)


if __name__ == "__main__":
    main(sys.argv[1])
