"""How often a number called before: counted when its ticket is opened.

Knows SQL; how far back counts is decided in ``tickets/repeats.py``. One query for all new tickets.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select, update

from ari_app.db.models import Base
from ari_app.tickets.repeats import REPEAT_S

_NEW = Base.metadata.tables["tickets"]
_EARLIER = _NEW.alias("earlier")

# The index on number and arrival answers this alone. A hidden number is nobody's.
_COUNTS = (
    select(_NEW.c.ticket_id, func.count())
    .join(
        _EARLIER,
        (_EARLIER.c.caller_number == _NEW.c.caller_number)
        & (_EARLIER.c.arrived_at >= _NEW.c.arrived_at - REPEAT_S)
        & (_EARLIER.c.arrived_at < _NEW.c.arrived_at),
    )
    .where(_NEW.c.ticket_id.in_(bindparam("keys", expanding=True)), _NEW.c.caller_number != "")
    .group_by(_NEW.c.ticket_id)
)
_SAVE = (
    update(_NEW)
    .where(_NEW.c.ticket_id == bindparam("key"))
    .values(repeat_count_30d=bindparam("count"))
)


def count_repeats(connection: Connection, ticket_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Write the counts of these tickets, and give them by ticket for their events."""
    found = {row[0]: row[1] for row in connection.execute(_COUNTS, {"keys": list(ticket_ids)})}
    if found:
        rows = [{"key": ticket, "count": count} for ticket, count in found.items()]
        connection.execute(_SAVE, rows)
    return {ticket: {"repeat_count_30d": count} for ticket, count in found.items()}
