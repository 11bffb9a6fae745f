"""What agents have typed into tickets and not saved: one draft for a ticket and an agent.

Knows SQL. Decides how long a draft that nobody came back to is kept; who may have one is decided
by who calls this, and what a draft says is nobody's business here.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from ari_app.db.fields import plain
from ari_app.db.models import Base

_DRAFTS = Base.metadata.tables["drafts"]

KEPT_S: Final = 7 * 86400.0
"""A week: who was ill finds it; citizens' words do not lie about for ever."""

Row = dict[str, Any]


def find_draft(connection: Connection, ticket_id: str, agent_id: str) -> Row | None:
    chosen = select(_DRAFTS).where(_DRAFTS.c.ticket_id == ticket_id, _DRAFTS.c.agent_id == agent_id)
    row = connection.execute(chosen).mappings().first()
    return None if row is None else dict(row)


def put_draft(
    connection: Connection, row: Mapping[str, Any], fields: Mapping[str, Any], now: float
) -> Row:
    """Keep it; drafts that are too old go with the first draft of a ticket."""
    if row["version"] == 1:
        connection.execute(delete(_DRAFTS).where(_DRAFTS.c.saved_at < now - KEPT_S))
    kept = {name: _plain(value) for name, value in fields.items()}
    values = {**row, "saved_at": now, "fields": kept}
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [_DRAFTS.c.ticket_id, _DRAFTS.c.agent_id]
    connection.execute(
        insert(_DRAFTS).values(values).on_conflict_do_update(index_elements=keys, set_=values)
    )
    return values


def drop_drafts(connection: Connection, ticket_id: str, agent_id: str | None = None) -> None:
    """This agent's draft, or everybody's."""
    chosen = delete(_DRAFTS).where(_DRAFTS.c.ticket_id == ticket_id)
    if agent_id is not None:
        chosen = chosen.where(_DRAFTS.c.agent_id == agent_id)
    connection.execute(chosen)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return plain(value) if isinstance(value, str) else value
