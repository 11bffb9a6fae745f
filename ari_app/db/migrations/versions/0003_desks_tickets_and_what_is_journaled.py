"""Desks, tickets and what is journaled."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _make_audit()
    _make_dial_list()
    _make_journal()
    _make_orders()
    _make_work_orders()
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ticket_id", sa.Text(), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_error", sa.Text(), nullable=True))

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("intake_key", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("edited", sa.JSON(none_as_null=True), nullable=True))
        batch_op.alter_column("call_id", existing_type=sa.TEXT(), nullable=True)
        batch_op.create_unique_constraint(batch_op.f("uq_tickets_intake_key"), ["intake_key"])
    _only_append("journal")


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("key", name=op.f("uq_audit_key")),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_audit_head")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
    _only_append("audit")


def _only_append(table: str) -> None:
    """Neither this program nor a slip at the database's own prompt changes a row."""
    said = f"{table} is append-only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuses()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )


def _allow_changes(table: str) -> None:
    """Of SQLite's triggers none outlives its table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {table}_refuses ON {table}")
        op.execute(f"DROP FUNCTION {table}_refuses()")


def _make_dial_list() -> None:
    op.create_table(
        "dial_list",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_dial_list")),
    )
    with op.batch_alter_table("dial_list", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dial_list_state_due_at"), ["state", "due_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_dial_list_ticket_id"), ["ticket_id"], unique=False)


def _make_journal() -> None:
    op.create_table(
        "journal",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("key", name=op.f("uq_journal_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_agent_id_at"), ["agent_id", "at"])
        batch_op.create_index(batch_op.f("ix_journal_call_id"), ["call_id"], unique=False)


def _make_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_orders")),
    )


def _make_work_orders() -> None:
    op.create_table(
        "work_orders",
        sa.Column("work_order_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("dispatched_at", sa.Double(), nullable=False),
        sa.Column("sign_by", sa.Double(), nullable=True),
        sa.Column("respond_by", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("signed_at", sa.Double(), nullable=True),
        sa.Column("first_response_at", sa.Double(), nullable=True),
        sa.Column("extended_to", sa.Double(), nullable=True),
        sa.Column("returned_at", sa.Double(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.ticket_id"], name=op.f("fk_work_orders_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("work_order_id", name=op.f("pk_work_orders")),
    )
    with op.batch_alter_table("work_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_orders_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_work_orders_unit_dispatched_at"), ["unit", "dispatched_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_tickets_intake_key"), type_="unique")
        batch_op.alter_column("call_id", existing_type=sa.TEXT(), nullable=False)
        batch_op.drop_column("edited")
        batch_op.drop_column("version")
        batch_op.drop_column("intake_key")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("last_error")

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_column("ticket_id")

    with op.batch_alter_table("work_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_orders_unit_dispatched_at"))
        batch_op.drop_index(batch_op.f("ix_work_orders_ticket_id"))

    op.drop_table("work_orders")
    op.drop_table("orders")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_call_id"))
        batch_op.drop_index(batch_op.f("ix_journal_at"))
        batch_op.drop_index(batch_op.f("ix_journal_agent_id_at"))

    _allow_changes("journal")
    op.drop_table("journal")
    with op.batch_alter_table("dial_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dial_list_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_dial_list_state_due_at"))

    op.drop_table("dial_list")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    _allow_changes("audit")
    op.drop_table("audit_head")
    op.drop_table("audit")
