"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agents")),
    )
    op.create_table(
        "calls",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.Double(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("dialled", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_calls")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_arrived_at"), ["arrived_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_calls_outcome_arrived_at"), ["outcome", "arrived_at"], unique=False
        )

    op.create_table(
        "cel_position",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_cel_position")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("dialled_number", sa.Text(), nullable=True),
        sa.Column("caller_number", sa.Text(), nullable=True),
        sa.Column("caller_region", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("ivr_path", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tree_version", sa.Text(), nullable=True),
        sa.Column("arrived_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("wait_s", sa.Double(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("seat_id", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("who_hung_up", sa.Text(), nullable=True),
        sa.Column("recording_ref", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("recording_gaps", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("consent", sa.Boolean(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=True),
        sa.Column("caller_name", sa.Text(), nullable=True),
        sa.Column("caller_address", sa.Text(), nullable=True),
        sa.Column("matter_cause", sa.Text(), nullable=True),
        sa.Column("matter_course", sa.Text(), nullable=True),
        sa.Column("matter_address", sa.Text(), nullable=True),
        sa.Column("case_type", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("named_supervisor", sa.Text(), nullable=True),
        sa.Column("target_units", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("dispatched_at", sa.Double(), nullable=True),
        sa.Column("signed_at", sa.Double(), nullable=True),
        sa.Column("first_response_at", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("extended_to", sa.Double(), nullable=True),
        sa.Column("returned_at", sa.Double(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("repeat_of", sa.Text(), nullable=True),
        sa.Column("repeat_count_30d", sa.Integer(), nullable=True),
        sa.Column("linked_110_case", sa.Text(), nullable=True),
        sa.Column("callback_of", sa.Text(), nullable=True),
        sa.Column("survey_score", sa.Integer(), nullable=True),
        sa.Column("revisit_at", sa.Double(), nullable=True),
        sa.Column("revisit_score", sa.Integer(), nullable=True),
        sa.Column("topic_tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("audit", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.call_id"], name=op.f("fk_tickets_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("call_id", name=op.f("uq_tickets_call_id")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_arrived_at"), ["arrived_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_tickets_caller_number_arrived_at"),
            ["caller_number", "arrived_at"],
            unique=False,
        )

    op.create_table(
        "outbox",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.ticket_id"], name=op.f("fk_outbox_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_state_due_at"), ["state", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_outbox_ticket_id_seq"), ["ticket_id", "seq"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_ticket_id_seq"))
        batch_op.drop_index(batch_op.f("ix_outbox_state_due_at"))

    op.drop_table("outbox")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_caller_number_arrived_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_arrived_at"))

    op.drop_table("tickets")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_expires_at"))

    op.drop_table("sessions")
    op.drop_table("cel_position")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_outcome_arrived_at"))
        batch_op.drop_index(batch_op.f("ix_calls_arrived_at"))

    op.drop_table("calls")
    op.drop_table("agents")
