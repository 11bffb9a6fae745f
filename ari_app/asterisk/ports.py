"""Says which ports are taken, by whom, and which setting moves them.

It only looks: it must not keep a port nor end whoever has it.
"""

import socket
from dataclasses import dataclass
from pathlib import Path

from ari_app.settings import Settings


@dataclass(frozen=True, slots=True)
class Port:
    protocol: str
    host: str
    number: int
    setting: str

    def is_free(self) -> bool:
        kind = socket.SOCK_DGRAM if self.protocol == "udp" else socket.SOCK_STREAM
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, kind) as probe:
            if self.protocol == "tcp":
                # Connections that have just ended must not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.number))
            except OSError:
                return False
        return True

    def complaint(self) -> str:
        return (
            f"port {self.number}/{self.protocol} on {self.host} is used by {self._owner()}. "
            f"End that, or set HOTLINE_{self.setting.upper()} to another port, or "
            "HOTLINE_PORT_OFFSET=1000 to move all ports."
        )

    def _owner(self) -> str:
        sockets = {f"socket:[{inode}]" for inode in self._inodes()}
        for folder in Path("/proc").glob("[0-9]*/fd"):
            if sockets and _holds(folder, sockets):
                return f"process {folder.parent.name} ({_name(folder.parent)})"
        return "a process of another user (or the address is not of this machine)"

    def _inodes(self) -> set[str]:
        found = set()
        for table in (self.protocol, f"{self.protocol}6"):
            for line in _lines(Path("/proc/net") / table)[1:]:
                columns = line.split()
                is_listening = self.protocol == "udp" or columns[3] == "0A"
                if is_listening and int(columns[1].rpartition(":")[2], 16) == self.number:
                    found.add(columns[9])
        return found


def needed_ports(settings: Settings) -> list[Port]:
    """The ports that will be listened on, given the settings."""
    web = Port("tcp", *settings.web, "web_port")
    if settings.remote_ari is not None:
        return [web]
    return [
        Port("udp", *settings.sip, "sip_port"), web, Port("tcp", *settings.ari_http, "ari_port"),
        Port("tcp", *settings.ami, "ami_port"),
    ]  # fmt: skip


def _holds(folder: Path, sockets: set[str]) -> bool:
    try:
        return any(str(link.readlink()) in sockets for link in folder.iterdir())
    except OSError:
        return False


def _name(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return b" ".join(words).decode(errors="replace").strip()[:120]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
