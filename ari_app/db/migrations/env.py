"""Run by alembic on a connection that ``ari_app.db.schema`` hands over; opens none itself."""

from alembic import context
from sqlalchemy import Connection, text

from ari_app.db.models import Base

# Two programs that start together must not both change the schema.
_LOCK = text("SELECT pg_advisory_xact_lock(12345)")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(_LOCK)
        context.run_migrations()


run(context.config.attributes["connection"])
