"""Ports for tests that nobody else takes, so that suites run side by side.

What is given out belongs to this process until it ends: a name in the kernel says so, which only
one process can hold and which goes when that process goes, whatever ends it. All of it lies
outside the ports that the kernel (32768 and up) and an Asterisk's RTP (10000 to 19999) give away.
"""

import socket
from collections.abc import Callable, Iterable

_TCP = socket.SOCK_STREAM
_PORTS = ((socket.SOCK_DGRAM, 5060), (_TCP, 8080), (_TCP, 8088), (_TCP, 5038))
_REFUSED_BY_BROWSERS = 10080
"""No page is opened there: a protocol of old could be misused through it."""
_OFFSETS = [one for one in range(1000, 4800, 20) if 8080 + one != _REFUSED_BY_BROWSERS]
_SINGLE = range(20000, 32000)
_held: list[socket.socket] = []


def free_offset() -> int:
    """For HOTLINE_PORT_OFFSET."""
    return _reserve("offset", _OFFSETS, _is_free_offset)


def free_tcp_port() -> int:
    """A port on loopback at which nobody listens."""
    return _reserve("tcp", _SINGLE, lambda port: _is_free(socket.SOCK_STREAM, "127.0.0.1", port))


def free_udp_port(ip: str) -> int:
    """A port at this address which no socket has, and which none gets by chance."""
    return _reserve(f"udp-{ip}", _SINGLE, lambda port: _is_free(socket.SOCK_DGRAM, ip, port))


def _reserve(kind: str, numbers: Iterable[int], is_free: Callable[[int], bool]) -> int:
    for number in numbers:
        if _is_ours(f"{kind}-{number}") and is_free(number):
            return number
    raise AssertionError(f"no free {kind} among {numbers}: what else runs on this machine?")


def _is_ours(name: str) -> bool:
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        # The leading zero makes it a name in the kernel instead of a file.
        holder.bind(f"\0hotline-test-{name}")
    except OSError:
        holder.close()
        return False
    _held.append(holder)
    return True


def _is_free_offset(offset: int) -> bool:
    return all(_is_free(kind, "127.0.0.1", port + offset) for kind, port in _PORTS)


def _is_free(kind: socket.SocketKind, ip: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((ip, port))
        except OSError:
            return False
    return True
