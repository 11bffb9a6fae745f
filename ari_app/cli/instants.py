"""How commands write an instant in a table: short, in the time of the machine at which one sits."""

from datetime import datetime


def clock(instant: float) -> str:
    """Epoch seconds as "11-23 08:15:00"."""
    return f"{datetime.fromtimestamp(instant).astimezone():%m-%d %H:%M:%S}"
