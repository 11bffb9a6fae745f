"""Which UDP ports are free. Only looks; keeps none."""

import socket
from collections import deque

Address = tuple[str, int]

_given: deque[Address] = deque(maxlen=1000)
"""Whoever asked for one of these may not have opened it yet."""


def free_port(ip: str) -> int:
    """A UDP port that nobody uses at this address just now, and which was not given out lately."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((ip, 0))
            address: Address = probe.getsockname()
        if address not in _given:
            _given.append(address)
            return address[1]


def is_taken(address: Address) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(address)
        except OSError:
            return True
    return False
