"""Ports for tests: an offset at which nobody listens, so that suites run side by side."""

import socket

_PORTS = ((socket.SOCK_DGRAM, 5060), (socket.SOCK_STREAM, 8080), (socket.SOCK_STREAM, 8088))


def free_offset() -> int:
    """For HOTLINE_PORT_OFFSET."""
    for offset in range(1000, 9000, 100):
        if all(_is_free(kind, port + offset) for kind, port in _PORTS):
            return offset
    raise AssertionError("no free ports between 6060 and 17088")


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_tcp_port() -> int:
    """A port on loopback at which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
