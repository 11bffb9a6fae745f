"""Which UDP ports are free. Only looks; keeps none."""

import socket

Address = tuple[str, int]


def free_port(ip: str) -> int:
    """A UDP port that nobody uses at this address just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ip, 0))
        return int(probe.getsockname()[1])


def is_taken(address: Address) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(address)
        except OSError:
            return True
    return False
