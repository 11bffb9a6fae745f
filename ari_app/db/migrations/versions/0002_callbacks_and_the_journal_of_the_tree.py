"""What a caller heard and pressed, and what a promised callback is owed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ivr_journal", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("callback_number", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("callback_queue", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("callback_needs", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("callback_priority", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("callback_queued_at", sa.Double(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("callback_queued_at")
        batch_op.drop_column("callback_priority")
        batch_op.drop_column("callback_needs")
        batch_op.drop_column("callback_queue")
        batch_op.drop_column("callback_number")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_column("ivr_journal")
