"""Background work: the outbox, its workers, and the files that they make.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "outbox",
        sa.Column("id", _SEQUENCE, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", _TIME, nullable=True),
        sa.Column("failed_at", _TIME, nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name=op.f("ck_outbox_lease_is_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_outbox_kind_subject")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_failed_at_due_at", "outbox", ["failed_at", "due_at"])
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "prepared_report",
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_prepared_report_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_prepared_report")),
    )
    op.create_table(
        "report_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=3), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("made_at", _TIME, nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("form IN ('pdf', 'zip')", name=op.f("ck_report_batch_form")),
        sa.CheckConstraint("(document IS NULL) = (made_at IS NULL)", name=op.f("ck_report_batch_made_has_time")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_report_batch_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_batch")),
    )
    op.create_index(op.f("ix_report_batch_expires_at"), "report_batch", ["expires_at"])
    op.create_table(
        "report_batch_part",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("response_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["report_batch.id"], name=op.f("fk_report_batch_part_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_report_batch_part_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "response_id", name=op.f("pk_report_batch_part")),
    )
    op.create_index(op.f("ix_report_batch_part_response_id"), "report_batch_part", ["response_id"])


def downgrade() -> None:
    """Remove the tables; whatever was still to be done is lost, and no answer is."""
    for table in ("report_batch_part", "report_batch", "prepared_report", "worker", "outbox"):
        op.drop_table(table)
